"""What may dispose an engine, or close a pool."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from async_db_lint.index.expressions import Attribute, Call, Name, Usage, walk
from async_db_lint.index.scopes import LOOPS, Block, BlockKind, Function
from async_db_lint.project.application.application import Application, Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.application.lifecycle import yield_of
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place

ENDINGS = frozenset({"BaseException", "CancelledError", "GeneratorExit", "KeyboardInterrupt", "SystemExit"})


def ending_methods(kind: str) -> tuple[str, ...]:
    """The methods that end an engine, or an asyncpg pool, by the canonical name of its class."""
    return ("close", "terminate") if kind == library.POOL else ("dispose",)


@dataclass(frozen=True, slots=True)
class Disposal:
    """A call that disposes an engine, or `engine.dispose` passed to something that will call it."""

    expr: Attribute
    place: Place
    call: Call | None

    @property
    def is_awaited(self) -> bool:
        """Whether the coroutine is awaited or passed on."""
        return self.call is None or self.call.usage is not Usage.STATEMENT

    def ends(self, application: Application) -> bool:
        """Whether it may run when the application stops: a call in a handler, only for the start, does not."""
        scope = self.place.scope
        if self.call is None or not isinstance(scope, Function):
            return True
        return not _is_for_start(scope, application.triggers.get(scope, set()), self.place)


def _is_for_start(handler: Function, triggers: Collection[Trigger], place: Place) -> bool:
    """Whether a place in a handler is passed before the application serves, or when it fails, and at no other time."""
    if not triggers or not set(triggers) <= {Trigger.LIFESPAN, Trigger.STARTUP}:
        return False
    served = yield_of(handler)
    if Trigger.LIFESPAN not in triggers:
        return True
    if served is None or place.block.inside(LOOPS):
        return False
    return place.at < served or any(_is_of_failure(block) for block in place.block.outward())


def _is_of_failure(block: Block) -> bool:
    """Whether a block handles errors of its own kind, rather than whatever ends a task."""
    names = {part.name for head in block.heads for part in walk(head) if isinstance(part, (Name, Attribute))}
    return block.kind is BlockKind.EXCEPT and bool(names) and names.isdisjoint(ENDINGS)


class Disposals:
    """Every disposal in code that may run, found once for each kind of engine."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.of = cache(self._of)

    def _of(self, kind: str) -> Sequence[Disposal]:
        """The references to `.dispose` (of an engine), or to `.close` and `.terminate` (of a pool)."""
        return [item for name in ending_methods(kind) for item in self._named(name)]

    def _named(self, name: str) -> list[Disposal]:
        calls = {id(call.callee): call for call in self.codebase.table.named(name)}
        return [
            Disposal(reference.expr, reference.place, calls.get(id(reference.expr)))
            for reference in self.codebase.reach.references(name)
            if isinstance(reference.expr, Attribute) and self._may_run(reference.place.block)
        ]

    def _may_run(self, block: Block) -> bool:
        scope = block.scope
        if isinstance(scope, Function):
            return self.codebase.reach.is_possibly_reached(scope)
        return not block.inside(frozenset({BlockKind.TYPE_CHECKING}))
