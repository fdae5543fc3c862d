"""The engines and pools of a project, with what their URLs and options say and what disposes them."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.index.expressions import Literal
from async_db_lint.index.scopes import Function, Scope
from async_db_lint.project import library
from async_db_lint.project.application import Trigger
from async_db_lint.project.disposals import Disposal
from async_db_lint.project.engines import Engine
from async_db_lint.project.kinds import Kind
from async_db_lint.project.options import Option
from async_db_lint.project.places import place_of
from async_db_lint.project.settings import default_of
from async_db_lint.project.text import spelled
from async_db_lint.project.url_guards import guard_of
from async_db_lint.rule import Location
from async_db_lint.source import Role

KINDS = {library.ENGINE: "async engine", library.SYNC_ENGINE: "synchronous engine", library.POOL: "asyncpg pool"}
# What decides how many connections there are, and which of them are trusted.
OPTIONS = (
    *("poolclass", "pool_size", "max_overflow", "pool_timeout", "pool_recycle", "pool_pre_ping"),
    *("isolation_level", "min_size", "max_size", "hide_parameters"),
)
STOPS = (Trigger.LIFESPAN, Trigger.SHUTDOWN)


def engines(ground: Ground) -> Iterator[entries.Engine]:
    """Every engine and pool outside tests, in the order of the project's calls."""
    for engine in ground.project.engines:
        if ground.is_wanted(engine.call) and engine.role is not Role.TEST:
            yield _entry(ground, engine)


def _entry(ground: Ground, engine: Engine) -> entries.Engine:
    echo = engine.option("echo")
    dialect, driver, url = _url(ground, engine)
    return entries.Engine(
        name=_name(engine),
        kind=KINDS[engine.kind],
        place=ground.place(engine.call),
        is_async=engine.is_async or engine.is_pool,
        is_in_application=engine.role is Role.APPLICATION,
        dialect=dialect,
        driver=driver,
        url=url,
        options=tuple(_options(engine)),
        echo=None if echo.value is None else spelled(echo.value),
        is_echo_off=_is_off(engine, echo),
        disposals=tuple(_disposal(ground, engine, item) for item in engine.disposals),
        needs_no_disposal=_exemption(ground, engine),
    )


def _name(engine: Engine) -> str:
    """What it is bound to first, or the function that makes it."""
    names = sorted(engine.names)
    return names[0] if names else f"{engine.scope.name}()" if isinstance(engine.scope, Function) else "engine"


def _url(ground: Ground, engine: Engine) -> tuple[str | None, str | None, Location | None]:
    """The dialect and driver, and where they are written: in the URL, or by the validator of a setting."""
    if engine.is_pool:
        return "postgresql", "asyncpg", None
    found = engine.driver
    if found is not None:
        written = found.prefix.statement
        path = found.prefix.place.scope.module.path
        return found.dialect, found.driver, None if written is None else ground.at(path, written.span)
    guard = guard_of(engine.view.inference, engine.call.argument("url", 0), place_of(engine.call))
    return (None, None, None) if guard is None else (guard.dialect, guard.driver, ground.place(guard.function))


def _is_off(engine: Engine, echo: Option) -> bool:
    """Whether an engine certainly writes no statements to the log, unless a setting is changed."""
    if echo.value is None:
        return echo.is_certain
    known = default_of(engine.view.inference, echo.value, echo.place)
    return (known or echo.value) in (Literal(False), Literal(None))


def _options(engine: Engine) -> Iterator[tuple[str, str]]:
    for name in OPTIONS:
        value = engine.option(name).value
        if value is not None:
            yield name, spelled(value)


def _disposal(ground: Ground, engine: Engine, item: Disposal) -> entries.Disposal:
    scope = item.place.scope
    place = ground.place(item.call) if item.call is not None else _header(ground, scope)
    stop = _stop(ground, scope) if _is_proven(engine, item) else None
    return entries.Disposal(place, stop)


def _header(ground: Ground, scope: Scope) -> Location:
    return ground.place(scope) if isinstance(scope, Function) else ground.at(scope.module.path, scope.span)


def _is_proven(engine: Engine, item: Disposal) -> bool:
    """Whether it is this engine that is disposed, and the coroutine awaited."""
    owner = engine.view.inference.value(getattr(item.expr, "value", None), item.place)
    return owner is not None and owner.kind is Kind.INSTANCE and engine.call in owner.origins and item.is_awaited


def _stop(ground: Ground, scope: Scope) -> Location | None:
    """The lifespan or shutdown handler that is proven to reach a function."""
    if not isinstance(scope, Function):
        return None
    application = ground.project.application

    def stops(item: Scope) -> bool:
        return isinstance(item, Function) and application.is_called_at(item, *STOPS)

    chain = ground.project.reach.chain_to(scope, stops)
    if chain is None:
        return None
    return _header(ground, chain[0].block.scope if chain else scope)


def _exemption(ground: Ground, engine: Engine) -> str:
    """Why nothing has to dispose an engine; empty when something has."""
    if engine.role is not Role.APPLICATION:
        return f"it belongs to a {engine.role.value}"
    if engine.is_unpooled:
        return "it keeps no connections"
    if not engine.is_in_application:
        return "no application that is started makes it"
    if engine.is_handed_out:
        return "it is handed to code outside the project"
    return "" if engine.is_used else "nothing uses it"
