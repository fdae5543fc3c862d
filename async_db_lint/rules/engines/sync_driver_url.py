"""ADB102."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.fixes.nodes.driver_name import naming_driver
from async_db_lint.rule import *

NAMED = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}


class SyncDriverUrl(Rule):
    """An async engine is given a URL that names a synchronous driver, or none.

    Happens: with `+psycopg2` SQLAlchemy refuses to make the engine: `InvalidRequestError: The asyncio
    extension requires an async driver`. `postgres://` is not a dialect and fails everywhere.
    `postgresql://` depends on the version: SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 takes
    psycopg 3, so that the service runs on another driver than asyncpg and nobody is told.

    Instead: name the driver: `postgresql+asyncpg://user@host/database`.

    A validator of settings that sets `drivername` is read as well.

    Silent: when the URL is rewritten before use, when its beginning is not known, for `+psycopg`,
    which is async, and in tests.
    """

    code = "ADB102"
    name = "sync-driver-url"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE
    guide = "Using synchronous drivers; Use `postgresql+asyncpg://` connection string"

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            driver = engine.driver
            if not engine.is_async or engine.role is Role.TEST:
                continue
            if driver is None and engine.guard is not None and engine.guard.is_sync:
                yield suspect(engine.call, _refused(engine.guard)).with_related(_set(engine.guard))
            if driver is None or not driver.is_sync:
                continue
            named = None if engine.has_shared_url else NAMED.get(driver.dialect)
            message = f"`{driver.scheme}://` {_consequence(driver, project.versions.of('sqlalchemy'))}"
            found = suspect(engine.call, message, fix=None if named is None else naming_driver(driver.url, named))
            yield found.with_related(_written(driver, engine))


def _consequence(driver: Driver, version: Range) -> str:
    """What the URL does with an async engine, in the versions that the project allows."""
    if driver.dialect == "postgres":
        return "is not a dialect of SQLAlchemy: the engine cannot be made"
    if driver.driver or driver.dialect != "postgresql":
        name = driver.driver or f"the default driver of {driver.dialect}"
        return f"cannot be used with an async engine: {name} is synchronous"
    if version.outside("2.1"):
        return "means psycopg2 in SQLAlchemy 2.0: an async engine cannot use it"
    if version.within("2.1"):
        return "means psycopg 3 in SQLAlchemy 2.1, not asyncpg: name the driver"
    return "names no driver: SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 silently takes psycopg 3"


def _refused(guard: Guard) -> str:
    """What a validator's driver does with an async engine."""
    return f"an async engine cannot use {guard.driver}, which `{guard.function.name}` gives to its URL"


def _set(guard: Guard) -> Iterator[Related]:
    """Where a validator gives the URL its driver."""
    yield Related(guard.function.path, guard.function.span, "the driver is set here")


def _written(driver: Driver, engine: Engine) -> Iterator[Related]:
    """Where the URL is written, when that is not in the call's file."""
    url = driver.url
    if url.statement is not None and url.path != engine.call.path:
        yield Related(url.path, url.statement.span, "the URL is written here")
