"""ADB801."""

from __future__ import annotations

import re
from collections.abc import Iterator

from async_db_lint.rule import *

NEEDING = frozenset("acquire execute executemany fetch fetchrow fetchval copy_records_to_table".split())
SENDING = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "cursor")
QUOTED = re.compile(r"'(?:[^']|'')*'")
PLACEHOLDERS = (
    (re.compile(r"%s|%\(\w+\)s"), "`%s` is psycopg's placeholder: asyncpg's are `$1`, `$2`"),
    (re.compile(r"\bIN\s+\$\d", re.IGNORECASE), "`IN $1` is no SQL: write `= ANY($1)` and pass a list"),
    (re.compile(r"(?<![:\w\]\[\d]):[A-Za-z_]\w*"), "`:name` is SQLAlchemy's placeholder: asyncpg's are `$1`, `$2`"),
)


class AsyncpgPoolMisuse(Rule):
    """A pool, connection or transaction of asyncpg is used in a way that cannot work.

    Happens: a pool that was never awaited raises `InterfaceError: pool is not initialized`. `connection.transaction()`
    that is not entered begins nothing: each statement commits by itself, and no error says so. A connection that is
    used after its `async with` raises `InterfaceError: connection has been released back to the pool`. A cursor
    outside of a transaction raises `NoActiveSQLTransactionError`. `%s`, `:name` and `IN $1` are syntax errors.

    Instead: enter what is to be open, in the order in which it depends on each other.

        async with asyncpg.create_pool(dsn) as pool:
            async with pool.acquire() as connection, connection.transaction():
                await connection.fetch("SELECT * FROM book WHERE id = ANY($1)", keys)

    Silent: for pools that are awaited or entered later, for transactions that are started, and for cursors on a
    connection that comes from elsewhere and may be in a transaction.
    """

    code = "ADB801"
    name = "asyncpg-pool-misuse"
    severity = Severity.ERROR

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if engine.is_pool and _is_never_made(project, engine):
                yield suspect(engine.call, f"{engine.title} is never awaited: using it raises InterfaceError")
        for call in project.calls("transaction", on=(ASYNCPG_CONNECTION,)):
            if call.usage is Usage.AWAITED:
                yield suspect(call, "`transaction()` cannot be awaited: enter it with `async with`")
            elif call.usage is Usage.STATEMENT or _is_left(call):
                yield suspect(call, "this transaction is never entered: each statement commits by itself")
        for call in project.calls("cursor", on=(ASYNCPG_CONNECTION,)):
            if call.usage in (Usage.AWAITED, Usage.ASYNC_ITERATED) and _is_outside_transaction(call):
                yield suspect(call, "a cursor needs a transaction: this raises NoActiveSQLTransactionError")
        for call in project.calls("acquire", on=(POOL,)):
            yield from _used_after_release(call)
        for call in project.calls(*SENDING, on=(POOL, ASYNCPG_CONNECTION)):
            message = _wrong_placeholder(call)
            if message and call.target is None:
                yield suspect(call, message, at=argument("query", 0))


def _is_never_made(project: Project, engine: Engine) -> bool:
    """Whether a pool is bound to names that are used, and none of them is ever awaited, entered or given away."""
    names = engine.names
    if engine.call.usage is not Usage.BOUND or not names or engine.is_handed_out:
        return False
    if any(_last(item.value) in names for item in project.awaits()):
        return False
    if any(_last(head) in names for block in project.blocks() for head in block.heads):
        return False
    if any(_last(item.value) in names for scope in project.scopes() for item in scope.exits):
        return False
    uses = [call for name in sorted(NEEDING) for call in project.calls(name, on=(POOL,))]
    return any(call.owner is not None and engine.call in call.owner.origins for call in uses)


def _last(expr: Expr | None) -> str:
    return expr.name if isinstance(expr, (Name, Attribute)) else ""


def _is_left(call: CallSite) -> bool:
    """Whether a transaction is bound to one name that nothing uses, or only ends."""
    rows = [rows for rows in call.scope.bindings.values() if len(rows) == 1 and rows[0].value is call.call]
    if len(rows) != 1:
        return False
    name = rows[0][0].name
    uses = [around for around in uses_of(name, call.scope) if around is not call.call]
    return all(isinstance(around, Attribute) and around.name in ("commit", "rollback") for around in uses)


def _is_outside_transaction(call: CallSite) -> bool:
    """Whether a connection is taken in the same function, which begins no transaction."""
    receiver = call.call.receiver
    rows = call.scope.bindings.get(receiver.name, []) if isinstance(receiver, Name) else []
    made = rows[0].value if len(rows) == 1 else None
    inner = made.value if isinstance(made, (Enter, Await)) else None
    if not isinstance(inner, Call) or inner.method not in ("acquire", "connect"):
        return False
    texts = [part.value for item in call.scope.calls for part in item.positional[:1] if isinstance(part, Literal)]
    has_begun = any(isinstance(text, str) and text.strip().lower().startswith("begin") for text in texts)
    return not has_begun and all(item.method not in ("transaction", "start") for item in call.scope.inner_calls())


def _used_after_release(call: CallSite) -> Suspects:
    """The uses of a connection after the block that took it from the pool, or after its `release()`."""
    rows = [row for rows in call.scope.bindings.values() for row in rows if _gives(row.value, call.call)]
    if len(rows) != 1 or len(call.scope.bindings[rows[0].name]) != 1:
        return
    row = rows[0]
    is_entered = isinstance(row.value, Enter)
    end = _end_of(row.block, call.scope) if is_entered else None
    for item in call.scope.calls if end is not None else ():
        is_after = item.statement.index > end and not item.block.within(row.block) if end is not None else False
        if item.receiver == Name(row.name) and is_after and item.method != "is_closed":
            message = f"`{row.name}` has been given back to the pool: this raises InterfaceError"
            yield suspect(item, message).with_related([Related(call.path, call.span, "taken for this block only")])
            return
    for leaving in call.scope.exits if is_entered else ():
        if leaving.kind is ExitKind.RETURN and leaving.value == Name(row.name) and leaving.block.within(row.block):
            message = f"`{row.name}` goes back to the pool when the block ends: the caller cannot use it"
            yield suspect_return(leaving, message)


def _gives(value: object, call: Call) -> bool:
    return isinstance(value, Enter) and value.value is call


def _end_of(block: Block, scope: Scope) -> int:
    """The position of the last statement in a block."""
    inside: Iterator[int] = (item.statement.index for item in scope.calls if item.block.within(block))
    return max(inside, default=0)


def _wrong_placeholder(call: CallSite) -> str:
    """What is wrong with the placeholders of a statement that is given values; empty for nothing."""
    given = call.written(call.argument("query", 0) or call.argument("command", 0))
    if not isinstance(given, Literal) or not isinstance(given.value, str) or len(call.call.positional) < 2:
        return ""
    bare = QUOTED.sub("''", given.value)
    return next((message for pattern, message in PLACEHOLDERS if pattern.search(bare)), "")
