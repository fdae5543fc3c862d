"""What an audit says a project is made of: plain values, with the place of each."""

from __future__ import annotations

from dataclasses import dataclass

from async_db_lint.rule.finding import Location


@dataclass(frozen=True, slots=True)
class DisposalEntry:
    """Where an engine may be disposed; `stop` is the handler that is proven to get there when the application stops."""

    place: Location
    stop: Location | None


@dataclass(frozen=True, slots=True)
class EngineEntry:
    """One call that makes an engine or pool.

    `driver` is the one that the URL names: empty when it names none, None when the URL is not written in
    the code, or only as a default. `most` is how many connections it opens in one process at most; None when its
    pool has no limit, or one that is not written in the code. `needs_no_disposal` says why nothing has to dispose it,
    and is empty otherwise.
    """

    name: str
    kind: str
    place: Location
    is_async: bool
    is_in_application: bool
    dialect: str | None
    driver: str | None
    url: Location | None
    options: tuple[tuple[str, str], ...]
    most: int | None
    is_pool_certain: bool
    echo: str | None
    is_echo_certain: bool
    is_echo_off: bool
    disposals: tuple[DisposalEntry, ...]
    needs_no_disposal: str


@dataclass(frozen=True, slots=True)
class Factory:
    """One call that makes a factory of sessions; `engines` are the places of the engines that it is bound to."""

    name: str
    kind: str
    place: Location
    is_async: bool
    engines: tuple[Location, ...]
    expire_on_commit: str | None
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One call that opens a session; `closed` says how it ends, and is empty when that is not proven."""

    place: Location
    function: str
    factories: tuple[Location, ...]
    closed: str


@dataclass(frozen=True, slots=True)
class Dependency:
    """A function or class that FastAPI injects; `routes` counts the routes that it serves, through others too."""

    name: str
    place: Location
    gives: str
    is_session: bool
    factories: tuple[Location, ...]
    needs: tuple[str, ...]
    routes: int


@dataclass(frozen=True, slots=True)
class Route:
    """A function that answers requests, and how it gets its session.

    `session` is `dependency`, `own`, `module`, `stream` (which needs one of its own), `called` (what it calls
    opens one), `none`, or empty where that is not known. `response` says of a route that returns mapped objects
    whether what its response model reads is `loaded`, `not loaded` or `not known`; it is empty for others.
    """

    name: str
    path: str
    place: Location
    session: str
    dependencies: tuple[str, ...]
    response: str


@dataclass(frozen=True, slots=True)
class Startup:
    """A lifespan or start-up handler, and the calls in which it certainly talks to the database before serving."""

    name: str
    trigger: str
    place: Location
    touches: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Statements:
    """Where statements are built and rows written: the calls, by kind.

    `changes` are `insert()`, `update()` and `delete()`; `mixed` is raw SQL in functions that also write objects, call
    functions that do, or are called by them.
    """

    selects: tuple[Location, ...]
    old_queries: tuple[Location, ...]
    queries_elsewhere: tuple[Location, ...]
    changes: tuple[Location, ...]
    orm_writes: tuple[Location, ...]
    raw_sql: tuple[Location, ...]
    mixed: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class ApplicationEntry:
    """A call that makes an application."""

    name: str
    place: Location


@dataclass(frozen=True, slots=True)
class Inventory:
    """All of it."""

    applications: tuple[ApplicationEntry, ...]
    engines: tuple[EngineEntry, ...]
    factories: tuple[Factory, ...]
    sessions: tuple[Session, ...]
    dependencies: tuple[Dependency, ...]
    routes: tuple[Route, ...]
    startup: tuple[Startup, ...]
    work: Statements
    versions: tuple[tuple[str, str], ...]
