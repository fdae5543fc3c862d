"""Rules about how long a session lives: the smallest code that each reports, and look-alikes that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.silence.cases import Case, case

# ADB201.

SHARED = case(
    "ADB201",
    """
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    session = SessionLocal()
    """,
)
MADE = "session = SessionLocal()"
IN_CLASS = SHARED.but(
    "in a class",
    {
        MADE: """
            class Store:
                session = SessionLocal()
        """
    },
)
IN_OBJECT = SHARED.but(
    "in an object that is made at import",
    {
        MADE: """
            class Store:
                def __init__(self):
                    self.session = SessionLocal()
            store = Store()
        """
    },
)
IN_CACHE = SHARED.but(
    "in a cache",
    {
        MADE: """
            from functools import lru_cache
            @lru_cache
            def get_session():
                return SessionLocal()
        """
    },
)
IN_STATE = SHARED.but(
    "in the application's state",
    {
        MADE: """
            from fastapi import FastAPI
            app = FastAPI()
            @app.on_event("startup")
            async def start():
                app.state.session = SessionLocal()
        """
    },
)
IN_DEFAULT = SHARED.but("as a default", {MADE: "async def save(session=SessionLocal()): ..."})
SHARED_SPOKEN = [
    SHARED,
    SHARED.but("in a list", {MADE: "sessions = [SessionLocal()]"}),
    SHARED.but("by its class", {"SessionLocal()": "AsyncSession(engine)"}),
    SHARED.but(
        "of a synchronous factory",
        {"async_sessionmaker": "sessionmaker", "expire_on": "class_=AsyncSession, expire_on"},
    ).but(
        "of a synchronous factory",
        {
            "AsyncSession, sessionmaker, create": "AsyncSession, create",
            "engine =": "from sqlalchemy.orm import sessionmaker\nengine =",
        },
    ),
    SHARED.but(
        "while another factory of that name is called", {MADE: f"{MADE}\ndef make(SessionLocal): return SessionLocal()"}
    ),
    IN_CLASS,
    IN_OBJECT,
    IN_CACHE,
    IN_STATE,
    IN_DEFAULT,
]
SHARED_SILENT = [
    *(
        silent
        for example in (SHARED, IN_CLASS, IN_OBJECT, IN_CACHE, IN_STATE, IN_DEFAULT)
        for silent in example.elsewhere()
    ),
    SHARED.but("when it is a factory", {MADE: "sessions = SessionLocal"}),
    SHARED.but(
        "when it is a registry",
        {
            MADE: "from sqlalchemy.ext.asyncio import async_scoped_session\nregistry = async_scoped_session(SessionLocal, scopefunc=task)\nsession = registry()"
        },
    ),
    SHARED.but(
        "when it is synchronous",
        {
            "async_sessionmaker": "sessionmaker",
            "sqlalchemy.ext.asyncio import AsyncSession": "sqlalchemy.orm import AsyncSession",
        },
    ),
    SHARED.but("when nothing keeps it", {MADE: "SessionLocal()"}),
    SHARED.but("when something else is made of it", {MADE: "store = Store(SessionLocal())"}),
    SHARED.but("behind a main guard", {MADE: "if __name__ == '__main__':\n    session = SessionLocal()"}),
    SHARED.but(
        "for type checkers alone",
        {MADE: "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    session = SessionLocal()"},
    ),
    SHARED.but("when a function makes it", {MADE: "def make():\n    session = SessionLocal()\n    return session"}),
    IN_CACHE.but("without the cache", {"@lru_cache\n": ""}),
    IN_CACHE.but("when the cache keeps something else", {"return SessionLocal()": "return Store(SessionLocal())"}),
    IN_STATE.but("when it is in the state of something else", {"app.state": "job.state"}),
    IN_STATE.but(
        "when it is in the state of a request",
        {
            "async def start():": "async def start(request: Request):",
            "app.state": "request.state",
            "import FastAPI": "import FastAPI, Request",
        },
    ),
    IN_OBJECT.but("when the class is never made", {"store = Store()": ""}),
    IN_OBJECT.but(
        "when a function makes the object too", {"store = Store()": "store = Store()\ndef make(): return Store()"}
    ),
    IN_OBJECT.but(
        "when a function makes the object", {"store = Store()": "def make():\n    store = Store()\n    return store"}
    ),
    IN_OBJECT.but(
        "when no class has the function",
        {
            "class Store:\n    def __init__(self):\n        self": "def __init__(self):\n    self",
            "store = Store()": "store = __init__(URL)",
        },
    ),
    IN_OBJECT.but("when nothing keeps the object", {"store = Store()": "Store()"}),
    IN_OBJECT.but("when the object does not keep it", {"self.session = SessionLocal()": "session = SessionLocal()"}),
    IN_OBJECT.but("when another method makes it", {"def __init__": "def open"}),
    IN_OBJECT.but("when a test makes the object", {"store = Store()": ""}).beside(
        "when a test makes the object", "tests/test_store.py", "from app import Store\nstore = Store()\n"
    ),
    IN_OBJECT.beside(
        "when a script makes another object", "scripts/store.py", "from app import Store\nstore = Store()\n"
    ),
    IN_DEFAULT.but("when the default is the factory", {"session=SessionLocal()": "session=SessionLocal"}),
    IN_DEFAULT.but("when the default is something else", {"session=SessionLocal()": "session=Store()"}),
]

# ADB204.

OPEN = case(
    "ADB204",
    """
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def load(query):
        session = SessionLocal()
        await session.execute(query)
    """,
)
SKIPPED = OPEN.but(
    "when something fails before it is closed", {"execute(query)": "execute(query)\nawait session.close()"}
)
AFTER_YIELD = OPEN.but(
    "when a dependency fails",
    {"await session.execute(query)": "session.add(query)\nyield session\nawait session.close()"},
)
REGISTRY = OPEN.but(
    "for a registry after the `yield`",
    {
        "SessionLocal()": "async_scoped_session(SessionLocal, scopefunc=task)",
        "await session.execute(query)": "session.add(query)\nyield session\nawait session.remove()",
    },
)
GENERATOR = """
    async def sessions():
        async with SessionLocal() as session:
            yield session
    async def load(query):
"""
DROPPED = OPEN.but(
    "out of a generator that is dropped",
    {"async def load(query):": GENERATOR, "session = SessionLocal()": "session = await anext(sessions())"},
)
LEFT = OPEN.but(
    "out of a loop that is left",
    {
        "async def load(query):": GENERATOR,
        "session = SessionLocal()\n    await session.execute(query)": "async for session in sessions():\n    break",
    },
)
OPEN_SPOKEN = [
    OPEN,
    OPEN.but("by its class", {"SessionLocal()": "AsyncSession(engine)"}),
    OPEN.but("for a connection", {"SessionLocal()": "await engine.connect()"}),
    OPEN.but(
        "for asyncpg", {"SessionLocal()": "await asyncpg.connect(URL)", "from fastapi": "import asyncpg\nfrom fastapi"}
    ),
    OPEN.but("when it adds", {"await session.execute(query)": "session.add(query)"}),
    OPEN.but("when it is looked at", {"execute(query)": "execute(query)\nprint(session.info)"}),
    SKIPPED,
    AFTER_YIELD,
    REGISTRY,
    DROPPED,
    LEFT,
    LEFT.but("out of a loop that is left by `return`", {"break": "return session"}),
]
OPEN_SILENT = [
    AFTER_YIELD.but("when something else is yielded", {"yield session": "yield query"}),
    *(silent for example in (OPEN, DROPPED, LEFT) for silent in example.elsewhere()),
    OPEN.but(
        "when it is entered",
        {"session = SessionLocal()": "async with SessionLocal() as session:", "    await": "        await"},
    ),
    OPEN.but(
        "when it is entered later", {"await session.execute(query)": "async with session: await session.execute(query)"}
    ),
    OPEN.but("when it is returned", {"execute(query)": "execute(query)\nreturn session"}),
    OPEN.but("when it is stored", {"execute(query)": "execute(query)\nquery.session = session"}),
    OPEN.but("when it is handed to something", {"execute(query)": "execute(query)\nquery.end(session)"}),
    OPEN.but("when it is passed in", {"load(query)": "load(query, session)", "session = SessionLocal()": ""}),
    OPEN.but(
        "when it may be bound to another",
        {"session = SessionLocal()": "session = SessionLocal()\nif query: session = query.session"},
    ),
    OPEN.but("when a loop binds it", {"session = SessionLocal()": "for session in query: pass"}),
    OPEN.but("when it is synchronous", {"async_sessionmaker": "sessionmaker"}).but(
        "when it is synchronous", {"from fastapi": "from sqlalchemy.orm import sessionmaker\nfrom fastapi"}
    ),
    OPEN.but("when it joins a connection", {"SessionLocal()": "AsyncSession(query.connection)"}),
    OPEN.but(
        "when a function makes it",
        {"SessionLocal()": "make()", "async def load": "def make(): return SessionLocal()\nasync def load"},
    ),
    OPEN.but("when nothing is done with it", {"await session.execute(query)": "print(query)"}),
    OPEN.but(
        "when a decorator may close it",
        {
            "async def load": "@closing\nasync def load",
            "from fastapi": "from database.tools import closing\nfrom fastapi",
        },
    ),
    SKIPPED.but(
        "when it is closed in `finally`",
        {
            "await session.execute(query)\n    await session.close()": """
                try:
                    await session.execute(query)
                finally:
                    await session.close()
            """
        },
    ),
    SKIPPED.but(
        "when it is closed in `except`",
        {
            "await session.execute(query)\n    await session.close()": """
                try:
                    await session.execute(query)
                except OSError:
                    await session.close()
            """
        },
    ),
    SKIPPED.but("when nothing is awaited before it is closed", {"await session.execute(query)": "session.add(query)"}),
    REGISTRY.but("for a registry that is never closed", {"await session.remove()": "pass"}),
    REGISTRY.but("for a registry that is not yielded", {"yield session": "await session.flush()"}),
    DROPPED.but(
        "out of a generator that is kept",
        {"session = await anext(sessions())": "source = sessions()\nsession = await anext(source)"},
    ),
    DROPPED.but(
        "out of a generator by another `anext`", {"from fastapi": "from database.tools import anext\nfrom fastapi"}
    ),
    DROPPED.but("out of a generator of something else", {"yield session": "yield query"}),
    LEFT.but("out of a loop that runs to its end", {"break": "pass"}),
    LEFT.but("out of a loop with a `yield`", {"break": "yield session"}),
    LEFT.but(
        "out of a loop that another loop leaves",
        {
            "async for session in sessions():\n        break": "async for session in sessions():\n    pass\nfor _ in query:\n    break"
        },
    ),
    LEFT.but("out of a loop over something else", {"yield session": "yield query"}),
    LEFT.but(
        "out of a loop over a generator that is kept",
        {"async for session in sessions()": "source = sessions()\nasync for session in source"},
    ),
    LEFT.but(
        "out of a loop over what is not async",
        {"async def sessions": "def sessions", "async with Ses": "with Ses", "async for": "for"},
    ),
]

# ADB205.

RETURNING = case(
    "ADB205",
    """
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()
    async def get_session(request):
        async with SessionLocal() as session:
            return session
    @app.get("/")
    async def read(session=Depends(get_session)): ...
    """,
)
RETURNING_SPOKEN = [
    RETURNING,
    *RETURNING.elsewhere("a migration", "a script"),
    RETURNING.but(
        "that it never closes",
        {"async with SessionLocal() as session:\n        return session": "return SessionLocal()"},
    ),
    RETURNING.but("or nothing", {"async with": "if not request: return None\nasync with"}),
]
RETURNING_SILENT = [
    *RETURNING.elsewhere("a test"),
    RETURNING.but("when it yields it", {"return session": "yield session"}),
    RETURNING.but("when it yields it and ends", {"return session": "yield session\nreturn session"}),
    RETURNING.but("when it is no dependency", {"Depends(get_session)": "None"}),
    RETURNING.but(
        "when it did not open it",
        {"async with SessionLocal() as session:\n        return session": "return request.state.session"},
    ),
    RETURNING.but(
        "when another function opened it",
        {
            "async with SessionLocal() as session:\n        return session": "return make()",
            "async def get": "def make(): return SessionLocal()\nasync def get",
        },
    ),
    RETURNING.but(
        "when it is one of two",
        {
            "async with SessionLocal() as session:\n        return session": "session = SessionLocal() if request else make()\nreturn session",
            "async def get": "def make(): return SessionLocal()\nasync def get",
        },
    ),
    RETURNING.but("when it returns something else", {"return session": "return await session.get(Book, 1)"}),
    RETURNING.but("when it returns nothing", {"return session": "return"}),
    RETURNING.but("when it fails", {"return session": "raise session"}),
    RETURNING.but(
        "when the session is synchronous",
        {"async_sessionmaker": "sessionmaker", "sqlalchemy.ext.asyncio": "sqlalchemy.orm", "async with": "with"},
    ),
]

SPOKEN = [*SHARED_SPOKEN, *OPEN_SPOKEN, *RETURNING_SPOKEN]
SILENT = [*SHARED_SILENT, *OPEN_SILENT, *RETURNING_SILENT]


@pytest.mark.parametrize("example", SPOKEN, ids=str)
def test_a_rule_speaks(example: Case, tmp_path: Path) -> None:
    assert [item.code for item in example.found(tmp_path)] == [example.code]


@pytest.mark.parametrize("example", SILENT, ids=str)
def test_a_rule_is_silent(example: Case, tmp_path: Path) -> None:
    assert example.found(tmp_path) == []


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (SHARED, "this session is made once, when the module is imported, and shared by all requests"),
        (IN_CLASS, "this session is made once, for the class `Store`, and shared by all requests"),
        (IN_OBJECT, "`Store` is made once, so its session is shared by all requests"),
        (IN_CACHE, "`get_session` is cached, so all its callers share this one session"),
        (OPEN, "`session` is opened here and never closed"),
        (SKIPPED, "`session` stays open when anything fails before `close()`"),
        (AFTER_YIELD, "`session` is closed after the `yield`, but not in a `finally`: an error leaves it open"),
        (RETURNING, "`get_session` returns the session that it opens: it is already closed"),
        (
            RETURNING.but(
                "never closed",
                {"async with SessionLocal() as session:\n        return session": "return SessionLocal()"},
            ),
            "`get_session` returns the session that it opens: it is never closed",
        ),
    ],
    ids=str,
)
def test_a_mistake_with_a_session_is_named(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message
