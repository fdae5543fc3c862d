"""ADB102."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Attribute, Name, walk
from async_db_lint.index.scopes import Statement
from async_db_lint.project.engines import Engine
from async_db_lint.project.project import Project
from async_db_lint.project.urls import Driver
from async_db_lint.project.versions import Range
from async_db_lint.rule import Related, Rule, Severity, Suspect, at_call
from async_db_lint.rules.mending.walking import inside
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


CONNECTORS = ("connect", "create_pool", "create_engine", "ConnectionPool", "AsyncConnectionPool")
NAMED = {
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
}


class SyncDriverUrl(Rule):
    """An async engine is given a URL that names a synchronous driver, or none.

    Happens: with `+psycopg2` SQLAlchemy refuses to make the engine: `InvalidRequestError: The asyncio
    extension requires an async driver`. `postgres://` is no dialect and fails everywhere.
    `postgresql://` depends on the version: SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 takes
    psycopg 3, so that the service runs on another driver than asyncpg and nobody is told.

    Instead: name the driver: `postgresql+asyncpg://user@host/database`.

    Silent: when the URL is rewritten before use, when its beginning is not known, for `+psycopg`,
    which is async, and in tests.
    """

    code = "ADB102"
    name = "sync-driver-url"
    severity = Severity.ERROR
    fix = Safety.UNSAFE
    guide = "Using synchronous drivers; Use `postgresql+asyncpg://` connection string"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for engine in project.engines:
            if not engine.is_async or engine.role is Role.TEST:
                continue
            driver = engine.driver
            if driver is not None and driver.is_sync:
                message = f"{_url(driver)} {consequence(driver, project.versions.of('sqlalchemy'))}"
                facts = None if _is_shared(project, engine, driver) else _Url(driver, driver.prefix.statement)
                yield at_call(engine.call, message, _written(driver, engine), facts=facts)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        named = None if suspect.facts is None else NAMED.get(suspect.facts.driver.dialect)
        if named is None:
            return None
        driver, statement = suspect.facts
        text = text_with(node, driver.scheme)
        if text is None and statement is not None:
            there = eye.written(driver.prefix.place.scope.module.path, statement)
            text = None if there is None else text_with(there, driver.scheme)
        if text is None or "sslmode" in text.value:  # libpq's word, which asyncpg does not know
            return None
        changed = text.with_changes(value=text.value.replace(driver.scheme, named, 1))
        title = f"Name the driver: `{named}`"
        whole: cst.CSTNode = text  # CPython's tree knows no place inside of joined and formatted strings
        while isinstance(around := eye.parent(whole), (cst.FormattedString, cst.ConcatenatedString)):
            whole = around
        pair = (text, changed) if whole is text else (whole, whole.deep_replace(text, changed))
        return Change(title, Safety.UNSAFE, (pair,))


class _Url(NamedTuple):
    """The driver of a URL, and the statement that binds it to a name."""

    driver: Driver
    statement: Statement | None


def _is_shared(project: Project, engine: Engine, driver: Driver) -> bool:
    """Whether a synchronous engine has the same URL, which it could not use any more."""
    statement = driver.prefix.statement
    if statement is None:
        return False
    others = [other.driver for other in project.engines if not other.is_async]
    names = {
        name
        for name, rows in driver.prefix.place.scope.bindings.items()
        if any(row.statement is statement for row in rows)
    }
    drivers = [call for name in CONNECTORS for call in project.table.named(name)]
    given = [argument.value for call in drivers for argument in call.arguments]
    return any(other is not None and other.prefix.statement is statement for other in others) or any(
        isinstance(part, (Name, Attribute)) and part.name in names for value in given for part in walk(value)
    )


def text_with(node: cst.CSTNode, scheme: str) -> cst.SimpleString | cst.FormattedStringText | None:
    """The one string inside a node that begins with a scheme, or is one, as in `drivername="postgresql"`."""
    import libcst as cst

    found: list[cst.SimpleString | cst.FormattedStringText] = []
    for item in inside(node):
        if isinstance(item, cst.SimpleString):
            value = item.value[len(item.prefix) :].strip("\"'")
        elif isinstance(item, cst.FormattedStringText):
            value = item.value
        else:
            continue
        if value == scheme or value.lower().startswith(f"{scheme}://"):
            found.append(item)
    only = found[0] if len(found) == 1 else None
    return only if only is not None and scheme in only.value else None


def _url(driver: Driver) -> str:
    return f"`{driver.scheme}://`"


def consequence(driver: Driver, version: Range) -> str:
    """What the URL does with an async engine, in the versions that the project allows."""
    if driver.dialect == "postgres":
        return "is no dialect of SQLAlchemy: the engine cannot be made"
    if driver.driver or driver.dialect != "postgresql":
        name = driver.driver or f"the default driver of {driver.dialect}"
        return f"cannot be used with an async engine: {name} is synchronous"
    if version.outside("2.1"):
        return "means psycopg2 in SQLAlchemy 2.0: an async engine cannot use it"
    if version.within("2.1"):
        return "means psycopg 3 in SQLAlchemy 2.1, not asyncpg: name the driver"
    return "names no driver: SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 silently takes psycopg 3"


def _written(driver: Driver, engine: Engine) -> Iterator[Related]:
    """Where the URL is written, when that is not in the call's file."""
    found = driver.prefix.statement
    if found is not None and driver.prefix.place.scope.module is not engine.scope.module:
        yield Related(driver.prefix.place.scope.module.path, found.span, "the URL is written here")
