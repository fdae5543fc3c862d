"""What may dispose an engine or close a pool."""

from __future__ import annotations

from dataclasses import dataclass

from async_db_lint.index.expressions import Call, Expr, Usage
from async_db_lint.project.places import Place


@dataclass(frozen=True, slots=True)
class Disposal:
    """A call that disposes an engine, or hands `engine.dispose` to something that will."""

    expr: Expr
    place: Place
    call: Call | None

    @property
    def is_awaited(self) -> bool:
        """Whether the coroutine is awaited or passed on."""
        return self.call is None or self.call.usage is not Usage.STATEMENT
