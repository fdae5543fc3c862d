"""ADB101."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import BlockKind, Function
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.source import Role

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


class SyncDriverImport(Rule):
    """The application opens a connection with a synchronous driver beside its async database layer.

    Happens: the query runs to its end while the event loop stands still, and every other request
    waits. The connection is outside the engine's pool, so nothing limits or closes it.

    Instead: `await asyncpg.connect(…)`, or a connection of the engine: `async with engine.connect()`.

    Silent: for the driver's error classes, types and SQL builders; in migrations, scripts and tests;
    where only threads, task queues or a main guard reach the call; and in a project that is not async.
    """

    code = "ADB101"
    name = "sync-driver-import"
    severity = Severity.ERROR
    guide = "Using synchronous drivers"
    yields_to = ("ADB103", "ADB305")

    def suspects(self, project: Project) -> Iterator[Suspect]:
        if not project.is_async:
            return
        for last, names in OPENERS.items():
            for call in project.table.named(last):
                name = project.name_of(call)
                if name in names and project.role(call) is Role.APPLICATION and runs_in_application(project, call):
                    driver = name.partition(".")[0]
                    yield at_call(call, f"`{driver}` is synchronous: its queries stop the event loop")


def runs_in_application(project: Project, call: Call) -> bool:
    """Whether the application itself certainly runs a call: as it is imported, or on its event loop."""
    scope = call.block.scope
    if isinstance(scope, Function):
        return project.loop.of(scope) is not None
    is_guarded = call.block.inside(frozenset({BlockKind.MAIN_GUARD, BlockKind.TYPE_CHECKING}))
    return scope.module in project.application_modules and not is_guarded
