"""Connections of asyncpg that are used after they went back to their pool, and cursors outside of a transaction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Await, Call, Enter, Literal, Name, walk
from async_db_lint.index.scopes import LOOPS, Binding, Exit, ExitKind, Function, Scope
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import dominates
from async_db_lint.project.names.uses import uses_of

USING = frozenset("execute executemany fetch fetchrow fetchval prepare cursor transaction".split())
READING = re.compile(r"\s*(select|insert|update|delete)\b", re.IGNORECASE)


class GivenBack(NamedTuple):
    """A use of a connection that the pool has back, by a call or to return it, and where it was taken or given back.

    Example: `for item in given_back(project):`.
    """

    name: str
    place: Call | Exit
    cause: Call


def given_back(codebase: Codebase) -> Iterator[GivenBack]:
    """The first use of each connection after its block, or after its `release()`, in the same function.

    Example: `for item in given_back(project):`.
    """
    for call in codebase.calls("acquire", on=(library.POOL,)):
        yield from _after_block(call)
    for call in codebase.calls("release", on=(library.POOL,)):
        yield from _after_release(call)


def _after_block(call: CallSite) -> Iterator[GivenBack]:
    scope = call.scope
    rows = [row for rows in scope.bindings.values() for row in rows if _is_entered(row, call.call)]
    if len(rows) != 1 or len(scope.bindings[rows[0].name]) != 1:
        return
    row = rows[0]
    for leaving in scope.exits:
        if leaving.kind is ExitKind.RETURN and leaving.value == Name(row.name) and leaving.block.within(row.block):
            yield GivenBack(row.name, leaving, call.call)
            return
    end = max((item.statement.index for item in scope.calls if item.block.within(row.block)), default=0)
    for item in scope.calls:
        is_after = item.statement.index > end and not item.block.within(row.block)
        if is_after and _uses(item, row.name):
            yield GivenBack(row.name, item, call.call)
            return


def _after_release(call: CallSite) -> Iterator[GivenBack]:
    given = call.call.positional[0] if call.call.positional else None
    if not isinstance(given, Name) or call.block.inside(LOOPS):
        return
    at = call.call.statement.index
    if any(row.statement.index > at for row in call.scope.bindings.get(given.name, ())):
        return
    for item in call.scope.calls:
        if item.statement.index > at and dominates(call.block, item.block) and _uses(item, given.name):
            yield GivenBack(given.name, item, call.call)
            return


def _is_entered(row: Binding, call: Call) -> bool:
    return isinstance(row.value, Enter) and row.value.value is call


def _uses(call: Call, name: str) -> bool:
    """Whether a call needs the connection of a name, which no comprehension around it binds anew."""
    is_own = any(name in block.names for block in call.block.outward())
    return call.receiver == Name(name) and not is_own and call.method in USING


def is_outside_transaction(cursor: CallSite) -> bool:
    """Whether a cursor's connection is taken in the same function, which begins no transaction, nor lets others do it.

    Example: `if is_outside_transaction(call):`.
    """
    receiver = cursor.call.receiver
    rows = cursor.scope.bindings.get(receiver.name, []) if isinstance(receiver, Name) else []
    made = rows[0].value if len(rows) == 1 else None
    inner = made.value if isinstance(made, (Enter, Await)) else None
    if not isinstance(receiver, Name) or not isinstance(inner, Call) or inner.method not in ("acquire", "connect"):
        return False
    return not any(_may_begin(call, receiver) for call in cursor.scope.inner_calls())


def _may_begin(call: Call, connection: Name) -> bool:
    """Whether a call may begin a transaction: it is given the connection, or executes what may be any statement."""
    if call.method in ("transaction", "start") or any(argument.value == connection for argument in call.arguments):
        return True
    if call.receiver != connection or call.method != "execute":
        return False
    text = call.argument("query", 0)
    return not isinstance(text, Literal) or READING.match(str(text.value)) is None


def is_left_unentered(transaction: CallSite) -> bool:
    """Whether a transaction is bound to one name that nothing uses, or only ends.

    Example: `if is_left_unentered(call):`.
    """
    scope: Scope = transaction.scope
    rows = [rows for rows in scope.bindings.values() if len(rows) == 1 and rows[0].value is transaction.call]
    is_head = any(part is transaction.call for block in scope.blocks for head in block.heads for part in walk(head))
    if len(rows) != 1 or is_head or not isinstance(scope, Function):
        return False
    uses = uses_of(rows[0][0].name, scope)
    return all(getattr(around, "name", "") in ("commit", "rollback") for around in uses)
