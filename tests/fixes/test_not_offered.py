"""Fixes that must not be offered: for each, the code for which it is, and the change after which it would do harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixing import run_fixes
from tests.rules.silence.cases import Case, case

SAFE, UNSAFE = "safe", "unsafe"

# ADB102.

URL = case(
    "ADB102",
    """
    import asyncpg
    from sqlalchemy import create_engine
    from sqlalchemy.ext.asyncio import create_async_engine
    URL = "postgresql://db/shop"
    engine = create_async_engine(URL)
    """,
)
URL_NOT = [
    URL.but("with libpq's `sslmode`", {"/shop": "/shop?sslmode=require"}),
    URL.but("for a dialect without a driver that we know", {"postgresql": "mysql"}),
    URL.but("that a synchronous engine has", {"engine =": "other = create_engine(URL)\nengine ="}),
    URL.but("that asyncpg has", {"engine =": "async def load(): await asyncpg.connect(URL)\nengine ="}),
    URL.but(
        "that a pool has, by keyword", {"engine =": "async def load(): await asyncpg.create_pool(dsn=URL)\nengine ="}
    ),
    URL.but("that another library has, in a text", {"engine =": "psycopg2.connect(f'{URL}')\nengine ="}),
    URL.but("that a synchronous engine elsewhere has", {}).beside(
        "that a synchronous engine elsewhere has",
        "worker.py",
        """
        import app
        from sqlalchemy import create_engine
        engine = create_engine(app.URL)
        """,
    ),
    URL.but(
        "that is put together of two",
        {'"postgresql://db/shop"': 'MAIN + "postgresql://db/shop" if MAIN else "postgresql://db"'},
    ).but("that is one of two", {"MAIN + ": ""}),
]

# ADB104.

KEPT = case(
    "ADB104",
    """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from database import SessionLocal
    @asynccontextmanager
    async def lifespan(app):
        yield
    app = FastAPI(lifespan=lifespan)
    @app.get("/")
    async def read():
        return SessionLocal()
    """,
).beside(
    "as it is",
    "database.py",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    """,
)
BARE = KEPT.but(
    "without a lifespan",
    {
        "@asynccontextmanager\nasync def lifespan(app):\n    yield\n": "",
        "lifespan=lifespan": "",
        "contextlib import async": "contextlib import async",
    },
)
MADE = "engine = create_async_engine(URL)"
KEPT_OFFERED = [KEPT, BARE, KEPT.but("imported already", {"import SessionLocal": "import SessionLocal, engine"})]
KEPT_NOT = [
    KEPT.but("when the import would be a circle", {MADE: f"import app\n{MADE}"}),
    KEPT.but("when the import would be a circle of three", {MADE: f"import settings\n{MADE}"}).beside(
        "when the import would be a circle of three", "settings.py", "import sqlalchemy\nfrom app import app\n"
    ),
    KEPT.but("when its name is something else in the lifespan", {"yield": "engine = 1\nyield"}),
    KEPT.but("when its name is a parameter of the lifespan", {"lifespan(app)": "lifespan(app, engine=None)"}),
    KEPT.but(
        "when it is imported, and its name is something else in the lifespan",
        {"import SessionLocal": "import SessionLocal, engine", "yield": "engine = 1\nyield"},
    ),
    KEPT.but("when there are two applications", {"app = FastAPI": "other = FastAPI()\napp = FastAPI"}),
    KEPT.but(
        "when the application is another framework's",
        {"FastAPI(": "Starlette(", "fastapi import FastAPI": "starlette.applications import Starlette"},
    ),
    KEPT.but(
        "when the lifespan is set later",
        {"lifespan=lifespan": "", "@app.get": "app.router.lifespan_context = lifespan\n@app.get"},
    ),
    KEPT.but("when the lifespan leaves before its end", {"yield": "yield\nreturn"}),
    KEPT.but("when the lifespan yields twice", {"yield": "if app: yield\nelse: yield"}),
    KEPT.but(
        "when there is a handler too",
        {
            "app = FastAPI": "@router.on_event('shutdown')\nasync def stop(): ...\napp = FastAPI",
            "@asynccontextmanager": "from fastapi import APIRouter\nrouter = APIRouter()\n@asynccontextmanager",
        },
    ),
    KEPT.but("when it has two names", {MADE: "engine = other = create_async_engine(URL)"}),
    KEPT.but("when its name is bound twice", {MADE: f"{MADE}\nif URL: engine = None"}),
    KEPT.but("when it is made under an `if`", {MADE: f"if URL: {MADE}"}),
    KEPT.but(
        "when an attribute holds it",
        {MADE: "class Db: ...\nDb.engine = create_async_engine(URL)", "(engine,": "(Db.engine,"},
    ),
    KEPT.but(
        "when nothing imports from its file",
        {"from database import SessionLocal": "import database", "SessionLocal()": "database.SessionLocal()"},
    ),
    BARE.but("when a `lifespan` is there already", {"app = FastAPI": "lifespan = 1\napp = FastAPI"}),
    BARE.but("when FastAPI has another name", {"import FastAPI": "import FastAPI as Api", "FastAPI()": "Api()"}),
    BARE.but(
        "when FastAPI is known by its module",
        {"from fastapi import FastAPI": "import fastapi", "FastAPI()": "fastapi.FastAPI()"},
    ),
    BARE.but("when there are handlers", {"FastAPI()": "FastAPI(on_startup=[print])"}),
    BARE.but(
        "when something is added to the handlers", {"@app.get": "app.add_event_handler('startup', print)\n@app.get"}
    ),
    BARE.but(
        "when a function makes the application", {"app = FastAPI()": "def make():\n    return FastAPI()\napp = make()"}
    ),
    BARE.but("when the application shares its line", {"app = FastAPI()": "app = FastAPI(); x = 1"}),
]

# ADB106 and ADB107.

ECHO = case(
    "ADB106",
    """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL, echo=True)
    """,
)
ECHO_NOT = [
    ECHO.but("in a dict", {"echo=True": '**{"echo": True}'}),
    ECHO.but("with a comment", {"URL, echo=True)": "\nURL,\n echo=True,  # why\n)"}),
]
NO_OP = ECHO.but("for `future`", {"echo=True": "future=True"}).on("sqlalchemy>=2.0")
NO_OP = Case("ADB107", NO_OP.files)
NO_OP_NOT = [NO_OP.but("with a comment", {"URL, future=True)": "\nURL,\n future=True,  # why\n)"})]

# ADB202.

EXPIRING = case(
    "ADB202",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker
    SessionLocal = async_sessionmaker(engine)
    """,
)
EXPIRING_NOT = [EXPIRING.but("with a comment", {"(engine)": "(\n    engine,  # why\n)"})]

# ADB203.

OLD = case(
    "ADB203",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import sessionmaker
    SessionLocal = sessionmaker(engine, class_=AsyncSession)
    """,
)
ON_2 = OLD.on("sqlalchemy>=2.0")
IN_FUNCTION = {"SessionLocal =": "def make():\n    return", "from sqlalchemy.orm import sessionmaker\n": ""}
OLD_UNSAFE = [
    OLD,
    OLD.beside("on a version that is not known", "requirements.txt", "fastapi\n"),
    ON_2.but(
        "when its class is asked for",
        {"SessionLocal =": "def check(x): return isinstance(x, sessionmaker)\nSessionLocal ="},
    ),
    ON_2.but(
        "when its class is compared", {"SessionLocal =": "def check(x): return type(x) is sessionmaker\nSessionLocal ="}
    ),
    ON_2.beside(
        "when another file asks", "other.py", "from sqlalchemy.orm import sessionmaker\nissubclass(X, sessionmaker)\n"
    ),
    OLD.but(
        "when a class is asked for, on a version that is not known",
        {"SessionLocal =": "isinstance(1, sessionmaker)\nSessionLocal ="},
    ),
]
OLD_SAFE = [
    ON_2,
    ON_2.but(
        "by its module, beside a parameter of that name",
        {
            "from sqlalchemy.orm import sessionmaker": "from sqlalchemy import orm",
            "SessionLocal = ": "def make(sessionmaker=None):\n    return orm.",
        },
    ),
    ON_2.beside("when another file asks for something else", "other.py", "import sqlalchemy\nisinstance(X, str)\n"),
    ON_2.but("when nothing compares its class", {"SessionLocal =": "def other(): return sessionmaker\nSessionLocal ="}),
    OLD.but("by a name of 2.0", {"import sessionmaker": "import DeclarativeBase, sessionmaker"}),
]
OLD_NOT = [
    OLD.on("sqlalchemy==1.4.52"),
    OLD.on("sqlalchemy>=1.4,<2"),
    ON_2.but("when it is a parameter", {"SessionLocal =": "def make(sessionmaker=sessionmaker):\n    return"}),
    ON_2.but(
        "when a function imports it",
        {"SessionLocal =": "def make():\n    from sqlalchemy.orm import sessionmaker\n    return"},
    ),
]

# ADB204.

OPEN = case(
    "ADB204",
    """
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session, async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def load(query):
        session = SessionLocal()
        await session.execute(query)
    """,
)
OPEN_NOT = [
    OPEN.but("in a plain function", {"async def": "def", "await session.execute(query)": "session.add(query)"}),
    OPEN.but("for asyncpg's connection, which cannot be entered", {"= SessionLocal()": "= await asyncpg.connect(URL)"}),
    OPEN.but(
        "for a registry",
        {
            "= SessionLocal()": "= async_scoped_session(SessionLocal, scopefunc=task)",
            "await session.execute(query)": "session.add(query)\nyield session\nawait session.remove()",
        },
    ),
    OPEN.but(
        "when a function inside uses it", {"execute(query)": "execute(query)\nawait query.run(lambda: session.info)"}
    ),
    OPEN.but("when rows come one by one", {"await session.execute(query)": "return await session.stream(query)"}),
    OPEN.but("when it is used before", {"session = Ses": "if query: session.info\nsession = Ses"}),
    OPEN.but("when the line does more", {"session = SessionLocal()": "session = SessionLocal(); x = 1"}),
    OPEN.but("when it is opened in a block and used below", {"session = Ses": "if query: session = Ses"}),
]

# ADB205.

RETURNING = case(
    "ADB205",
    """
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()
    async def get_session(key):
        async with SessionLocal() as session:
            return session
    @app.get("/")
    async def read(session=Depends(get_session)): ...
    """,
)
RETURNED = "async with SessionLocal() as session:\n        return session"
RETURNING_OFFERED = [
    RETURNING,
    RETURNING.but("when another of its name is called", {"@app.get": "def other(key): return key.other()\n@app.get"}),
    RETURNING.but("when it opens in its `return`", {RETURNED: "return SessionLocal()"}),
    RETURNING.but("when it keeps it in a name", {RETURNED: "session = SessionLocal()\nreturn session"}),
    RETURNING.but(
        "when it is annotated with `Depends`",
        {"session=Depends(get_session)": "session: Annotated[object, Depends(get_session)]"},
    ),
    RETURNING.but(
        "when an alias names the dependency",
        {
            "@app.get": "Database = Annotated[object, Depends(get_session)]\n@app.get",
            "session=Depends(get_session)": "session: Database",
        },
    ),
]
RETURNING_NOT = [
    RETURNING.but(
        "when it has a decorator",
        {"async def get": "@no_type_check\nasync def get", "from fast": "from typing import no_type_check\nfrom fast"},
    ),
    RETURNING.but("when it has two ways out", {"return session": "if key: return session\nreturn None"}),
    RETURNING.but("when it is called", {"@app.get": "async def job(): return await get_session(1)\n@app.get"}),
    RETURNING.but("when it is called in another file", {}).beside(
        "when it is called in another file",
        "job.py",
        "import app\nimport sqlalchemy\nasync def job(): await app.get_session(1)\n",
    ),
    RETURNING.but("when it is passed on", {"@app.get": "register(get_session)\n@app.get"}),
    RETURNING.but("when it is in a list", {"@app.get": "every = [get_session]\n@app.get"}),
    RETURNING.but("when it is in a dict", {"@app.get": "every = {'db': get_session}\n@app.get"}),
    RETURNING.but("when it has another name", {"@app.get": "get_db = get_session\n@app.get"}),
    RETURNING.but("when it is stored in an attribute", {"@app.get": "app.get_db = get_session\n@app.get"}),
    RETURNING.but("when a function returns it", {"@app.get": "def choose(): return get_session\n@app.get"}),
    RETURNING.but("when an attribute is asked of it", {"@app.get": "print(get_session.__name__)\n@app.get"}),
    RETURNING.but(
        "when a loop may come again",
        {RETURNED: "for _ in key:\n    async with SessionLocal() as session:\n        return session"},
    ),
    RETURNING.but("when `session` is something else", {RETURNED: "print(session)\nreturn SessionLocal()"}),
    RETURNING.but(
        "when it is a method",
        {
            "async def get_session(key):\n    async with SessionLocal() as session:\n        return session": "class Db:\n    async def get_session(self):\n        async with SessionLocal() as session:\n            return session\ndb = Db()",
            "Depends(get_session)": "Depends(db.get_session)",
        },
    ),
]

# ADB301, ADB303, ADB304 and ADB401.

LOST = case(
    "ADB301",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def save(session: AsyncSession, query):
        session.execute(query).all()
    """,
)
LOST_NOT = [
    LOST.but("in a plain function", {"async def": "def"}),
    LOST.but("in a lambda", {"session.execute": "return lambda: session.execute"}),
    LOST.but(
        "in a comprehension", {"session.execute(query).all()": "return [session.execute(item).all() for item in query]"}
    ),
]
CHAIN = case(
    "ADB303",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def load(session: AsyncSession, query):
        return await session.execute(query).scalars()
    """,
)
CHAIN_OFFERED = [
    CHAIN,
    CHAIN.but("of three calls", {".scalars()": ".scalars().all()"}),
    CHAIN.but("that ends with a coroutine", {"execute(query).scalars()": "connection().execute(query)"}),
    CHAIN.but("that ends with no coroutine", {"execute(query).scalars()": "connection().in_transaction()"}),
]
CHAIN_NOT = [
    CHAIN.but("of an attribute that is called", {"execute(query).scalars()": "connection().sync_connection()"}),
    CHAIN.but("of an object that is not known", {"execute(query).scalars()": "scalar(query).scalars()"}),
    CHAIN.but("of a method that is not known", {"execute(query).scalars()": "connection().unheard()"}),
    CHAIN.but(
        "of a method of what a connection gives", {"execute(query).scalars()": "connection().execute(query).all()"}
    ),
    CHAIN.but("in parentheses", {"await session.execute(query).scalars()": "(await session.execute(query).scalars())"}),
]
PLAIN = case(
    "ADB304",
    """
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
    async def load(session: AsyncSession, engine: AsyncEngine, query):
        with engine.connect() as connection:
            print(connection)
    """,
)
ENTERED = "with engine.connect() as connection:\n        print(connection)"
PLAIN_OFFERED = [
    PLAIN,
    PLAIN.but("for a name", {ENTERED: "with session:\n    print(query)"}),
    PLAIN.but(
        "for rows that are here",
        {ENTERED: "rows = await session.execute(query)\nasync for row in rows:\n    print(row)"},
    ),
    PLAIN.but(
        "for rows that were awaited", {ENTERED: "async for row in await session.execute(query):\n    print(row)"}
    ),
    PLAIN.but(
        "for rows that come one by one",
        {ENTERED: "rows = await session.stream(query)\nfor row in rows:\n    print(row)"},
    ),
]
PLAIN_NOT = [
    PLAIN.but("in a plain function", {"async def": "def"}),
    PLAIN.but("for a name in a plain function", {"async def": "def", ENTERED: "with session:\n    print(query)"}),
    PLAIN.but(
        "at the top of a module",
        {
            "async def load(session: AsyncSession, engine: AsyncEngine, query):": "engine = create_async_engine(URL)",
            "    with": "with",
            "        print": "    print",
            "import AsyncEngine, AsyncSession": "import create_async_engine",
        },
    ),
    PLAIN.but("for the first of two", {" as connection": ", open(query) as connection"}),
]
LEGACY = case(
    "ADB401",
    """
    from sqlalchemy import func
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase
    class Base(DeclarativeBase): ...
    class Book(Base): ...
    async def load(session: AsyncSession, other):
        return session.query(Book).all()
    """,
)
LEGACY_OFFERED = [
    LEGACY,
    LEGACY.but("for a column", {"query(Book)": "query(Book.id)"}),
    LEGACY.but("for two columns", {"query(Book)": "query(Book.id, Book.title)"}),
    LEGACY.but("for a function of the database", {"query(Book)": "query(func.max(Book.id))"}),
]
LEGACY_NOT = [
    LEGACY.but("for an attribute of an object", {"other):": "other: Book):", "query(Book)": "query(other.id)"}),
    LEGACY.but(
        "for another function of SQLAlchemy", {"import func": "import literal", "query(Book)": "query(literal(1))"}
    ),
    LEGACY.but("in a plain function", {"async def": "def"}),
    LEGACY.but("for nothing", {"query(Book)": "query()"}),
    LEGACY.but("for two classes", {"query(Book)": "query(Book, Base)"}),
    LEGACY.but("for a class and a column", {"query(Book)": "query(Book, Book.id)"}),
    LEGACY.but("for what is not known", {"query(Book)": "query(other)"}),
    LEGACY.but("for an attribute of what is not known", {"query(Book)": "query(other.id)"}),
    LEGACY.but("for another function", {"query(Book)": "query(other(Book.id))"}),
    LEGACY.but("for an object", {"query(Book)": "query(Book())"}),
    LEGACY.but("without a step after it", {".all()": ""}),
]

# ADB601.

OWN = case(
    "ADB601",
    """
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    OtherSession = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()
    async def get_session():
        async with SessionLocal() as session:
            yield session
    @app.get("/other")
    async def other(session=Depends(get_session)): ...
    @app.get("/")
    async def read(key):
        async with SessionLocal() as session:
            return session.info
    """,
)
GIVES = "async def get_session():\n    async with SessionLocal() as session:\n        yield session"
OPENED = "async with SessionLocal() as session:\n        return session.info"
SECOND = 'async def get_second():\n    async with {}() as session:\n        yield session\nsecond = Depends(get_second)\n@app.get("/other")'
APART = OWN.but(
    "with the dependency in another file",
    {
        GIVES: "from db import SessionLocal, get_session",
        "SessionLocal = async_sessionmaker(engine, expire_on_commit=False)\n": "",
    },
).beside(
    "with the dependency in another file",
    "db.py",
    """
    from sqlalchemy.ext.asyncio import async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def get_session():
        async with SessionLocal() as session:
            yield session
    """,
)
ROUTES = APART.but(
    "with the route in a third",
    {
        '@app.get("/")': "def end(): ...",
        "async def read(key):\n    async with SessionLocal() as session:\n        return session.info": "",
    },
).beside(
    "with the route in a third",
    "routes.py",
    """
    from app import app
    from db import SessionLocal
    @app.get("/")
    async def read(key):
        async with SessionLocal() as session:
            return session.info
    """,
)
OWN_OFFERED = [
    OWN,
    OWN.but("with a dependency on another factory beside it", {'@app.get("/other")': SECOND.format("OtherSession")}),
    APART,
    ROUTES,
]
OWN_NOT = [
    OWN.but(
        "when both are made by their class",
        {"async with SessionLocal()": "async with AsyncSession(engine)"},
    ),
    OWN.but(
        "when the dependency's session comes from nowhere",
        {
            "async def get_session():\n    async with SessionLocal() as session:": "async def get_session() -> AsyncIterator[AsyncSession]:\n    for session in app.sessions:",
            "from fast": "from collections.abc import AsyncIterator\nfrom fast",
        },
    ),
    OWN.but("when the dependency has parameters", {"get_session()": "get_session(key)"}),
    OWN.but("when the dependency is no generator", {"yield session": "return session"}),
    OWN.but("when the dependency is not async", {GIVES: "def get_session():\n    yield SessionLocal()"}),
    OWN.but(
        "when the dependency is a method",
        {
            GIVES: "class Db:\n    @staticmethod\n    async def get_session():\n        async with SessionLocal() as session:\n            yield session",
            "Depends(get_session)": "Depends(Db.get_session)",
        },
    ),
    OWN.but(
        "when the dependency is made in a function",
        {
            GIVES: "def make():\n    async def get_session():\n        async with SessionLocal() as session:\n            yield session\n    return Depends(get_session)",
            "Depends(get_session)): ": "None): ",
        },
    ),
    OWN.but("when the dependency gives something else", {"yield session": "yield session.info"}),
    OWN.but(
        "when the dependency gives a synchronous session",
        {
            GIVES: "async def get_session():\n    async with Other() as session:\n        yield session",
            "app = ": "Other = sessionmaker()\napp = ",
            "from fast": "from sqlalchemy.orm import sessionmaker\nfrom fast",
        },
    ),
    OWN.but("when the dependency's factory is another", {GIVES: GIVES.replace("SessionLocal", "OtherSession")}),
    OWN.but(
        "when the dependency may have another factory",
        {
            GIVES: "async def get_session():\n    if URL: session = SessionLocal()\n    else: session = OtherSession()\n    yield session"
        },
    ),
    OWN.but("when there are two", {'@app.get("/other")': SECOND.format("SessionLocal")}),
    OWN.but("when there is none", {"Depends(get_session)": "None"}),
    OWN.but(
        "when the route binds the dependency's name", {"return session.info": "get_session = 1\nreturn session.info"}
    ),
    OWN.but("when the route has a parameter of the dependency's name", {"read(key)": "read(get_session)"}),
    OWN.but(
        "when the session is made by its class",
        {OPENED: "async with AsyncSession(engine) as session:\n    return session.info"},
    ),
    OWN.but(
        "when the route opens two things",
        {"SessionLocal() as session:\n        return": "SessionLocal() as session, open(key):\n        return"},
    ),
    OWN.but("when the route does not name it", {OPENED: "async with SessionLocal():\n    return key"}),
    OWN.but(
        "when the route opens it under an `if`",
        {OPENED: "if key:\n    async with SessionLocal() as session:\n        return session.info"},
    ),
    OWN.but("when the route has a parameter of its name", {"read(key)": "read(session)"}),
    OWN.but("when the route has positional parameters", {"read(key)": "read(key, /)"}),
    OWN.but("when a comment stands between the parameters", {"read(key)": "read(\n    key,  # why\n)"}),
    OWN.but(
        "when a comment stands after the header", {"as session:\n        return": "as session:  # why\n        return"}
    ),
    ROUTES.but("when the import would be a circle", {"async def get_session": "import routes\nasync def get_session"}),
    ROUTES.but(
        "when nothing imports from the dependency's file",
        {
            "from db import SessionLocal, get_session": "import db",
            "Depends(get_session)": "Depends(db.get_session)",
            "from db import SessionLocal\n@": "from factory import SessionLocal\n@",
            "from sqlalchemy.ext.asyncio import async_sessionmaker\nSessionLocal = async_sessionmaker(engine, expire_on_commit=False)": "from factory import SessionLocal",
        },
    ).beside(
        "when nothing imports from the dependency's file",
        "factory.py",
        """
        from sqlalchemy.ext.asyncio import async_sessionmaker
        SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
        """,
    ),
]

# ADB603 and ADB613.

EVENT = case(
    "ADB603",
    """
    from contextlib import asynccontextmanager
    from fastapi import APIRouter, FastAPI
    app = FastAPI()
    router = APIRouter()
    @app.on_event("startup")
    async def start(): ...
    """,
)
SPAN = "@asynccontextmanager\nasync def lifespan(app):\n    yield\n"
BESIDE = Case("ADB613", EVENT.but("beside", {"app = FastAPI()": f"{SPAN}app = FastAPI(lifespan=lifespan)"}).files)
EVENT_NOT = [
    EVENT.but(
        "with a lifespan, beside which it never ran", {"app = FastAPI()": f"{SPAN}app = FastAPI(lifespan=lifespan)"}
    ),
    EVENT.but("when there are two applications", {"router =": "other = FastAPI()\nrouter ="}),
    EVENT.but("when the options are not known", {"FastAPI()": "FastAPI(**options)"}),
    EVENT.but("when the application has other handlers", {"FastAPI()": "FastAPI(on_shutdown=[print])"}),
    EVENT.but(
        "when a function makes the application", {"app = FastAPI()": "def make():\n    return FastAPI()\napp = make()"}
    ),
    EVENT.but("when the handler has parameters", {"start()": "start(x=1)"}),
    EVENT.but("when the handler is bound twice", {"start(): ...": "start(): ...\nif app: start = None"}),
    EVENT.but("when the handler is on a router", {"@app": "@router"}),
    EVENT.but(
        "when the handler is a method",
        {
            '@app.on_event("startup")\nasync def start(): ...': "class Jobs:\n    @app.on_event('startup')\n    async def start(): ..."
        },
    ),
    EVENT.but(
        "when a call registers it",
        {
            '@app.on_event("startup")\nasync def start(): ...': "async def start(): ...\napp.add_event_handler('startup', start)"
        },
    ),
    EVENT.but("when `lifespan` is something else", {"router =": "lifespan = 1\nrouter ="}),
    EVENT.but(
        "when FastAPI has another name", {"APIRouter, FastAPI": "APIRouter, FastAPI as Api", "FastAPI()": "Api()"}
    ),
    EVENT.but("when the lifespan is set later", {"router =": "app.router.lifespan_context = span\nrouter ="}),
]
BESIDE_NOT = [
    BESIDE.but("when the lifespan binds the handler's name", {"yield": "start = 1\nyield"}),
    BESIDE.but("when the lifespan is in another file", {f"{SPAN}app = ": "from spans import lifespan\napp = "}).beside(
        "when the lifespan is in another file",
        "spans.py",
        f"import fastapi\nfrom contextlib import asynccontextmanager\n{SPAN}",
    ),
    BESIDE.but("when a router has a lifespan too", {"APIRouter()": "APIRouter(lifespan=lifespan)"}),
    BESIDE.but("when the lifespan yields in a block", {"yield": "if app:\n    yield"}),
    BESIDE.but("when there are two applications", {"router =": "other = FastAPI()\nrouter ="}),
]


def offers(example: Case, root: Path) -> list[str | None]:
    """What kind of fix each finding has."""
    return [None if item.fix is None else item.fix.safety.value for item in example.found(root)]


@pytest.mark.parametrize(
    "example",
    [
        URL,
        *KEPT_OFFERED,
        ECHO,
        EXPIRING,
        *OLD_UNSAFE,
        OPEN,
        *RETURNING_OFFERED,
        LOST,
        *CHAIN_OFFERED,
        *LEGACY_OFFERED,
        *OWN_OFFERED,
        EVENT,
        BESIDE,
    ],
    ids=str,
)
def test_an_unsafe_fix_is_offered(example: Case, tmp_path: Path) -> None:
    assert offers(example, tmp_path) == [UNSAFE]
    assert [item.code for item in run_fixes(tmp_path, example.code).applied] == [example.code]


@pytest.mark.parametrize("example", [NO_OP, *OLD_SAFE, *PLAIN_OFFERED], ids=str)
def test_a_safe_fix_is_offered(example: Case, tmp_path: Path) -> None:
    assert offers(example, tmp_path) == [SAFE]
    assert [item.code for item in run_fixes(tmp_path, example.code).applied] == [example.code]


@pytest.mark.parametrize(
    "example",
    [
        *URL_NOT,
        *KEPT_NOT,
        *ECHO_NOT,
        *NO_OP_NOT,
        *EXPIRING_NOT,
        *OLD_NOT,
        *OPEN_NOT,
        *RETURNING_NOT,
        *LOST_NOT,
        *CHAIN_NOT,
        *PLAIN_NOT,
        *LEGACY_NOT,
        *OWN_NOT,
        *EVENT_NOT,
        *BESIDE_NOT,
    ],
    ids=str,
)
def test_no_fix_is_offered(example: Case, tmp_path: Path) -> None:
    assert set(offers(example, tmp_path)) == {None}
