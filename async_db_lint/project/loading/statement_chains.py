"""A statement as it is written: what it starts with, and the calls that follow on it."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Name
from async_db_lint.index.scopes import ExitKind, is_expression
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place, place_of

MAX_STEPS = 40  # calls on a statement, and names that it has on the way
MAX_CHAINS = 16  # ways in which conditions may put one statement together


class StatementChain(NamedTuple):
    """What a statement starts with, and the calls on it, first to last. Example: `chain.steps_named("limit")`.

    `start` is None where a statement comes from somewhere that is not known, such as a parameter.
    """

    start: Call | None
    steps: tuple[Call, ...]

    def steps_named(self, *names: str) -> tuple[Call, ...]:
        """The calls of these methods.

        Example: `chain.steps_named("limit", "fetch")`.
        """
        return tuple(item for item in self.steps if item.method in names)

    @property
    def last(self) -> Call | None:
        """The outermost call."""
        return self.steps[-1] if self.steps else self.start


def chains_of(inference: Inference, expr: Expr | None, place: Place) -> tuple[StatementChain, ...]:
    """The chains that an expression may be, one for each way through the conditions around its steps.

    Example: `chains = chains_of(project.inference, call.argument("statement", 0), call.place)`.
    """
    return () if expr is None else tuple(_chains(inference, expr, place, MAX_STEPS))[:MAX_CHAINS]


def _chains(inference: Inference, expr: Expr, place: Place, hops: int) -> list[StatementChain]:
    if hops == 0:
        return [StatementChain(None, ())]
    if isinstance(expr, Call):
        return _of_call(inference, expr, hops - 1)
    known = _written(inference, expr, place)
    found = [chain for code, where in known for chain in _chains(inference, code, where, hops - 1)]
    return found[:MAX_CHAINS] or [StatementChain(None, ())]


def _of_call(inference: Inference, call: Call, hops: int) -> list[StatementChain]:
    callee = inference.callee(call)
    function = inference.function(callee)
    if function is not None:
        exits = [row for row in function.exits if row.kind is ExitKind.RETURN and row.value is not None]
        value = exits[0].value if len(exits) == 1 and not function.decorators else None
        return [StatementChain(None, ())] if value is None else _chains(inference, value, place_of(exits[0]), hops)
    if not isinstance(call.callee, Attribute) or inference.library_name(callee) is not None:
        return [StatementChain(call, ())]
    before = _chains(inference, call.callee.value, place_of(call), hops)
    return [chain._replace(steps=(*chain.steps, call)) for chain in before]


def _written(inference: Inference, expr: Expr, place: Place) -> list[tuple[Expr, Place]]:
    """What a name may stand for at a place; nothing where one of these is no expression."""
    found = bindings_of(expr.name, place) if isinstance(expr, Name) else None
    if found is not None and all(is_expression(row.value) for row in found[1]):
        is_own = isinstance(expr, Name) and any(expr.name in block.names for block in place.block.outward())
        return [] if is_own else [(row.value, place_of(row)) for row in found[1] if is_expression(row.value)]
    known = definitions(inference, expr, place) if isinstance(expr, (Name, Attribute)) else []
    return known if len(known) == 1 else []
