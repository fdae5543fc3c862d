"""Pools of asyncpg that are used without ever being made: nobody awaits or enters them."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Enter, Expr, Name, Sequence, Usage
from async_db_lint.index.scopes import Scope
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.engines.engines import Engine
from async_db_lint.project.libraries import library
from async_db_lint.project.names.uses import expressions

NEEDING = ("acquire", "execute", "executemany", "fetch", "fetchrow", "fetchval")


def is_never_made(codebase: Codebase, engine: Engine) -> bool:
    """Whether a pool is bound to names that are used, and nothing awaits, enters or passes on any of them.

    Example: `if engine.is_pool and is_never_made(project, engine):`.
    """
    names = engine.names
    if engine.call.usage is not Usage.BOUND or not names or engine.is_handed_out:
        return False
    if any(_is_one_of(expr, names) for scope in codebase.scopes() for expr in _told(scope)):
        return False
    uses = (call for name in NEEDING for call in codebase.calls(name, on=(library.POOL,)))
    return any(call.owner is not None and engine.call in call.owner.origins for call in uses)


def _told(scope: Scope) -> Iterator[Expr]:
    """What a scope does with things: awaits, enters, passes on, returns, binds to other names, enters by hand."""
    yield from (item.value for item in scope.awaits)
    yield from expressions(scope)
    for call in scope.calls:
        yield from (argument.value for argument in call.arguments)
        if call.receiver is not None and (call.method or "").startswith("_"):
            yield call.receiver


def _is_one_of(expr: Expr, names: set[str]) -> bool:
    """Whether an expression is one of the names, alone or in a display."""
    items = expr.items if isinstance(expr, Sequence) else (expr.value,) if isinstance(expr, Enter) else (expr,)
    return any(isinstance(item, (Name, Attribute)) and item.name in names for item in items)
