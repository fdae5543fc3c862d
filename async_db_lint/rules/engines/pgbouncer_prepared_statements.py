"""ADB110."""

from __future__ import annotations

import re

from async_db_lint.rule import *

POOLER = re.compile(
    r"(//|@)([^/@?]*[.-])?(pgbouncer|pg-bouncer|pgcat|supavisor)[^/@?]*(/|$|\?)"  # a host of that name
    r"|-pooler\.|:6432\b|:6543\b",
    re.IGNORECASE,
)
"""Hosts and ports of poolers that hand a connection to another client after each transaction."""
PORTS = (6432, 6543)
LOCAL = re.compile(r"@(localhost|127\.0\.0\.1|db|postgres)(:5432)?(/|$|\?)")
HOST = re.compile(r"pgbouncer|pg-bouncer|-pooler\.", re.IGNORECASE)
CREATORS = ("async_creator", "creator", "connect")
CONNECTING = Literal("do_connect")
ASYNCPG, SQLALCHEMY = "statement_cache_size", "prepared_statement_cache_size"
NAMED = "prepared_statement_name_func"


class PgbouncerPreparedStatements(Rule):
    """asyncpg keeps prepared statements on connections that a pooler hands to other clients.

    Happens: asyncpg gives each statement a name on the server and counts the names for itself. Behind PgBouncer,
    Supabase or Neon in transaction mode, two clients share a connection, and their names collide:
    `DuplicatePreparedStatementError`, or `InvalidSQLStatementNameError` for a statement that is on another
    connection. It comes and goes with the load. `prepared_statement_cache_size=0` is not enough: SQLAlchemy keeps
    nothing then, and asyncpg names its statements as before.

    Instead: switch both caches off, `statement_cache_size=0` and `prepared_statement_cache_size=0`, and leave
    pooling to the pooler.

        create_async_engine(
            url,
            poolclass=NullPool,
            connect_args={"statement_cache_size": 0, "prepared_statement_cache_size": 0},
        )

    Silent: unless the URL names a pooler, or only SQLAlchemy's cache is switched off for a server elsewhere; when
    statements get names of their own by `prepared_statement_name_func`; when a function makes the connections.
    PgBouncer from 1.21 on can be told to keep prepared statements (`max_prepared_statements`): then `allow` this code
    for the line.
    """

    code = "ADB110"
    name = "pgbouncer-prepared-statements"
    severity = Severity.WARNING
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if engine.role is Role.TEST or not _is_asyncpg(project, engine):
                continue
            given = _given(project, engine)
            if given is None or {ASYNCPG, NAMED} & given.keys() or _is_told_later(project):
                continue
            if given.get(SQLALCHEMY) == Literal(0) and not LOCAL.search(_url(engine)):
                message = f"`{SQLALCHEMY}=0` leaves asyncpg's named statements: set `{ASYNCPG}` to 0 as well"
                yield suspect(engine.call, message, at=keyword("connect_args"))
            elif POOLER.search(_url(engine)) or _is_pooler(project, engine, given):
                message = f"behind a pooler, prepared statements of clients collide: set `{ASYNCPG}` to 0"
                yield suspect(engine.call, message)


def _is_told_later(project: Project) -> bool:
    """Whether a listener may give connections other arguments as they are made."""
    return any(call.argument("identifier", 1) == CONNECTING for call in project.calls("listens_for", "listen"))


def _is_asyncpg(project: Project, engine: Engine) -> bool:
    """Whether an engine runs on asyncpg: an argument that only its dialect has says so, too."""
    if engine.is_pool or (engine.is_async and project.is_on_asyncpg(engine)):
        return True
    option = engine.option("connect_args")
    keys = option.value.items if isinstance(option.value, Mapping) else ()
    return engine.is_async and engine.driver is None and any(key == Literal(SQLALCHEMY) for key, _ in keys)


def _url(engine: Engine) -> str:
    """What is known of an engine's URL: its beginning, and the texts in it where it is put together in place."""
    known = "" if engine.driver is None else engine.driver.prefix.text
    given = engine.call.argument("url", 0) or engine.call.keyword("dsn")
    if isinstance(given, Template):
        texts = [part.value if isinstance(part, Literal) else "x" for part in given.parts]
        return "".join(str(text) for text in texts)
    return known


def _is_pooler(project: Project, engine: Engine, given: dict[object, Expr]) -> bool:
    """Whether a host or port, given by itself or to `URL.create`, is a pooler's."""
    url = project.site(engine.call).written(engine.call.argument("url", 0))
    of_url = {item.keyword: item.value for item in url.arguments} if isinstance(url, Call) else {}
    for parts in (given, of_url):
        port, host = (_literal(project, engine, parts.get(name)) for name in ("port", "host"))
        if port in PORTS or (isinstance(host, str) and HOST.search(host)):
            return True
    return False


def _literal(project: Project, engine: Engine, expr: Expr | None) -> object:
    code = project.site(engine.call).written(expr)
    return code.value if isinstance(code, Literal) else None


def _given(project: Project, engine: Engine) -> dict[object, Expr] | None:
    """What asyncpg is given, by name; None when that is not known."""
    if any(engine.option(name).value is not None or not engine.option(name).is_certain for name in CREATORS):
        return None
    if "cache_size" in _url(engine):
        return {ASYNCPG: Literal(0)} if f"&{ASYNCPG}" in _url(engine).replace("?", "&") else {SQLALCHEMY: Literal(0)}
    if engine.is_pool:
        found = {name: engine.option(name).value for name in (ASYNCPG, "port", "host")}
        return {name: value for name, value in found.items() if value is not None}
    option = engine.option("connect_args")
    if option.value is None:
        return {} if option.is_certain else None
    names = (ASYNCPG, NAMED, SQLALCHEMY, "port", "host")
    given = {name: entry(project.inference, option.value, option.place, name) for name in names}
    if any(not item.is_certain for item in given.values()):
        return None
    return {name: item.value for name, item in given.items() if item.value is not None}
