"""What SQLAlchemy, SQLModel, asyncpg, FastAPI and Starlette offer, as far as rules ask.

`library_data` is generated from the installed libraries; this file adds what no signature says.
A library offers one object under several dotted names, so each is known by the library and its last
name alone: `sqlalchemy.ext.asyncio.AsyncSession` and `sqlalchemy.ext.asyncio.session.AsyncSession`
are both `sqlalchemy.AsyncSession`.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import NamedTuple

from async_db_lint.project.libraries.library_data import CLASSES

FIELD = frozenset({"sqlalchemy", "sqlmodel", "asyncpg", "fastapi", "starlette", "psycopg2", "psycopg"})

ENGINE = "sqlalchemy.AsyncEngine"
SYNC_ENGINE = "sqlalchemy.Engine"
SESSION = "sqlalchemy.AsyncSession"
SYNC_SESSION = "sqlalchemy.Session"
CONNECTION = "sqlalchemy.AsyncConnection"
SYNC_CONNECTION = "sqlalchemy.Connection"
FACTORY = "sqlalchemy.async_sessionmaker"
SYNC_FACTORY = "sqlalchemy.sessionmaker"
REGISTRY = "sqlalchemy.async_scoped_session"
SYNC_REGISTRY = "sqlalchemy.scoped_session"
POOL = "asyncpg.Pool"
ASYNCPG_CONNECTION = "asyncpg.Connection"
APPLICATION = "starlette.Starlette"

# FastAPI and SQLModel offer these of Starlette and SQLAlchemy as their own.
ALIASES = {
    "fastapi.Request": "starlette.Request",
    "fastapi.WebSocket": "starlette.WebSocket",
    "fastapi.BackgroundTasks": "starlette.BackgroundTasks",
    "fastapi.run_in_threadpool": "starlette.run_in_threadpool",
    "sqlmodel.create_engine": "sqlalchemy.create_engine",
    "sqlmodel.text": "sqlalchemy.text",
    "sqlmodel.select": "sqlalchemy.select",
    "sqlmodel.insert": "sqlalchemy.insert",
    "sqlmodel.update": "sqlalchemy.update",
    "sqlmodel.delete": "sqlalchemy.delete",
    "asyncpg.PoolConnectionProxy": "asyncpg.Connection",
}

# Functions and classes whose call makes an object of a class in the tables.
MAKES = {
    "sqlalchemy.create_async_engine": ENGINE,
    "sqlalchemy.async_engine_from_config": ENGINE,
    "sqlalchemy.create_engine": SYNC_ENGINE,
    "sqlalchemy.engine_from_config": SYNC_ENGINE,
    "asyncpg.create_pool": POOL,
    "fastapi.FastAPI": "fastapi.FastAPI",
    "fastapi.APIRouter": "fastapi.APIRouter",
    "starlette.Starlette": APPLICATION,
    "starlette.Router": "starlette.Router",
    "starlette.BackgroundTasks": "starlette.BackgroundTasks",
    "asyncio.TaskGroup": "asyncio.TaskGroup",
    "contextlib.AsyncExitStack": "contextlib.AsyncExitStack",
}

# What registers handlers on an application or router.
HTTP_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "route")
ROUTE_METHODS = (
    *HTTP_METHODS,
    *("websocket", "websocket_route", "on_event", "add_event_handler", "exception_handler", "middleware"),
    *("add_api_route", "add_route", "add_middleware", "include_router", "mount", "add_api_websocket_route"),
    *("add_websocket_route", "add_exception_handler"),
)

# Attributes and methods that the generated tables lack, or say less about.
MEMBERS: dict[str, dict[str, tuple[str, str | None]]] = {
    "fastapi.FastAPI": {
        "state": ("attribute", "state of application"),
        "router": ("attribute", "fastapi.APIRouter"),
        **dict.fromkeys(ROUTE_METHODS, ("method", None)),
    },
    "fastapi.APIRouter": dict.fromkeys(ROUTE_METHODS, ("method", None)),
    "starlette.Router": dict.fromkeys(ROUTE_METHODS, ("method", None)),
    APPLICATION: {
        "state": ("attribute", "state of application"),
        "router": ("attribute", "starlette.Router"),
        **dict.fromkeys(ROUTE_METHODS, ("method", None)),
    },
    "starlette.Request": {
        "app": ("attribute", "fastapi.FastAPI"),
        "state": ("attribute", "state of request"),
    },
    "starlette.WebSocket": {
        "app": ("attribute", "fastapi.FastAPI"),
        "state": ("attribute", "state of request"),
    },
    ENGINE: {
        "connect": ("method", CONNECTION),
        "sync_engine": ("attribute", SYNC_ENGINE),
    },
    SYNC_ENGINE: {"begin": ("method", f"sync manager of {SYNC_CONNECTION}")},
    CONNECTION: {"sync_connection": ("attribute", SYNC_CONNECTION)},
    SESSION: {"sync_session": ("attribute", SYNC_SESSION)},
    "contextlib.AsyncExitStack": {
        "enter_async_context": ("coroutine", None),
        "push_async_exit": ("method", None),
        "push_async_callback": ("method", None),
    },
    "asyncio.TaskGroup": {"create_task": ("method", None)},
    "starlette.BackgroundTasks": {"add_task": ("method", None)},
    POOL: {"acquire": ("method", f"manager of {ASYNCPG_CONNECTION}")},
    ASYNCPG_CONNECTION: {"transaction": ("method", "asyncpg.Transaction")},
    "psycopg2.connection": {"cursor": ("method", "psycopg2.cursor")},
    "psycopg.Connection": {"cursor": ("method", "psycopg.Cursor")},
}

# Classes whose objects are bases of others, where the generated tables do not say so.
BASES = {
    "fastapi.FastAPI": (APPLICATION,),
    "fastapi.APIRouter": ("starlette.Router",),
}

SESSIONS = frozenset({SESSION, "sqlmodel.AsyncSession"})
"""The classes of async sessions. Example: `project.calls("execute", "scalar", on=SESSIONS)`."""
SYNC_SESSIONS = frozenset({SYNC_SESSION, "sqlmodel.Session"})
"""The classes of synchronous sessions. Example: `project.calls("execute", on=SYNC_SESSIONS)`."""

# What holds a connection, or makes one: what a call must touch to talk to the database.
DATABASE = (
    *SESSIONS,
    *SYNC_SESSIONS,
    *(ENGINE, SYNC_ENGINE, CONNECTION, SYNC_CONNECTION, POOL, ASYNCPG_CONNECTION),
)
FACTORIES = (FACTORY, SYNC_FACTORY, REGISTRY, SYNC_REGISTRY)
"""What makes sessions and connects to nothing itself. Example: `if project.is_a(call.gives, *FACTORIES):`."""


class MemberKind(Enum):
    """What a member of a library's class is."""

    ATTRIBUTE = "attribute"
    METHOD = "method"
    COROUTINE = "coroutine"


class ResultShape(Enum):
    """How a member gives its result: as it is, or in something to be entered; or the state of an application."""

    OBJECT = ""
    ASYNC_MANAGER = "manager of "
    MANAGER = "sync manager of "
    STATE = "state of "


class Returns(NamedTuple):
    """What a member gives: an object of a class, a manager of one, or the state of `name`."""

    shape: ResultShape
    name: str


class Member(NamedTuple):
    """A member of a library's class, and what it gives; None when the tables do not say."""

    kind: MemberKind
    returns: Returns | None


def _member(kind: str, returns: str | None) -> Member:
    """A member as the tables write it."""
    if returns is None:
        return Member(MemberKind(kind), None)
    shape = next(shape for shape in reversed(ResultShape) if returns.startswith(shape.value))
    return Member(MemberKind(kind), Returns(shape, returns.removeprefix(shape.value)))


@cache
def canonical(dotted: str) -> str:
    """The one name of a library's object for a dotted name; names of other libraries stay as they are.

    From the first class (or `func`) on, the path is kept: `psycopg.AsyncConnection.connect` is not
    `psycopg.connect`.
    """
    root, *parts = dotted.split(".")
    if root not in FIELD or not parts:
        return dotted
    start = next((at for at, part in enumerate(parts) if part[:1].isupper() or part == "func"), len(parts) - 1)
    name = ".".join((root, *parts[start:]))
    return ALIASES.get(name, name)


def is_known(name: str) -> bool:
    """Whether the tables describe a class."""
    return name in CLASSES or name in MEMBERS


def bases(name: str) -> tuple[str, ...]:
    """A class and the classes that it inherits from."""
    generated = CLASSES[name][0] if name in CLASSES else ()
    return (name, *generated, *BASES.get(name, ()))


@cache
def member(name: str, attribute: str) -> Member | None:
    """A member of a class, looked up through its bases; None when the tables have none of that name."""
    for base in bases(name):
        by_hand = MEMBERS.get(base, {}).get(attribute)
        if by_hand is not None:
            return _member(*by_hand)
        if base in CLASSES and attribute in CLASSES[base][1]:
            return _member(*CLASSES[base][1][attribute])
    return None


def is_a(name: str, *ancestors: str) -> bool:
    """Whether a class is one of some classes, or inherits from one."""
    return any(base in ancestors for base in bases(name))


ASYNC_CLASSES = tuple(
    name for name in CLASSES if name.startswith(("sqlalchemy.Async", "sqlalchemy.async_", "sqlmodel.Async", "asyncpg."))
)


@cache
def coroutine_names() -> frozenset[str]:
    """The names of all coroutine methods of the asynchronous classes."""
    found = {
        attribute
        for name in ASYNC_CLASSES
        for attribute, (kind, _) in CLASSES[name][1].items()
        if kind == "coroutine" and not attribute.startswith("_")
    }
    return frozenset(found)


def is_coroutine(method: str) -> bool:
    """Whether a method, by its class's canonical name and its own, is a coroutine of an asynchronous class."""
    cls, _, name = method.rpartition(".")
    found = member(cls, name)
    return found is not None and found.kind is MemberKind.COROUTINE and is_a(cls, *ASYNC_CLASSES)
