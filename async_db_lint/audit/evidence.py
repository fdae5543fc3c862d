"""The evidence for each item of the guide's lists of mistakes and practices, from what the project is made of."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit.entries import Engine, Inventory
from async_db_lint.audit.facts import Fact, Facts, exempt, proven, unclear


def application_engines(found: Inventory) -> Iterator[Engine]:
    """The engines that application code makes."""
    return (engine for engine in found.engines if engine.is_in_application)


def async_drivers(found: Inventory) -> Facts:
    """Mistake 1: synchronous drivers."""
    for engine in application_engines(found):
        if engine.driver:
            yield (
                proven(f"`{engine.name}` is an {engine.kind} on {engine.driver}", engine.place)
                if engine.is_async
                else (
                    exempt(
                        f"`{engine.name}` is synchronous; nothing on the event loop is known to use it", engine.place
                    )
                )
            )
        elif engine.is_async:
            yield proven(f"`{engine.name}` is an async engine, which refuses a synchronous driver", engine.place)
        else:
            text = f"`{engine.name}` is synchronous; nothing on the event loop is known to use it"
            yield exempt(text, engine.place)


def sessions_per_call(found: Inventory) -> Facts:
    """Mistake 2: global sessions."""
    for session in found.sessions:
        yield proven(f"`{session.function}` opens a session of its own each time it runs", session.place)


def closed_connections(found: Inventory) -> Facts:
    """Mistake 3: connections that are not closed."""
    for session in found.sessions:
        if session.closed:
            yield proven(f"the session of `{session.function}` is {session.closed}", session.place)
        else:
            yield unclear(f"`{session.function}` hands its session on: who closes it is not proven", session.place)
    yield from disposed_engines(found)


def unmixed_writes(found: Inventory) -> Facts:
    """Mistake 4: ORM and raw SQL mixed."""
    writes, raw = found.work.orm_writes, found.work.raw_sql
    if writes:
        yield proven(f"objects are added or deleted through the ORM in {_counted(len(writes), 'place')}", *writes)
    if raw:
        yield proven(f"{_counted(len(raw), 'statement')} of raw SQL", *raw)


def queries_outside_routes(found: Inventory) -> Facts:
    """Mistake 5: queries in routes."""
    if not found.routes:
        return
    elsewhere = found.work.queries_elsewhere
    text = f"{_counted(len(found.routes), 'route')}; {_counted(len(elsewhere), 'statement')} built outside of routes"
    yield proven(text, *elsewhere)


def asyncpg_urls(found: Inventory) -> Facts:
    """Practice 1: `postgresql+asyncpg://`."""
    for engine in application_engines(found):
        places = (engine.place, *((engine.url,) if engine.url is not None else ()))
        if not engine.is_async:
            yield exempt(f"`{engine.name}` is synchronous", engine.place)
        elif engine.driver is None:
            yield unclear(f"the URL of `{engine.name}`, and so its driver, is not written in the code", engine.place)
        elif engine.driver == "asyncpg":
            yield proven(f"`{engine.name}` runs on asyncpg", *places)
        else:
            name = f"{engine.dialect}+{engine.driver}" if engine.driver else str(engine.dialect)
            yield exempt(f"`{engine.name}` runs on {name}", *places)


def kept_objects(found: Inventory) -> Facts:
    """Practice 2: `expire_on_commit=False`."""
    for factory in found.factories:
        if not factory.is_async:
            yield exempt(f"`{factory.name}` makes synchronous sessions", factory.place)
        elif factory.expire_on_commit == "False":
            yield proven(f"`{factory.name}` has `expire_on_commit=False`", factory.place)
        elif factory.expire_on_commit is None and factory.is_certain:
            yield unclear(f"`{factory.name}` does not set `expire_on_commit` where it is made", factory.place)
        else:
            value = factory.expire_on_commit or "an option that is not written here"
            yield unclear(f"`{factory.name}` leaves `expire_on_commit` to `{value}`", factory.place)


def injected_sessions(found: Inventory) -> Facts:
    """Practice 3: sessions by dependency injection."""
    for dependency in found.dependencies:
        if dependency.factories:
            count = f"{dependency.routes} of {_counted(len(found.routes), 'route')}"
            text = f"`{dependency.name}` opens the session of {count}"
            yield proven(text, dependency.place)
    for route in found.routes:
        if route.session in ("own", "module"):
            yield unclear(f"the route `{route.name}` has a session that is not injected", route.place)


def database_at_start(found: Inventory) -> Facts:
    """Practice 4: the database is initialised when the application starts."""
    touching = [item for item in found.startup if item.touches]
    for item in touching:
        yield proven(f"`{item.name}` uses the database before the application serves", item.place, *item.touches)
    if not touching and found.applications and any(application_engines(found)):
        places = tuple(item.place for item in found.startup)
        yield unclear("whether the start-up code uses the database is not proven", *places)


def disposed_engines(found: Inventory) -> Facts:
    """Practice 5: engines are disposed when the application stops."""
    for engine in application_engines(found):
        yield _disposal(engine)


def _disposal(engine: Engine) -> Fact:
    word = "closed" if engine.kind == "asyncpg pool" else "disposed"
    ends = [item for item in engine.disposals if item.stop is not None]
    if ends and ends[0].stop is not None:
        return proven(f"`{engine.name}` is {word} when the application stops", ends[0].stop, ends[0].place)
    if engine.needs_no_disposal:
        return exempt(f"`{engine.name}` need not be {word}: {engine.needs_no_disposal}", engine.place)
    if not engine.is_async:
        return exempt(f"`{engine.name}` is synchronous", engine.place)
    places = tuple(item.place for item in engine.disposals)
    if places:
        return unclear(f"`{engine.name}` may be {word} here, but that shutdown gets there is not proven", *places)
    return unclear(f"that `{engine.name}` is {word} is not proven", engine.place)


def selects(found: Inventory) -> Facts:
    """Practice 6: `select()` rather than `query()`."""
    if found.work.selects:
        count = len(found.work.selects)
        yield proven(f"{_counted(count, 'statement')} built with `select()`", *found.work.selects)


def quiet_engines(found: Inventory) -> Facts:
    """Practice 7: no `echo=True` in production."""
    for engine in application_engines(found):
        if engine.kind == "asyncpg pool":
            continue
        if engine.is_echo_off:
            how = "leaves `echo` out" if engine.echo is None else f"has `echo={engine.echo}`"
            more = ", which is off by default" if engine.echo not in (None, "False", "None") else ""
            yield proven(f"`{engine.name}` {how}{more}", engine.place)
        else:
            value = engine.echo or "options that are not written here"
            yield unclear(f"`{engine.name}` leaves `echo` to `{value}`: see that it is off in production", engine.place)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
