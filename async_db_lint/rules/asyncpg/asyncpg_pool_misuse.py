"""ADB801."""

from __future__ import annotations

from typing import Any

from async_db_lint.rule import *

SENDING = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "cursor")


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

    Silent: for pools that are awaited, entered or passed on, for transactions that are started, and for cursors on a
    connection that comes from elsewhere or is passed on, and may be in a transaction.
    """

    code = "ADB801"
    name = "asyncpg-pool-misuse"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if engine.is_pool and is_never_made(project, engine):
                yield suspect(engine.call, f"{engine.title} is never awaited: using it raises InterfaceError")
        for call in project.calls("transaction", on=(ASYNCPG_CONNECTION,)):
            if call.usage is Usage.AWAITED:
                yield suspect(call, "`transaction()` cannot be awaited: enter it with `async with`")
            elif call.usage is Usage.STATEMENT or is_left_unentered(call):
                yield suspect(call, "this transaction is never entered: each statement commits by itself")
        for call in project.calls("cursor", on=(ASYNCPG_CONNECTION,)):
            if call.usage in (Usage.AWAITED, Usage.ASYNC_ITERATED) and is_outside_transaction(call):
                yield suspect(call, "a cursor needs a transaction: this raises NoActiveSQLTransactionError")
        for item in given_back(project):
            yield _given_back(item)
        for call in project.calls(*SENDING, on=(POOL, ASYNCPG_CONNECTION)):
            message = wrong_placeholder(_text(call))
            if message and call.target is None:
                yield suspect(call, message, at=argument("query", 0))


def _given_back(item: GivenBack) -> Suspect[Any]:
    if isinstance(item.place, Call):
        message = f"`{item.name}` has been given back to the pool: this raises InterfaceError"
        found: Suspect[Any] = suspect(item.place, message)
    else:
        message = f"`{item.name}` goes back to the pool when the block ends: the caller cannot use it"
        found = suspect_return(item.place, message)
    return found.with_related([Related(item.cause.path, item.cause.span, "the pool gets it back here")])


def _text(call: CallSite) -> str:
    """The constant parts of a statement that is given values; empty where it is not known, or given none."""
    given = call.written(call.argument("query", 0) or call.argument("command", 0))
    if len(call.call.arguments) < 2 and call.name != "prepare":
        return ""
    parts = given.parts if isinstance(given, Template) else (given,)
    texts = (part.value if isinstance(part, Literal) else "x" for part in parts)
    return "".join(text for text in texts if isinstance(text, str)) if isinstance(given, (Literal, Template)) else ""
