"""Where statements are built and rows are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project import library
from async_db_lint.project.probes import is_probe
from async_db_lint.project.project import enclosing_function

BUILDERS = tuple(f"sqlalchemy.{name}" for name in ("select", "insert", "update", "delete"))


def work(ground: Ground, routes: Collection[Function]) -> entries.Work:
    """The application's statements and writes; those outside routes once more by themselves."""
    project = ground.project
    built = [call for call in project.makers_of(*BUILDERS) if ground.counts(call)]
    writes = list(_writes(ground))
    raw = list(_raw(ground))
    functions = {enclosing_function(call.block.scope) for call in writes}
    old = project.methods(["query"], *library.SYNC_SESSIONS)
    return entries.Work(
        selects=ground.places(call for call in built if project.name_of(call) == "sqlalchemy.select"),
        old_queries=ground.places(call for call, _ in old if ground.counts(call)),
        queries_elsewhere=ground.places(call for call in built if enclosing_function(call.block.scope) not in routes),
        changes=ground.places(call for call in built if project.name_of(call) != "sqlalchemy.select"),
        orm_writes=ground.places(writes),
        raw_sql=ground.places(raw),
        mixed=ground.places(call for call in raw if enclosing_function(call.block.scope) in functions),
    )


def _writes(ground: Ground) -> Iterator[Call]:
    """Where objects are added, deleted or merged through a session."""
    for call, _ in ground.project.methods(("add", "add_all", "delete", "merge"), *library.SESSIONS):
        if ground.counts(call):
            yield call


def _raw(ground: Ground) -> Iterator[Call]:
    """Where SQL is written as text in a function; at the top of a module or class it is a default or an index."""
    connections = (library.CONNECTION, library.ASYNCPG_CONNECTION, library.POOL)
    driver = ground.project.methods(("exec_driver_sql",), library.CONNECTION)
    asyncpg = ground.project.methods(("execute", "executemany", "fetch", "fetchrow", "fetchval"), *connections[1:])
    for call in (*ground.project.makers_of("sqlalchemy.text"), *(call for call, _ in (*driver, *asyncpg))):
        if ground.counts(call) and isinstance(call.block.scope, Function) and not is_probe(call):
            yield call
