"""The engines and pools of a project, with what their URLs and options say and what disposes them."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.index.expressions import Literal, walk
from async_db_lint.index.scopes import Function, Scope, is_expression
from async_db_lint.project import library
from async_db_lint.project.disposals import Disposal
from async_db_lint.project.engines import UNPOOLED, Engine
from async_db_lint.project.kinds import Kind
from async_db_lint.project.lifecycle import at_stop
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
        is_pool_certain=engine.option("pool_size").is_certain,
        echo=None if echo.value is None else spelled(echo.value),
        is_echo_certain=echo.is_certain,
        is_echo_off=_is_off(engine, echo),
        disposals=tuple(_disposal(ground, engine, item) for item in engine.disposals),
        needs_no_disposal=_exemption(engine),
    )


def _name(engine: Engine) -> str:
    """What it is bound to first, or the function that makes it."""
    names = sorted(engine.names) or sorted(
        name
        for name, bindings in engine.scope.bindings.items()
        if any(is_expression(item.value) and engine.call in walk(item.value) for item in bindings)
    )
    return names[0] if names else f"{engine.scope.name}()" if isinstance(engine.scope, Function) else "engine"


def _url(ground: Ground, engine: Engine) -> tuple[str | None, str | None, Location | None]:
    """The dialect and driver, and where they are written: in the URL, or by the validator of a setting."""
    if engine.is_pool:
        return "postgresql", "asyncpg", None
    found = engine.driver
    if found is not None:
        written = found.prefix.statement
        path = found.prefix.place.scope.module.path
        driver = None if found.prefix.is_default else found.driver
        return found.dialect, driver, None if written is None else ground.at(path, written.span)
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
    stop = _stop(ground, engine, item) if _is_proven(engine, item) else None
    return entries.Disposal(place, stop)


def _header(ground: Ground, scope: Scope) -> Location:
    return ground.place(scope) if isinstance(scope, Function) else ground.at(scope.module.path, scope.span)


def _is_proven(engine: Engine, item: Disposal) -> bool:
    """Whether it is this engine that is disposed, and the coroutine awaited."""
    owner = engine.view.inference.value(getattr(item.expr, "value", None), item.place)
    return owner is not None and owner.kind is Kind.INSTANCE and engine.call in owner.origins and item.is_awaited


def _stop(ground: Ground, engine: Engine, item: Disposal) -> Location | None:
    """The lifespan or shutdown handler that is proven to get to a disposal of the only engine that a call makes."""
    scope = engine.scope
    if isinstance(scope, Function) and not engine.view.is_cached(scope):
        callers = [
            call for call in engine.view.inference.callers(scope) if ground.project.role(call) is Role.APPLICATION
        ]
        if len(callers) > 1:
            return None
    found = at_stop(ground.project, item.place.scope, item.call)
    return None if found is None else ground.place(found.function)


def _exemption(engine: Engine) -> str:
    """Why nothing has to dispose an engine; empty when something may have to."""
    if engine.role is not Role.APPLICATION:
        return f"it belongs to a {engine.role.value}"
    pool = engine.option("poolclass")
    name = (
        None
        if pool.value is None
        else engine.view.inference.library_name(engine.view.inference.value(pool.value, pool.place))
    )
    if name in UNPOOLED:
        return "it keeps no connections"
    return "" if engine.is_used else "nothing uses it"
