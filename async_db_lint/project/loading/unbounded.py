"""Statements that load a whole table for one row of it, or for the number of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Await, Call, Literal, Name, Starred, walk
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project.loading.models import Column, Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.results import LoadedShape
from async_db_lint.project.loading.statement_chains import StatementChain, chain_of
from async_db_lint.project.loading.statements import SELECTS
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.uses import uses_of

BOUNDING = ("limit", "fetch", "slice", "distinct", "group_by", "offset", "having")
KNOWN = frozenset(
    "where filter filter_by order_by options join outerjoin select_from with_for_update execution_options".split()
)
CONDITIONS = ("where", "filter", "filter_by")
RESULTS = (LoadedShape.RESULT, LoadedShape.SCALARS)
MANY = (LoadedShape.OBJECTS, LoadedShape.ROWS)


class Unbounded(NamedTuple):
    """The call that takes one row, or counts; the chain that selects more; the class. Example: `item.chain`."""

    call: Call
    chain: StatementChain
    cls: Class
    is_count: bool


class UnboundedStatements:
    """Finds statements that load more than is taken."""

    def __init__(self, models: Models, objects: Objects) -> None:
        """Take the mapped classes, and what follows results."""
        self.models = models
        self.objects = objects
        self.inference = models.inference

    def all(self) -> Iterator[Unbounded]:
        """The calls that take the first row of an ordered statement without a limit, or count what was loaded."""
        for name in ("first", "scalar"):
            for call in self.objects.codebase.table.named(name):
                if call.receiver is not None and call.method == name:
                    yield from self._taken(call)
        for call in self.objects.codebase.table.named("len"):
            if len(call.positional) == 1 and call.receiver is None:
                yield from self._counted(call)

    def _taken(self, call: Call) -> Iterator[Unbounded]:
        executed = self._execution(call)
        found = None if executed is None else self._selected(executed)
        if found is not None and found[0].steps_named("order_by") and not self._may_be_one(*found):
            yield Unbounded(call, *found, False)

    def _execution(self, call: Call) -> Call | None:
        """The call that executes the statement whose first row a call takes."""
        loaded = self.objects.of(call.receiver, place_of(call))
        if loaded is not None:
            return loaded.call if loaded.shape in RESULTS and not loaded.through else None
        value = self.inference.value(call.receiver, place_of(call))
        return call if call.method == "scalar" and self.objects.codebase.is_session(value) else None

    def _counted(self, call: Call) -> Iterator[Unbounded]:
        given = call.positional[0]
        loaded = self.objects.of(given, place_of(call))
        if loaded is None or loaded.shape not in MANY or loaded.through or loaded.path:
            return
        if isinstance(given, Name) and not self._is_only_counted(given.name, call):
            return
        if isinstance(given, (Name, Call)) and not self._is_shadowed(call):
            found = self._selected(loaded.call)
            if found is not None:
                yield Unbounded(call, *found, True)

    def _is_shadowed(self, call: Call) -> bool:
        """Whether `len` is the project's own."""
        scope = call.block.scope
        return "len" in scope.module.bindings or "len" in scope.bindings

    def _is_only_counted(self, name: str, call: Call) -> bool:
        """Whether what a name holds is used for nothing but its length."""
        scope = call.block.scope
        if not isinstance(scope, Function) or len(scope.bindings.get(name, ())) != 1:
            return False
        return all(isinstance(around, Call) and around.callee == Name("len") for around in uses_of(name, scope))

    def _selected(self, executed: Call) -> tuple[StatementChain, Class] | None:
        """The chain that a call executes and the class that it selects; None where it may be bounded."""
        chain = chain_of(self.inference, executed.argument("statement", 0), place_of(executed))
        if chain is None or self.inference.library_name(self.inference.callee(chain.start)) not in SELECTS:
            return None
        if any(step.method not in KNOWN for step in chain.steps) or len(chain.start.positional) != 1:
            return None
        value = self.inference.value(chain.start.positional[0], place_of(chain.start))
        cls = None if value is None else value.definition
        if not isinstance(cls, Class) or self.models.of(cls) is None:
            return None
        return chain, cls

    def _may_be_one(self, chain: StatementChain, cls: Class) -> bool:
        """Whether the conditions of a statement may leave one row at most."""
        conditions = chain.steps_named(*CONDITIONS)
        model = self.models.of(cls)
        if not conditions or model is None:
            return False
        if any(item.bindings.get("__table_args__") for item in self.models.relationships.ancestry(cls)):
            return True
        unique = {name for name, column in model.columns.items() if _is_unique(column)}
        return any(_names(step) & unique or not _is_readable(step) for step in conditions)


def _is_unique(column: Column) -> bool:
    call = column.definition
    flags = [] if call is None else [call.keyword("primary_key"), call.keyword("unique")]
    return any(flag is not None and flag != Literal(False) for flag in flags)


def _names(step: Call) -> set[str]:
    """The names of the columns that a condition may mean."""
    parts = [part for argument in step.arguments for part in walk(argument.value)]
    named = {argument.keyword for argument in step.arguments if argument.keyword}
    return named | {part.name for part in parts if isinstance(part, Attribute)}


def _is_readable(step: Call) -> bool:
    """Whether conditions are written out, rather than in a name or what a function gives."""
    return not any(
        isinstance(argument.value, (Name, Await, Starred)) or argument.keyword == "**" for argument in step.arguments
    )
