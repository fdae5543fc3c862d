"""The engines and pools of a project, with what their URLs and options say and what disposes them."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.audited import Audited
from async_db_lint.index.expressions import Literal, walk
from async_db_lint.index.scopes import Function, Scope, TargetBinding, is_expression
from async_db_lint.project.application.lifecycle import at_stop, callback_of, is_done_by
from async_db_lint.project.engines.disposals import Disposal
from async_db_lint.project.engines.engines import UNPOOLED, Engine
from async_db_lint.project.engines.logged import is_of_engines
from async_db_lint.project.engines.settings import default_of
from async_db_lint.project.inference.decorators import is_cached
from async_db_lint.project.inference.options import Option
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.names.values import Kind
from async_db_lint.read.source import Role
from async_db_lint.rule.finding import Location

KINDS = {library.ENGINE: "async engine", library.SYNC_ENGINE: "synchronous engine", library.POOL: "asyncpg pool"}
# What decides how many connections there are, and which of them are trusted.
OPTIONS = (
    *("poolclass", "pool_size", "max_overflow", "pool_timeout", "pool_recycle", "pool_pre_ping"),
    *("isolation_level", "min_size", "max_size", "hide_parameters"),
)


def engines(audited: Audited) -> Iterator[entries.EngineEntry]:
    """Every engine and pool outside tests, in the order of the project's calls."""
    for engine in audited.project.engines:
        if audited.is_wanted(engine.call) and engine.role is not Role.TEST:
            yield _entry(audited, engine)


def _entry(audited: Audited, engine: Engine) -> entries.EngineEntry:
    echo = engine.option("echo")
    dialect, driver, url = _url(audited, engine)
    return entries.EngineEntry(
        name=_name(engine),
        kind=KINDS[engine.kind],
        place=audited.place(engine.call),
        is_async=engine.is_async or engine.is_pool,
        is_in_application=engine.role is Role.APPLICATION,
        dialect=dialect,
        driver=driver,
        url=url,
        options=tuple(_options(engine)),
        most=_most(engine),
        is_pool_certain=engine.option("pool_size").is_certain,
        echo=None if echo.value is None else spelled(echo.value),
        is_echo_certain=echo.is_certain,
        is_echo_off=_is_off(engine, echo),
        disposals=tuple(_disposal(audited, engine, item) for item in engine.disposals),
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


def _url(audited: Audited, engine: Engine) -> tuple[str | None, str | None, Location | None]:
    """The dialect and driver, and where they are written: in the URL, or by the validator of a setting."""
    if engine.is_pool:
        return "postgresql", "asyncpg", None
    found = engine.driver
    if found is not None:
        written = found.prefix.statement
        path = found.prefix.place.scope.module.path
        driver = None if found.prefix.is_default else found.driver
        return found.dialect, driver, None if written is None else audited.at(path, written.span)
    guard = engine.guard
    return (None, None, None) if guard is None else (guard.dialect, guard.driver, audited.place(guard.function))


def _is_off(engine: Engine, echo: Option) -> bool:
    """Whether an engine certainly writes no statements to the log, unless a setting is changed."""
    if any(_may_switch_on(engine, item) for item in engine.codebase.assignments("echo")):
        return False
    if any(is_of_engines(call) for call in engine.codebase.calls("setLevel")):
        return False
    if echo.value is None:
        return echo.is_certain
    known = default_of(engine.codebase.inference, echo.value, echo.place)
    return (known or echo.value) in (Literal(False), Literal(None))


def _may_switch_on(engine: Engine, item: TargetBinding) -> bool:
    """Whether `owner.echo = value` may be of this engine and make it log."""
    owner = engine.codebase.value_at(item.owner, place_of(item))
    if owner is not None and not engine.codebase.is_a(owner, library.ENGINE, library.SYNC_ENGINE):
        return False
    is_another = owner is not None and bool(owner.origins) and engine.call not in owner.origins
    return not is_another and item.value not in (Literal(False), Literal(None))


def _options(engine: Engine) -> Iterator[tuple[str, str]]:
    for name in OPTIONS:
        value = engine.option(name).value
        if value is not None:
            yield name, spelled(value)


def _most(engine: Engine) -> int | None:
    """How many connections a pool opens at most; None where that is not written, or has no limit."""
    if engine.is_pool:
        return _number(engine, "max_size", 10)
    if engine.option("poolclass").value is not None or not engine.option("poolclass").is_certain:
        return None
    size, overflow = _number(engine, "pool_size", 5), _number(engine, "max_overflow", 10)
    return None if not size or overflow is None or overflow < 0 else size + overflow


def _number(engine: Engine, name: str, default: int) -> int | None:
    """The number that an option is, by itself or as the default of a setting."""
    option = engine.option(name)
    if option.value is None:
        return default if option.is_certain else None
    known = default_of(engine.codebase.inference, option.value, option.place) or option.value
    return known.value if isinstance(known, Literal) and type(known.value) is int else None


def _disposal(audited: Audited, engine: Engine, item: Disposal) -> entries.DisposalEntry:
    scope = item.place.scope
    place = audited.place(item.call) if item.call is not None else _header(audited, scope)
    stop = _stop(audited, engine, item) if _is_proven(engine, item) else None
    return entries.DisposalEntry(place, stop)


def _header(audited: Audited, scope: Scope) -> Location:
    return audited.place(scope) if isinstance(scope, Function) else audited.at(scope.module.path, scope.span)


def _is_proven(engine: Engine, item: Disposal) -> bool:
    """Whether it is this engine that is disposed, and the coroutine awaited."""
    owner = engine.codebase.inference.value(item.expr.value, item.place)
    is_done = item.call is None or is_done_by(engine.codebase, item.call)
    return is_done and owner is not None and owner.kind is Kind.INSTANCE and engine.call in owner.origins


def _stop(audited: Audited, engine: Engine, item: Disposal) -> Location | None:
    """The lifespan or shutdown handler that is proven to get to a disposal of the only engine that a call makes."""
    scope = engine.scope
    if isinstance(scope, Function) and not is_cached(engine.codebase.inference, scope):
        callers = [
            call for call in engine.codebase.inference.callers(scope) if audited.project.role(call) is Role.APPLICATION
        ]
        if len(callers) > 1:
            return None
    found = at_stop(audited.project, item.place.scope, item.call or callback_of(item.expr, item.place))
    return None if found is None else audited.place(found.function)


def _exemption(engine: Engine) -> str:
    """Why nothing has to dispose an engine; empty when something may have to."""
    if engine.role is not Role.APPLICATION:
        return f"it belongs to a {engine.role.value}"
    pool = engine.option("poolclass")
    name = (
        None
        if pool.value is None
        else engine.codebase.inference.library_name(engine.codebase.inference.value(pool.value, pool.place))
    )
    if name in UNPOOLED:
        return "it keeps no connections"
    return "" if engine.is_used else "nothing uses it"
