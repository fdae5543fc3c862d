"""ADB101."""

from __future__ import annotations

from async_db_lint.rule import *

OPENERS = {
    "connect": (
        "psycopg2.connect",
        "psycopg.connect",
        "psycopg.Connection.connect",
        "pg8000.connect",
        "pg8000.dbapi.connect",
    ),
    "SimpleConnectionPool": ("psycopg2.SimpleConnectionPool",),
    "ThreadedConnectionPool": ("psycopg2.ThreadedConnectionPool",),
    "ConnectionPool": ("psycopg_pool.ConnectionPool",),
    "Connection": ("pg8000.native.Connection",),
}
NOT_AT_IMPORT = frozenset({BlockKind.MAIN_GUARD, BlockKind.TYPE_CHECKING})


class SyncDriverImport(Rule):
    """The application opens a connection with a synchronous driver beside its async database layer.

    Happens: the event loop is blocked until the query ends, and every other request
    waits. The connection is outside the engine's pool, so nothing limits or closes it.

    Instead: `await asyncpg.connect(…)`, or a connection of the engine: `async with engine.connect()`.

    Silent: for the driver's error classes, types and SQL builders; in migrations, scripts and tests;
    where only threads, task queues or a main guard reach the call; and in a project that is not async.
    """

    code = "ADB101"
    name = "sync-driver-import"
    severity = Severity.ERROR
    consequence = Consequence.BLOCKS_LOOP
    guide = "Using synchronous drivers"
    yields_to = ("ADB103", "ADB305")

    def suspects(self, project: Project) -> Suspects:
        if not project.is_async:
            return
        for last, names in OPENERS.items():
            for call in project.calls(last):
                name = call.library_name
                if name in names and call.is_in_application and _is_run(project, call):
                    driver = name.partition(".")[0]
                    yield suspect(call, f"`{driver}` is synchronous: its queries stop the event loop")


def _is_run(project: Project, call: CallSite) -> bool:
    """Whether the application certainly runs a call: when it is imported, or on its event loop."""
    if isinstance(call.scope, Function):
        return bool(project.loop.of(call.scope))
    return call.is_imported_by_application and not call.block.inside(NOT_AT_IMPORT)
