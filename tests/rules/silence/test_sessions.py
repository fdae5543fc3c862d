"""Rules about sessions: the smallest code of which each speaks, and the code of which it does not."""

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

# ADB202.

EXPIRING = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker
    SessionLocal = async_sessionmaker(engine)
    """,
)
DIRECT = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def save(book):
        async with AsyncSession(engine) as session:
            session.add(book)
            await session.commit()
    """,
    "for a session that is made directly",
)
OF_CLASS = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(engine, class_=AsyncSession)
    """,
    "for a synchronous factory of async sessions",
)
EXPIRING_SPOKEN = [
    EXPIRING,
    EXPIRING.but("switched on", {"engine)": "engine, expire_on_commit=True)"}),
    EXPIRING.but("switched on in a dict", {"engine)": 'engine, **{"expire_on_commit": True})'}),
    EXPIRING.but("left out of a dict", {"engine)": 'engine, **{"autoflush": True})'}),
    EXPIRING.but("configured otherwise", {"(engine)": "(engine)\nSessionLocal.configure(autoflush=False)"}),
    EXPIRING.but(
        "while another factory is configured",
        {
            "(engine)": "(engine)\nOther = async_sessionmaker(engine, expire_on_commit=False)\nOther.configure(expire_on_commit=False)"
        },
    ),
    EXPIRING.but(
        "while one session is made otherwise", {"(engine)": "(engine)\nsession = SessionLocal(autoflush=False)"}
    ),
    OF_CLASS,
    DIRECT,
    DIRECT.but("of an engine by keyword", {"(engine)": "(bind=engine)"}),
    DIRECT.but(
        "in a transaction",
        {"session.add(book)": "async with session.begin(): session.add(book)", "await session.commit()": ""},
    ),
    DIRECT.but("that loads", {"session.add(book)": "await session.scalars(book)"}),
    DIRECT.but(
        "that is returned",
        {
            "async with AsyncSession(engine) as session:": "return AsyncSession(engine)",
            "        session.add(book)\n": "",
            "        await session.commit()\n": "",
        },
    ),
    DIRECT.but("that is yielded", {"session.add(book)": "yield session", "await session.commit()": "pass"}),
    DIRECT.but("of SQLModel", {"sqlalchemy.ext.asyncio": "sqlmodel.ext.asyncio.session"}),
]
EXPIRING_SILENT = [
    *EXPIRING.elsewhere(),
    *OF_CLASS.elsewhere(),
    *DIRECT.elsewhere(),
    EXPIRING.but("switched off", {"engine)": "engine, expire_on_commit=False)"}),
    EXPIRING.but("with a setting", {"engine)": "engine, expire_on_commit=settings.expire)"}),
    EXPIRING.but("switched off in a dict", {"engine)": 'engine, **{"expire_on_commit": False})'}),
    EXPIRING.but("with a dict that is not known", {"engine)": "engine, **options)"}),
    EXPIRING.but("with a number that only equals it", {"engine)": "engine, expire_on_commit=1)"}),
    EXPIRING.but("for another library's factory", {"sqlalchemy.ext.asyncio": "database.tools"}),
    EXPIRING.but("switched off later", {"(engine)": "(engine)\nSessionLocal.configure(expire_on_commit=False)"}),
    EXPIRING.but(
        "switched off where it is called", {"(engine)": "(engine)\nsession = SessionLocal(expire_on_commit=False)"}
    ),
    EXPIRING.but(
        "switched off where something of its name is called",
        {"(engine)": "(engine)\ndef make(SessionLocal): return SessionLocal(expire_on_commit=False)"},
    ),
    OF_CLASS.but("for synchronous sessions", {", class_=AsyncSession": ""}),
    OF_CLASS.but("for sessions that are not known", {"class_=AsyncSession": "class_=settings.session"}),
    DIRECT.but("without an engine", {"(engine)": "()"}),
    DIRECT.but("that is never committed", {"await session.commit()": "await session.rollback()"}),
    DIRECT.but("that holds no objects", {"session.add(book)": "await session.execute(book)"}),
    DIRECT.but("while another object holds objects", {"session.add(book)": "book.add(book)"}),
    DIRECT.but("while another object is committed", {"session.commit()": "book.commit()"}),
    DIRECT.but(
        "in a synchronous session",
        {
            "sqlalchemy.ext.asyncio import AsyncSession": "sqlalchemy.orm import Session",
            "async with AsyncSession": "with Session",
            "await session": "session",
        },
    ),
]

# ADB203.

OLD = case(
    "ADB203",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(engine, class_=AsyncSession)
    """,
)
OLD_SPOKEN = [
    OLD,
    *OLD.elsewhere("a script"),
    *(OLD.on(f"sqlalchemy{text}") for text in ("==1.4.52", ">=1.4,<2", ">=2.0", "<3", "==2.0.40")),
    OLD.but(
        "for a class of the project",
        {"SessionLocal =": "class Own(AsyncSession): ...\nSessionLocal =", "class_=AsyncSession": "class_=Own"},
    ),
]
OLD_SILENT = [
    *OLD.elsewhere("a test", "a migration"),
    *(OLD.on(f"sqlalchemy{text}") for text in (">=1.4", ">=1.4,<3", ">=1.4.20,<2.1")),
    OLD.but("for synchronous sessions", {", class_=AsyncSession": ""}),
    OLD.but("for sessions that are not known", {"class_=AsyncSession": "class_=settings.session"}),
    OLD.but("for a class of that name that is not SQLAlchemy's", {"sqlalchemy.ext.asyncio": "database.tools"}),
    OLD.but("for another library's factory", {"sqlalchemy.orm": "database.tools"}),
    OLD.but(
        "for the new factory",
        {"sqlalchemy.orm import sessionmaker": "sqlalchemy.ext.asyncio import async_sessionmaker as sessionmaker"},
    ),
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

# ADB206.

SCOPED = case(
    "ADB206",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker
    from sqlalchemy.orm import scoped_session
    factory = async_sessionmaker(engine, expire_on_commit=False)
    registry = scoped_session(factory)
    """,
)
SCOPED_SPOKEN = [SCOPED, *SCOPED.elsewhere()]
SCOPED_SILENT = [
    SCOPED.but(
        "around synchronous sessions",
        {"async_sessionmaker": "sessionmaker", "sqlalchemy.ext.asyncio": "sqlalchemy.orm"},
    ),
    SCOPED.but("around a factory that is not known", {"scoped_session(factory)": "scoped_session(settings.factory)"}),
    SCOPED.but(
        "when it is made for tasks",
        {
            "from sqlalchemy.orm import scoped_session": "from sqlalchemy.ext.asyncio import async_scoped_session",
            "scoped_session(factory)": "async_scoped_session(factory, task)",
        },
    ),
    SCOPED.but("of another library", {"sqlalchemy.orm": "database.tools"}),
]

# ADB207.

GATHERED = case(
    "ADB207",
    """
    import asyncio
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def add(session: AsyncSession, query):
        await session.execute(query)
    async def load(session: AsyncSession, other: AsyncSession, queries):
        await asyncio.gather(add(session, 1), add(session, 2))
    """,
)
BOTH = "await asyncio.gather(add(session, 1), add(session, 2))"
SPAWNED = GATHERED.but(
    "by tasks",
    {BOTH: "first = asyncio.create_task(add(session, 1))\nsecond = asyncio.create_task(add(session, 2))\nawait second"},
)
GATHERED_SPOKEN = [
    GATHERED,
    GATHERED.but(
        "for each of several sessions",
        {
            "other: AsyncSession, queries": "sessions: list[AsyncSession]",
            BOTH: "return [asyncio.gather(add(session, 1), add(session, 2)) for session in sessions]",
        },
    ),
    GATHERED.but(
        "in a comprehension, by an attribute of the same name",
        {
            "async def load(": "class Store:\n    query: AsyncSession\nasync def load(store: Store, ",
            BOTH: "await asyncio.gather(*[add(store.query, query) for query in queries])",
        },
    ),
    SPAWNED.but("the first under an `if`", {"first = ": "if queries: first = "}),
    *GATHERED.elsewhere(),
    GATHERED.but("by methods", {BOTH: "await asyncio.gather(session.execute(1), session.execute(2))"}),
    GATHERED.but("in a list", {BOTH: "await asyncio.gather(*[add(session, 1), add(session, 2)])"}),
    GATHERED.but("in a comprehension", {BOTH: "await asyncio.gather(*[add(session, query) for query in queries])"}),
    GATHERED.but(
        "by `wait`",
        {"asyncio.gather(add(session, 1), add(session, 2))": "asyncio.wait([add(session, 1), add(session, 2)])"},
    ),
    GATHERED.but(
        "by `as_completed`", {BOTH: "for done in asyncio.as_completed([add(session, 1), add(session, 2)]): await done"}
    ),
    SPAWNED,
    SPAWNED.but(
        "in a group",
        {
            "first = asyncio": "async with asyncio.TaskGroup() as group:\n    group.create_task(add(session, 0))\n    group"
        },
    ).but("in a group", {"second = asyncio.create": "other.create", "await second": ""}),
    SPAWNED.but(
        "one of them under an `if`",
        {
            "second = asyncio.create_task(add(session, 2))\n    await second": "if queries: second = asyncio.create_task(add(session, 2))"
        },
    ),
    SPAWNED.but(
        "again and again",
        {"first = ": "for query in queries: ", "second = asyncio.create_task(add(session, 2))\n    await second": ""},
    ),
]
GATHERED_SILENT = [
    GATHERED.but(
        "in a comprehension of tasks over sessions",
        {BOTH: "return [asyncio.create_task(add(session, 1)) for session in queries]"},
    ),
    GATHERED.but("when one of them uses it", {"add(session, 2)": "add(other, 2)"}),
    GATHERED.but("when the others do something else", {"add(session, 2)": "asyncio.wait_for(queries, 2)"}),
    GATHERED.but("when one is awaited alone", {", add(session, 2)": ""}),
    GATHERED.but("by something else of that name", {"asyncio.gather": "queries.gather"}),
    GATHERED.but(
        "when each opens its own",
        {
            "add(session: AsyncSession, query):": "add(query):\n    async with SessionLocal() as session:",
            "    await session": "        await session",
            "add(session, ": "add(",
        },
    ),
    GATHERED.but(
        "when the factory is passed",
        {
            "add(session, 1)": "add(SessionLocal, 1)",
            "add(session, 2)": "add(SessionLocal, 2)",
            "add(session: AsyncSession": "add(session",
        },
    ),
    GATHERED.but("when the function ignores it", {"await session.execute(query)": "await query.run()"}),
    GATHERED.but(
        "when the function works under a lock",
        {
            "await session.execute(query)": "async with lock: await session.execute(query)",
            "async def add": "lock = asyncio.Lock()\nasync def add",
        },
    ),
    GATHERED.but(
        "when the session is synchronous",
        {
            "session: AsyncSession": "session: Session",
            "from sqlalchemy.ext": "from sqlalchemy.orm import Session\nfrom sqlalchemy.ext",
        },
    ),
    GATHERED.but("as an option", {"add(session, 2)": "return_exceptions=add(session, 2)"}),
    GATHERED.but(
        "in a comprehension over sessions", {BOTH: "await asyncio.gather(*[add(session, 1) for session in queries])"}
    ),
    GATHERED.but(
        "in a comprehension over what holds sessions",
        {BOTH: "await asyncio.gather(*[add(item.session, 1) for item in queries])"},
    ),
    SPAWNED.but("by one task", {"second = asyncio.create_task(add(session, 2))\n    await second": ""}),
    SPAWNED.but("when the first has ended", {"second =": "await first\nsecond ="}),
    SPAWNED.but("when each uses another", {"add(session, 2)": "add(other, 2)"}),
    SPAWNED.but(
        "when one of two branches starts one",
        {"first =": "if queries: first =", "second =": "else: second =", "\n    await second": ""},
    ),
    SPAWNED.but(
        "again and again, with one of its own",
        {
            "first = asyncio.create_task(add(session, 1))": "for session in queries: asyncio.create_task(add(session, 1))",
            "second = asyncio.create_task(add(session, 2))\n    await second": "",
        },
    ),
    SPAWNED.but(
        "again and again, with one that is made there",
        {
            "first = asyncio.create_task(add(session, 1))": "for query in queries:\n    fresh = SessionLocal()\n    asyncio.create_task(add(fresh, 1))",
            "second = asyncio.create_task(add(session, 2))\n    await second": "",
        },
    ),
    SPAWNED.but("in two functions", {"second = ": "async def later(session: AsyncSession):\n    second = "}),
]

# ADB208.

ESCAPED = case(
    "ADB208",
    """
    import asyncio
    from fastapi import BackgroundTasks, Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def get_session():
        async with SessionLocal() as session:
            yield session
    async def audit(action, session: AsyncSession):
        await session.execute(action)
    class Log:
        def __init__(self, session: AsyncSession):
            self.session = session
        async def write(self):
            await self.session.execute("")
    app = FastAPI()
    @app.get("/")
    async def read(tasks: BackgroundTasks, session: AsyncSession = Depends(get_session)):
        tasks.add_task(audit, 1, session)
    """,
)
HANDED = "tasks.add_task(audit, 1, session)"
IN_TASK = ESCAPED.but("in a task", {HANDED: "asyncio.create_task(audit(1, session))"})
ESCAPED_SPOKEN = [
    ESCAPED,
    *ESCAPED.elsewhere(),
    ESCAPED.but("in a method's object", {HANDED: "tasks.add_task(Log(session).write)"}).but(
        "in a method's object", {"tasks.add_task(Log(session)": "log = Log(session)\ntasks.add_task(log"}
    ),
    IN_TASK,
    IN_TASK.but("whose name nothing uses", {"asyncio.create": "task = asyncio.create"}),
    IN_TASK.but(
        "in the object of a method",
        {"asyncio.create_task(audit(1, session))": "log = Log(session)\nasyncio.create_task(log.write())"},
    ),
]
ESCAPED_SILENT = [
    IN_TASK.but(
        "with an object that opens its own",
        {
            "asyncio.create_task(audit(1, session))": "log = Log(session)\nasyncio.create_task(log.write())",
            "self.session = session": "self.session = SessionLocal()",
        },
    ),
    ESCAPED.but("when values are passed", {HANDED: "tasks.add_task(audit, 1, 2)"}),
    ESCAPED.but("when the function ignores it", {"await session.execute(action)": "await action.run()"}),
    ESCAPED.but("when the function is not known", {HANDED: "tasks.add_task(app.audit, 1, session)"}),
    ESCAPED.but("when nothing is handed", {HANDED: "tasks.add_task()"}),
    ESCAPED.but(
        "when it is not the request's", {"session: AsyncSession = Depends(get_session)": "session: AsyncSession"}
    ),
    ESCAPED.but(
        "when it opens its own",
        {
            "    tasks.add": "    async with SessionLocal() as session: tasks.add",
            "session: AsyncSession = Depends(get_session)": "other=1",
        },
    ),
    ESCAPED.but("when the tasks are something else's", {"tasks: BackgroundTasks": "tasks: Queue"}),
    ESCAPED.but(
        "when the method's object has its own", {HANDED: "log = Log(SessionLocal())\ntasks.add_task(log.write)"}
    ),
    ESCAPED.but(
        "when the method does not use it",
        {HANDED: "log = Log(session)\ntasks.add_task(log.write)", "await self.session.execute": "print"},
    ),
    IN_TASK.but("that is awaited", {"asyncio.create": "await asyncio.create"}),
    IN_TASK.but(
        "that is awaited later",
        {"asyncio.create": "task = asyncio.create", "audit(1, session))": "audit(1, session))\nawait task"},
    ),
    IN_TASK.but(
        "that is gathered later",
        {
            "asyncio.create": "task = asyncio.create",
            "audit(1, session))": "audit(1, session))\nawait asyncio.gather(task)",
        },
    ),
    IN_TASK.but("that is kept in a list", {"asyncio.create": "tasks.kept = asyncio.create"}),
    IN_TASK.but(
        "with another session",
        {
            "    asyncio.create_task(audit(1, session))": "    async with SessionLocal() as other: asyncio.create_task(audit(1, other))"
        },
    ),
    IN_TASK.but("with the factory", {"audit(1, session)": "audit(1, SessionLocal)"}),
    IN_TASK.but("that ignores it", {"await session.execute(action)": "await action.run()"}),
    IN_TASK.but(
        "with an object that makes its own",
        {"asyncio.create_task(audit(1, session))": "log = Log(SessionLocal())\nasyncio.create_task(log.write())"},
    ),
]

# ADB211.

BOUND = case(
    "ADB211",
    """
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.orm import Session, sessionmaker
    engine = create_async_engine(URL)
    SessionLocal = sessionmaker(engine)
    """,
)
BOUND_SPOKEN = [
    BOUND,
    *BOUND.elsewhere(),
    BOUND.but("by keyword", {"(engine)": "(bind=engine)"}),
    BOUND.but("by a session", {"sessionmaker(engine)": "Session(engine)"}),
    BOUND.but(
        "by SQLModel's session",
        {
            "sessionmaker(engine)": "Session(engine)",
            "sqlalchemy.orm import Session,": "sqlmodel import Session\nfrom sqlalchemy.orm import",
        },
    ),
]
BOUND_SILENT = [
    BOUND.but(
        "to a synchronous engine", {"create_async_engine": "create_engine", "sqlalchemy.ext.asyncio": "sqlalchemy"}
    ),
    BOUND.but("to an engine that is not known", {"(engine)": "(settings.engine)"}),
    BOUND.but("to its synchronous half", {"(engine)": "(engine.sync_engine)"}),
    BOUND.but("to nothing", {"sessionmaker(engine)": "sessionmaker()"}),
    BOUND.but("for sessions that are not known", {"(engine)": "(engine, class_=settings.session)"}),
    BOUND.but(
        "for async sessions",
        {"(engine)": "(engine, class_=AsyncSession)", "import create": "import AsyncSession, create"},
    ),
    BOUND.but("for another library's factory", {"sqlalchemy.orm": "database.tools"}),
]

# ADB212.

UNREMOVED = case(
    "ADB212",
    """
    from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker
    factory = async_sessionmaker(engine, expire_on_commit=False)
    registry = async_scoped_session(factory, scopefunc=task)
    async def end(other):
        return other
    """,
)
UNREMOVED_SPOKEN = [
    UNREMOVED,
    UNREMOVED.but("while something is removed from what is not known", {"return other": "other.remove(1)"}),
    UNREMOVED.but(
        "while an object of the project is removed",
        {"return other": "Store().remove()", "async def end": "class Store:\n    def remove(self): ...\nasync def end"},
    ),
    UNREMOVED.but(
        "in an attribute",
        {
            "registry = ": "class Store:\n    def __init__(self):\n        self.registry = ",
            "async_scoped_session(factory": "async_scoped_session(factory",
        },
    ),
    UNREMOVED.but("while something of a list is removed", {"return other": "other = []\nother.remove(1)"}),
    UNREMOVED.but(
        "while a function removes", {"return other": "remove()", "async def end": "def remove(): ...\nasync def end"}
    ),
    UNREMOVED.but(
        "while another registry is removed",
        {
            "return other": "await second.remove()",
            "async def end": "second = async_scoped_session(factory, scopefunc=task)\nasync def end",
        },
    ),
    UNREMOVED.but("while a file is removed", {"return other": "os.remove(other)", "from sql": "import os\nfrom sql"}),
]
UNREMOVED_SILENT = [
    UNREMOVED.but(
        "when one that is passed in is removed",
        {"end(other)": "end(other: async_scoped_session)", "return other": "await other.remove()"},
    ),
    *UNREMOVED.elsewhere(),
    UNREMOVED.but("when it is removed", {"return other": "await registry.remove()"}),
    UNREMOVED.but("when something that is not known is removed", {"return other": "await other.remove()"}),
    UNREMOVED.but(
        "when something of another library is removed",
        {"return other": "await Sessions().remove()", "from sql": "from database.tools import Sessions\nfrom sql"},
    ),
    UNREMOVED.but("when it lives as long as a function", {"registry = async": "def work():\n    registry = async"}),
    UNREMOVED.but("when nothing keeps it", {"registry = async": "async"}),
    UNREMOVED.but(
        "when it is synchronous",
        {
            "import async_scoped_session, ": "import ",
            "= async_scoped_session(factory": "= scoped_session(factory",
            "from sql": "from sqlalchemy.orm import scoped_session\nfrom sql",
        },
    ),
]

SPOKEN = [
    *SHARED_SPOKEN,
    *EXPIRING_SPOKEN,
    *OLD_SPOKEN,
    *OPEN_SPOKEN,
    *RETURNING_SPOKEN,
    *SCOPED_SPOKEN,
    *GATHERED_SPOKEN,
    *ESCAPED_SPOKEN,
    *BOUND_SPOKEN,
    *UNREMOVED_SPOKEN,
]
SILENT = [
    *SHARED_SILENT,
    *EXPIRING_SILENT,
    *OLD_SILENT,
    *OPEN_SILENT,
    *RETURNING_SILENT,
    *SCOPED_SILENT,
    *GATHERED_SILENT,
    *ESCAPED_SILENT,
    *BOUND_SILENT,
    *UNREMOVED_SILENT,
]


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
        (EXPIRING, "objects of these sessions expire at `commit()`: the next attribute read fails"),
        (
            EXPIRING.but("switched on", {"engine)": "engine, expire_on_commit=True)"}),
            "`expire_on_commit=True` makes the first attribute read after `commit()` fail",
        ),
        (
            OLD.on("sqlalchemy>=2.0"),
            "`sessionmaker(class_=AsyncSession)` is untyped: `async_sessionmaker` makes async sessions",
        ),
        (
            OLD.on("sqlalchemy==1.4.52"),
            "`sessionmaker(class_=AsyncSession)` is untyped: `async_sessionmaker`, of SQLAlchemy 2.0, makes async sessions",
        ),
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
        (BOUND, "`sessionmaker` makes synchronous sessions, and this engine is async"),
        (
            BOUND.but("by a session", {"sessionmaker(engine)": "Session(engine)"}),
            "`Session` makes synchronous sessions, and this engine is async",
        ),
        (IN_TASK, "`session` is closed with the request while this task may still use it"),
    ],
    ids=str,
)
def test_a_mistake_with_a_session_is_named(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message


EARLIER = "the dependency is closed before the task runs: the session opens again and is never closed"
LATER = "the session stays open, with its connection, until the task has ended, and what it does not commit is lost"


@pytest.mark.parametrize(
    ("version", "consequence"),
    [
        ("==0.117.1", EARLIER),
        ("<0.118", EARLIER),
        (">=0.118", LATER),
        (">=0.110", f"up to FastAPI 0.117 {EARLIER}; from 0.118 on {LATER}"),
    ],
)
def test_what_becomes_of_a_session_in_a_background_task_depends_on_fastapi(
    version: str, consequence: str, tmp_path: Path
) -> None:
    told = ESCAPED.on(f"fastapi{version}").only(tmp_path).message
    assert told == f"`session` is handed to a background task: {consequence}"


SHELVES = GATHERED.but(
    "by objects",
    {
        "async def load": """
            class Shelf:
                def __init__(self, session: AsyncSession):
                    self.session = session
                async def titles(self):
                    await self.session.execute(1)
            async def load
        """,
        BOTH: """
            fiction = Shelf(session)
            science = Shelf(session)
            await asyncio.gather(fiction.titles(), science.titles())
        """,
    },
)


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (GATHERED, "`session` is used by several tasks at once"),
        (SHELVES, "`fiction` and `science` share the session `session`, which several tasks use at once"),
    ],
    ids=str,
)
def test_tasks_are_said_to_share_what(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message


def test_a_task_that_has_ended_is_none_of_those_that_share(tmp_path: Path) -> None:
    three = SPAWNED.but(
        "after another",
        {
            "first = asyncio": """
                ended = asyncio.create_task(add(session, 0))
                await ended
                first = asyncio
            """
        },
    )
    found = three.only(tmp_path)
    assert (found.location.line, [note.location.line for note in found.related]) == (9, [9, 10])
