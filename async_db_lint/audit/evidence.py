"""The evidence for each item of the guide's lists of mistakes and practices, from what the project is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from async_db_lint.audit.entries import EngineEntry, Inventory
from async_db_lint.audit.facts import Fact, Facts, exempt, proven, unclear
from async_db_lint.counts import counted
from async_db_lint.project.engines.urls import ASYNC_DRIVERS, SYNC_DRIVERS

# How routes come by a session, other than by a dependency that is known.
ROUTES: dict[str, tuple[str, Callable[..., Fact]]] = {
    "own": ("with a session of their own, not an injected one", unclear),
    "module": ("with the session of a module, not an injected one", unclear),
    "called": ("leave it to what they call to open a session", unclear),
    "stream": ("stream or start background work, which needs a session of its own", exempt),
    "none": ("use no session", exempt),
    "": ("whose sessions are not known", unclear),
}


def application_engines(found: Inventory) -> Iterator[EngineEntry]:
    """The engines that application code makes."""
    return (engine for engine in found.engines if engine.is_in_application)


def async_drivers(found: Inventory) -> Facts:
    """Mistake 1: synchronous drivers."""
    for engine in application_engines(found):
        if not engine.is_async:
            text = f"`{engine.name}` is synchronous; nothing on the event loop is known to use it"
            yield exempt(text, engine.place)
        elif engine.driver in ASYNC_DRIVERS:
            yield proven(f"`{engine.name}` is an {engine.kind} on {engine.driver}", engine.place)
        elif engine.driver:
            yield unclear(
                f"`{engine.name}` runs on {engine.driver}, which is not known to be asynchronous", engine.place
            )
        else:
            yield unclear(f"the driver of `{engine.name}` is not written in the code", engine.place)


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
    work = found.work
    if work.orm_writes:
        places = counted(len(work.orm_writes), "place")
        yield proven(f"objects are added or deleted through the ORM in {places}", *work.orm_writes)
    if work.changes:
        yield proven(f"{counted(len(work.changes), 'statement')} of `insert()`, `update()`, `delete()`", *work.changes)
    alone = tuple(place for place in work.raw_sql if place not in work.mixed)
    if alone:
        text = f"raw SQL in {counted(len(alone), 'place')}, in functions that are not known to write objects"
        yield proven(text, *alone)
    if work.mixed:
        yield unclear(
            f"raw SQL in {counted(len(work.mixed), 'place')}, in or beside functions that write objects", *work.mixed
        )


def queries_outside_routes(found: Inventory) -> Facts:
    """Mistake 5: queries in routes."""
    if not found.routes:
        return
    elsewhere = found.work.queries_elsewhere
    text = f"{counted(len(found.routes), 'route')}; {counted(len(elsewhere), 'statement')} built outside of routes"
    yield proven(text, *elsewhere)


def asyncpg_urls(found: Inventory) -> Facts:
    """Practice 1: `postgresql+asyncpg://`."""
    for engine in application_engines(found):
        places = (engine.place, *((engine.url,) if engine.url is not None else ()))
        if not engine.is_async:
            yield exempt(f"`{engine.name}` is synchronous", engine.place)
        elif engine.driver is None:
            text = (
                "has a URL from outside; only its default is in the code"
                if engine.url is not None
                else ("has a URL that is not written in the code")
            )
            yield unclear(f"`{engine.name}` {text}, so its driver is not known", *places)
        elif engine.driver in SYNC_DRIVERS:
            yield unclear(f"`{engine.name}` runs on {engine.driver}, which is synchronous", *places)
        elif engine.driver == "asyncpg":
            yield proven(f"`{engine.name}` runs on asyncpg", *places)
        else:
            name = f"{engine.dialect}+{engine.driver}" if engine.driver else str(engine.dialect)
            yield exempt(f"`{engine.name}` runs on {name}", *places)


def kept_objects(found: Inventory) -> Facts:
    """Practice 2: `expire_on_commit=False`."""
    for factory in found.factories:
        if "scoped" in factory.kind:
            continue  # the option is that of the factory in it
        if not factory.is_async:
            yield exempt(f"`{factory.name}` makes synchronous sessions", factory.place)
        elif factory.expire_on_commit == "False" and factory.is_certain:
            yield proven(f"`{factory.name}` has `expire_on_commit=False`", factory.place)
        elif factory.expire_on_commit is None and factory.is_certain:
            yield unclear(f"`{factory.name}` does not set `expire_on_commit` where it is made", factory.place)
        else:
            value = factory.expire_on_commit or "an option that is not written here"
            yield unclear(f"`{factory.name}` leaves `expire_on_commit` to `{value}`", factory.place)


def injected_sessions(found: Inventory) -> Facts:
    """Practice 3: sessions by dependency injection."""
    for dependency in found.dependencies:
        if dependency.is_session or dependency.factories:
            verb = "gives a session to" if dependency.is_session else "opens a session for"
            count = f"{dependency.routes} of {counted(len(found.routes), 'route')}"
            yield proven(f"`{dependency.name}` {verb} {count}", dependency.place)
    handed = tuple(route.place for route in found.routes if route.session == "dependency" and not route.dependencies)
    if handed:
        yield proven(f"{counted(len(handed), 'route')} handed a session by the framework or the request", *handed)
    for session, (text, standing) in ROUTES.items():
        places = tuple(route.place for route in found.routes if route.session == session)
        if places and (session or found.sessions or any(application_engines(found))):
            yield standing(f"{counted(len(places), 'route')} {text}", *places)


def database_at_start(found: Inventory) -> Facts:
    """Practice 4: the database is initialised when the application starts."""
    touching = [item for item in found.startup if item.touches]
    for item in touching:
        yield proven(f"`{item.name}` asks the database before the application serves", item.place, *item.touches)
    if len(touching) < len(found.applications) and any(application_engines(found)):
        places = tuple(item.place for item in found.startup)
        which = "each" if touching else "the"
        yield unclear(f"that the database is asked before {which} application serves is not proven", *places)


def disposed_engines(found: Inventory) -> Facts:
    """Practice 5: engines are disposed when the application stops."""
    for engine in application_engines(found):
        yield _disposal(engine, len(found.applications) > 1)


def _disposal(engine: EngineEntry, has_others: bool) -> Fact:
    """What is known of an engine's end; `has_others` where more than one application may use it."""
    word = "closed" if engine.kind == "asyncpg pool" else "disposed"
    ends = [item for item in engine.disposals if item.stop is not None]
    if ends and ends[0].stop is not None and not has_others:
        return proven(f"`{engine.name}` is {word} when the application stops", ends[0].stop, ends[0].place)
    if engine.needs_no_disposal:
        return exempt(f"`{engine.name}` need not be {word}: {engine.needs_no_disposal}", engine.place)
    if not engine.is_async:
        return exempt(f"`{engine.name}` is synchronous", engine.place)
    places = tuple(item.place for item in engine.disposals)
    if places:
        text = "that each application" if has_others else "that shutdown certainly"
        return unclear(f"`{engine.name}` is {word} here; {text} gets there is not proven", *places)
    return unclear(f"that `{engine.name}` is {word} is not proven", engine.place)


def selects(found: Inventory) -> Facts:
    """Practice 6: `select()` rather than `query()`."""
    if found.work.old_queries:
        count = len(found.work.old_queries)
        yield unclear(f"{counted(count, 'query')} in the old style, on synchronous sessions", *found.work.old_queries)
    if found.work.selects:
        count = len(found.work.selects)
        yield proven(f"{counted(count, 'statement')} built with `select()`", *found.work.selects)


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
