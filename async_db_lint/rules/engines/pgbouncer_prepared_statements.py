"""ADB110."""

from __future__ import annotations

import re

from async_db_lint.rule import *

POOLER = re.compile(r"pgbouncer|supavisor|-pooler\.|pooler\.supabase\.com:6543|:6432\b", re.IGNORECASE)
"""Hosts and ports of poolers that hand a connection to another client after each transaction."""
ASYNCPG, SQLALCHEMY = "statement_cache_size", "prepared_statement_cache_size"
NAMED = "prepared_statement_name_func"


class PgbouncerPreparedStatements(Rule):
    """asyncpg keeps prepared statements on connections that a pooler hands to other clients.

    Happens: asyncpg gives each statement a name on the server and counts the names for itself. Behind PgBouncer,
    Supabase or Neon in transaction mode, two clients share a connection, and their names collide:
    `DuplicatePreparedStatementError`, or `InvalidSQLStatementNameError` for a statement that is on another
    connection. It comes and goes with the load. `prepared_statement_cache_size=0` is not enough: SQLAlchemy keeps
    nothing then, and asyncpg names its statements as before.

    Instead: switch both caches off, and leave pooling to the pooler.

        create_async_engine(
            url,
            poolclass=NullPool,
            connect_args={"statement_cache_size": 0, "prepared_statement_cache_size": 0},
        )

    Silent: unless the URL names a pooler, or only SQLAlchemy's cache is switched off; when statements get names of
    their own by `prepared_statement_name_func`. PgBouncer from 1.21 on can be told to keep prepared statements
    (`max_prepared_statements`): then `allow` this code for the line.
    """

    code = "ADB110"
    name = "pgbouncer-prepared-statements"
    severity = Severity.WARNING

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            is_asyncpg = engine.is_pool or (engine.is_async and project.is_on_asyncpg(engine))
            if engine.role is Role.TEST or not is_asyncpg:
                continue
            given = _given(project, engine)
            if given is None or {ASYNCPG, NAMED} & given.keys():
                continue
            if given.get(SQLALCHEMY) == Literal(0):
                message = f"`{SQLALCHEMY}=0` leaves asyncpg's named statements: set `{ASYNCPG}` to 0 as well"
                yield suspect(engine.call, message, at=keyword("connect_args"))
            elif POOLER.search(_url(engine)) or given.get("port") == Literal(6432):
                message = f"behind a pooler, prepared statements of clients collide: set `{ASYNCPG}` to 0"
                yield suspect(engine.call, message)


def _url(engine: Engine) -> str:
    """What is known of an engine's URL."""
    return "" if engine.driver is None else engine.driver.prefix.text


def _given(project: Project, engine: Engine) -> dict[object, Expr] | None:
    """What asyncpg is given, by name; None when that is not known."""
    if "cache_size" in _url(engine):
        return {ASYNCPG: Literal(0)} if f"&{ASYNCPG}" in _url(engine).replace("?", "&") else {SQLALCHEMY: Literal(0)}
    if engine.is_pool:
        found = {name: engine.option(name) for name in (ASYNCPG, "port")}
        known: dict[object, Expr] = {name: item.value for name, item in found.items() if item.value is not None}
        return known if all(item.is_certain for item in found.values()) else None
    option = engine.option("connect_args")
    given = None if option.value is None else project.site(engine.call).written(option.value)
    if option.value is None:
        return {} if option.is_certain else None
    if not isinstance(given, Mapping) or not all(isinstance(key, Literal) for key, _ in given.items):
        return None
    return {key.value: value for key, value in given.items if isinstance(key, Literal)}
