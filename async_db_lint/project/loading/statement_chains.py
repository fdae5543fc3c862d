"""A statement as it is written: what it starts with, and the calls that follow on it."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Name
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place, place_of

MAX_STEPS = 40  # calls on a statement, and names that it has on the way


class StatementChain(NamedTuple):
    """What a statement starts with, and the calls on it, first to last. Example: `chain.steps_named("limit")`."""

    start: Call
    steps: tuple[Call, ...]

    def steps_named(self, *names: str) -> tuple[Call, ...]:
        """The calls of these methods.

        Example: `chain.steps_named("limit", "fetch")`.
        """
        return tuple(item for item in self.steps if item.method in names)

    @property
    def last(self) -> Call:
        """The outermost call."""
        return self.steps[-1] if self.steps else self.start


def chain_of(inference: Inference, expr: Expr | None, place: Place) -> StatementChain | None:
    """The chain that an expression is, through names that certainly stand for one; None where that is not known.

    Example: `chain = chain_of(project.inference, call.argument("statement", 0), call.place)`.
    """
    steps: list[Call] = []
    while expr is not None and len(steps) < MAX_STEPS:
        code = written(inference, expr, place)
        if not isinstance(code, Call):
            return None
        if not isinstance(code.callee, Attribute) or _is_function(inference, code):
            return StatementChain(code, tuple(reversed(steps)))
        steps.append(code)
        expr, place = code.callee.value, place_of(code)
    return None


def _is_function(inference: Inference, call: Call) -> bool:
    """Whether a call is of a function in a module, such as `sa.select(…)`, rather than of a method of a statement."""
    if isinstance(call.callee, Name):
        return True
    return inference.library_name(inference.callee(call)) is not None
