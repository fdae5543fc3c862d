"""Rules about FastAPI: the smallest code of which each speaks, and the code of which it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import codes
from tests.rules.silence.cases import Case, case

# ADB601.

OWN = case(
    "ADB601",
    """
    from fastapi import BackgroundTasks, Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()
    @app.get("/")
    async def read(tasks: BackgroundTasks):
        async with SessionLocal() as session:
            return session
    """,
)
OF_MODULE = OWN.but(
    "by a session of the module",
    {
        "app = FastAPI()": "app = FastAPI()\nsession = SessionLocal()",
        "async with SessionLocal() as session:\n        return session": "await session.commit()",
    },
)
OPENED = "async with SessionLocal() as session:"
OWN_SPOKEN = [
    OWN,
    OWN.but("by its class", {OPENED: "async with AsyncSession(engine) as session:"}),
    OWN.but("by its class, with a keyword", {OPENED: "async with AsyncSession(bind=engine) as session:"}),
    OF_MODULE,
]
OWN_SILENT = [
    OWN.but("in a plain `with`, which is wrong for another reason", {"async with": "with"}),
    *OWN.elsewhere(),
    *OF_MODULE.elsewhere(),
    OWN.but("for a WebSocket", {"@app.get": "@app.websocket"}),
    OWN.but("for a dependency", {'@app.get("/")\n': "", "FastAPI()": "FastAPI()\ndefault = lambda: Depends(read)"}),
    OWN.but("for a stream", {"return session": "return StreamingResponse(session)"}),
    OWN.but("for a stream of events", {"return session": "return EventSourceResponse(session)"}),
    OWN.but("for work in the background", {"return session": "tasks.add_task(session)"}),
    OWN.but("for a task", {"return session": "asyncio.create_task(session)"}),
    OWN.but("for a session that is not entered", {OPENED: "session = SessionLocal()\nif session:"}),
    OWN.but(
        "for a factory that is passed in", {"tasks: BackgroundTasks": "SessionLocal: async_sessionmaker[AsyncSession]"}
    ),
    OWN.but("for a factory of an object", {OPENED: "async with app.state.SessionLocal() as session:"}),
    OWN.but("for a unit of work", {OPENED: "async with UnitOfWork() as session:"}),
    OWN.but("for what is not known", {OPENED: "async with Session() as session:"}),
    OWN.but("for its class on an engine that is passed in", {OPENED: "async with AsyncSession(tasks) as session:"}),
    OWN.but("for its class on nothing", {OPENED: "async with AsyncSession() as session:"}),
    OWN.but(
        "for another library's class",
        {
            "AsyncSession, ": "",
            "engine = create": "from database.tools import AsyncSession\nengine = create",
            OPENED: "async with AsyncSession(engine) as session:",
        },
    ),
    OWN.but(
        "for a synchronous factory",
        {
            "async_sessionmaker": "sessionmaker",
            ", sessionmaker, create": ", create",
            "engine = create": "from sqlalchemy.orm import sessionmaker\nengine = create",
        },
    ),
    OF_MODULE.but("by a session that is passed in", {"tasks: BackgroundTasks": "session: AsyncSession"}),
    OF_MODULE.but("by another object of the module", {"session = SessionLocal()": "session = Store()"}),
    OF_MODULE.but("when a stream uses it", {"await session.commit()": "return StreamingResponse(session.stream(1))"}),
]

# ADB602.

INLINE = case(
    "ADB602",
    """
    from fastapi import FastAPI
    from sqlalchemy import select, text
    from sqlalchemy.ext.asyncio import AsyncSession
    app = FastAPI()
    @app.get("/")
    async def read(session: AsyncSession, key):
        return select(Book)
    """,
)
BUILT = "return select(Book)"
INLINE_SPOKEN = [
    INLINE,
    INLINE.but(
        "by its module",
        {"from sqlalchemy import select, text": "import sqlalchemy", BUILT: "return sqlalchemy.select(Book)"},
    ),
    INLINE.but(
        "by a name that sessions have too", {"import select,": "import select as get,", BUILT: "return get(Book)"}
    ),
    *(
        INLINE.but(f"with {name}()", {"import select, text": f"import {name}", BUILT: f"return {name}(Book)"})
        for name in ("insert", "update", "delete", "text")
    ),
    INLINE.but("by another name", {"import select,": "import select as choose,", BUILT: "return choose(Book)"}),
    INLINE.but("with `get()`", {BUILT: "return await session.get(Book, key)"}),
    INLINE.but("with `get_one()`", {BUILT: "return await session.get_one(Book, key)"}),
    INLINE.but(
        "with `query()`",
        {
            BUILT: "return session.query(Book)",
            "session: AsyncSession": "session: Session",
            "app = ": "from sqlalchemy.orm import Session\napp = ",
        },
    ),
    INLINE.but("with text that is no probe", {BUILT: 'return text("SELECT 2")'}),
    INLINE.but("in a function inside", {BUILT: "return list(map(lambda one: select(one), key))"}),
]
INLINE_SILENT = [
    *INLINE.elsewhere(),
    INLINE.but(
        "in a function of the data layer",
        {BUILT: "return load(session)", "@app.get": "def load(session): return select(Book)\n@app.get"},
    ),
    INLINE.but("for a WebSocket", {"@app.get": "@app.websocket"}),
    INLINE.but("when no application has it", {'@app.get("/")\n': ""}),
    INLINE.but("when it only adds", {BUILT: "session.add(key)\nawait session.commit()"}),
    INLINE.but("for a probe", {BUILT: 'return await session.execute(text("SELECT 1"))'}),
    INLINE.but(
        "for another library's function", {"from sqlalchemy import select": "from database.tools import select"}
    ),
    INLINE.but("for the project's function", {"import select, text": "import text\ndef select(book): ..."}),
    INLINE.but("for another object's method", {BUILT: "return key.select(Book)"}),
    INLINE.but("for a dict's `get()`", {BUILT: "return key.get(Book)"}),
    INLINE.but("for a function `get()`", {BUILT: "return get(Book)"}),
]

# ADB603.

EVENT = case(
    "ADB603",
    """
    from fastapi import APIRouter, FastAPI
    app = FastAPI()
    router = APIRouter()
    @app.on_event("startup")
    async def start(): ...
    """,
)
DECORATED = '@app.on_event("startup")\nasync def start(): ...'
EVENT_SPOKEN = [
    EVENT,
    *EVENT.elsewhere("a script"),
    EVENT.but("at shutdown", {"startup": "shutdown"}),
    EVENT.but("on a router", {"@app": "@router"}),
    EVENT.but("by a call", {DECORATED: 'app.add_event_handler("startup", print)'}),
    EVENT.but("by a call with keywords", {DECORATED: 'app.add_event_handler(event_type="shutdown", func=print)'}),
]
EVENT_SILENT = [
    *EVENT.elsewhere("a test", "a migration"),
    EVENT.but("for a lifespan", {DECORATED: ""}),
    EVENT.but("for another event", {"startup": "login"}),
    EVENT.but("for an event that is not known", {'"startup"': "event"}),
    EVENT.but("for another event, by a call", {DECORATED: 'app.add_event_handler("login", print)'}),
    EVENT.but("for an event that is not known, by a call", {DECORATED: "app.add_event_handler(event, print)"}),
    EVENT.but("for a number, by a call", {DECORATED: "app.add_event_handler(1, print)"}),
    EVENT.but(
        "for another library's object",
        {"from fastapi import APIRouter, FastAPI": "from database.bus import APIRouter, FastAPI"},
    ),
    EVENT.but("for what is not known", {"@app": "@bus"}),
    EVENT.but("for what is not known, by a call", {DECORATED: 'bus.add_event_handler("startup", print)'}),
    EVENT.but("for another method", {"on_event": "on_message"}),
]

# ADB604.

UNTOUCHED = case(
    "ADB604",
    """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    @asynccontextmanager
    async def lifespan(app):
        yield
    app = FastAPI(lifespan=lifespan)
    """,
)
UNTOUCHED_SPOKEN = [
    UNTOUCHED,
    UNTOUCHED.but(
        "when something of a library is not awaited",
        {"yield": "Migrator(URL).run()\nyield", "from fast": "from database.tools import Migrator\nfrom fast"},
    ),
    UNTOUCHED.but("without a lifespan", {"lifespan=lifespan": ""}),
    UNTOUCHED.but("when it is only disposed", {"yield": "yield\nawait engine.dispose()"}),
    UNTOUCHED.but("when something else is done", {"yield": "print()\nyield"}),
    UNTOUCHED.but(
        "when something that is not understood is made",
        {"yield": "registry = Registry()\nyield", "from fast": "from database.tools import Registry\nfrom fast"},
    ),
    UNTOUCHED.but("once for two applications", {"app = FastAPI(": "other = FastAPI()\napp = FastAPI("}),
]
UNTOUCHED_SILENT = [
    UNTOUCHED.but("when a script makes the application", {"app = FastAPI(lifespan=lifespan)": ""}).beside(
        "when a script makes the application",
        "scripts/main.py",
        """
        from app import SessionLocal
        from fastapi import FastAPI
        app = FastAPI()
        """,
    ),
    *UNTOUCHED.elsewhere(),
    UNTOUCHED.apart(),
    UNTOUCHED.but("without an engine", {"engine = create_async_engine(URL)": "engine = None"}),
    UNTOUCHED.but(
        "for a synchronous engine",
        {
            "create_async_engine": "create_engine",
            "async_sessionmaker, create_engine": "async_sessionmaker",
            "engine = create": "from sqlalchemy import create_engine\nengine = create",
        },
    ),
    UNTOUCHED.but("when an engine connects", {"yield": "async with engine.connect(): yield"}),
    UNTOUCHED.but("when a session is made", {"yield": "async with SessionLocal(): yield"}),
    UNTOUCHED.but(
        "when a helper connects",
        {
            "yield": "await check()\nyield",
            "@async": "async def check():\n    async with engine.connect(): pass\n@async",
        },
    ),
    UNTOUCHED.but(
        "when a handler connects",
        {
            "app = FastAPI(lifespan=lifespan)": "app = FastAPI()\n@app.on_event('startup')\nasync def start():\n    async with engine.connect(): pass"
        },
    ),
    UNTOUCHED.but("when something that is not known is awaited", {"yield": "await check()\nyield"}),
    UNTOUCHED.but(
        "when something of a library is awaited",
        {"yield": "await Migrator(URL).run()\nyield", "from fast": "from database.tools import Migrator\nfrom fast"},
    ),
    UNTOUCHED.but(
        "for another framework's application",
        {
            "FastAPI(lifespan": "Starlette(lifespan",
            "from fastapi import FastAPI": "from starlette.applications import Starlette",
        },
    ),
]

# ADB605.

CREATING = case(
    "ADB605",
    """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from sqlalchemy import MetaData
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.orm import DeclarativeBase
    engine = create_async_engine(URL)
    class Base(DeclarativeBase): ...
    @asynccontextmanager
    async def lifespan(app):
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        yield
    app = FastAPI(lifespan=lifespan)
    """,
).beside("with an alembic.ini", "alembic.ini", "[alembic]\n")
CREATED = "Base.metadata.create_all"
MIGRATIONS = """
    import sqlalchemy
    from alembic import context
    context.configure()
"""


def with_alembic(path: str) -> Case:
    """An application that has Alembic by one file alone."""
    without = Case(CREATING.code, {"app.py": CREATING.files["app.py"]})
    return without.beside(f"with {path}", path, MIGRATIONS)


CREATING_SPOKEN = [
    CREATING,
    CREATING.but(
        "after another statement", {"await connection": 'await connection.execute("SELECT 1")\nawait connection'}
    ),
    with_alembic("alembic/env.py"),
    with_alembic("migrations/versions/0001_books.py"),
    with_alembic("shop/revisions.py"),
    with_alembic("shop/alembic.ini"),
    CREATING.but("by a synchronous call", {f"await connection.run_sync({CREATED})": f"{CREATED}(connection)"}),
    CREATING.but("by keyword", {f"({CREATED})": f"(fn={CREATED})"}),
    CREATING.but(
        "of a MetaData", {CREATED: "tables.create_all", "class Base(DeclarativeBase): ...": "tables = MetaData()"}
    ),
    CREATING.but(
        "in a helper",
        {
            "async with engine.begin() as connection:": "await create()",
            f"        await connection.run_sync({CREATED})\n": "",
            "@async": f"async def create():\n    async with engine.begin() as connection: await connection.run_sync({CREATED})\n@async",
        },
    ),
    CREATING.but(
        "in a helper that is called twice",
        {
            "async with engine.begin() as connection:": "await create()\nawait create()",
            f"        await connection.run_sync({CREATED})\n": "",
            "@async": f"async def create():\n    async with engine.begin() as connection: await connection.run_sync({CREATED})\n@async",
        },
    ),
    CREATING.but(
        "in a handler",
        {
            "@asynccontextmanager": "app = FastAPI()\n@app.on_event('startup')",
            "app = FastAPI(lifespan=lifespan)": "",
            "    yield\n": "",
        },
    ),
]
CREATING_SILENT = [
    CREATING.but("when a name that is not known is `metadata`", {CREATED: "metadata.create_all"}),
    *CREATING.elsewhere(),
    Case(CREATING.code, {"app.py": CREATING.files["app.py"]}, "without Alembic"),
    with_alembic("tests/revisions.py"),
    with_alembic("notes/alembic.txt"),
    CREATING.but("under an `if`", {"await connection": "if DEBUG: await connection"}),
    CREATING.but(
        "behind an advisory lock",
        {"await connection": 'await connection.execute("SELECT pg_advisory_lock(1)")\nawait connection'},
    ),
    CREATING.but("when it is not at start-up", {"lifespan=lifespan": ""}),
    CREATING.but(
        "at shutdown",
        {
            "@asynccontextmanager": "app = FastAPI()\n@app.on_event('shutdown')",
            "app = FastAPI(lifespan=lifespan)": "",
            "    yield\n": "",
        },
    ),
    CREATING.but("when another function runs", {CREATED: "Base.metadata.reflect"}),
    CREATING.but("when the function is not an attribute", {CREATED: "create_all"}),
    CREATING.but("when the object is not known", {CREATED: "app.tables.create_all"}),
    CREATING.but(
        "when the object is another library's",
        {
            CREATED: "tables.create_all",
            "class Base(DeclarativeBase): ...": "tables = Tables()",
            "from fast": "from database.tools import Tables\nfrom fast",
        },
    ),
    CREATING.but("when nothing is run", {CREATED: ""}),
    CREATING.but("when it is called without an engine", {f"await connection.run_sync({CREATED})": f"{CREATED}()"}),
]

# ADB613.

BESIDE = case(
    "ADB613",
    """
    from contextlib import asynccontextmanager
    from fastapi import APIRouter, FastAPI
    @asynccontextmanager
    async def lifespan(app):
        yield
    app = FastAPI(lifespan=lifespan)
    router = APIRouter()
    @app.on_event("startup")
    async def start(): ...
    """,
)
LATER = BESIDE.but(
    "with a lifespan that is set later",
    {"lifespan=lifespan": "", "router = APIRouter()": "app.router.lifespan_context = lifespan"},
)
BESIDE_SPOKEN = [
    BESIDE,
    LATER,
    LATER.but(
        "with a lifespan that is set last",
        {
            "app.router.lifespan_context = lifespan": "",
            "async def start(): ...": "async def start(): ...\napp.router.lifespan_context = lifespan",
        },
    ),
    LATER.but(
        "with a lifespan of a library",
        {"= lifespan": "= library.lifespan", "from context": "import library\nfrom context"},
    ),
    *BESIDE.elsewhere(),
    BESIDE.but("at shutdown", {"startup": "shutdown"}),
    BESIDE.but("by a call", {DECORATED: 'app.add_event_handler("startup", print)'}),
]
BESIDE_SILENT = [
    LATER.but("when another application has one", {"app.router": "FastAPI().router"}),
    LATER.but("when it may be set", {"app.router": "if DEBUG: app.router"}),
    LATER.but("when it is None", {"context = lifespan": "context = None"}),
    LATER.but("when something else is set", {"app.router": "app.state"}),
    LATER.but("when a function may set it", {"app.router.l": "def late():\n    app.router.l"}),
    BESIDE.but("when there is none", {"lifespan=lifespan": ""}),
    BESIDE.but("when it is None", {"lifespan=lifespan": "lifespan=None"}),
    BESIDE.but("when it cannot be seen", {"lifespan=lifespan": "**options"}),
    BESIDE.but("on a router, which has none", {"@app": "@router"}),
    BESIDE.but("on one of two applications", {"app = FastAPI(": "if DEBUG: app = FastAPI()\nelse: app = FastAPI("}),
    BESIDE.but(
        "on an application that is passed in",
        {DECORATED: "def add(app: FastAPI):\n    @app.on_event('startup')\n    async def start(): ..."},
    ),
    BESIDE.but("on what is not known", {"@app": "@bus"}),
    BESIDE.but("for another event", {"startup": "login"}),
    BESIDE.but(
        "of another library's object",
        {"from fastapi import APIRouter, FastAPI": "from database.bus import APIRouter, FastAPI"},
    ),
]

# ADB608: a dependency that keeps what its route raises.
KEEPING = case(
    "ADB608",
    """
    from fastapi import Depends, FastAPI, HTTPException
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    from errors import Other, reraised
    SessionLocal = async_sessionmaker(create_async_engine("postgresql+asyncpg://a/b"))
    app = FastAPI()
    async def get_session():
        try:
            async with SessionLocal() as session:
                yield session
        except Exception:
            pass
    @app.get("/")
    async def read(session: AsyncSession = Depends(get_session)):
        await session.commit()
""",
).beside("as it is", "errors.py", "class Other(Exception): ...\ndef reraised(error): raise error\n")
KEEPING_SPOKEN = [
    KEEPING,
    *(
        KEEPING.but(name, {"except Exception": f"except {name}"})
        for name in ("BaseException", "HTTPException", "(OSError, HTTPException)")
    ),
    KEEPING.but("behind one that is narrower", {"except Exception:": "except OSError:\n    pass\nexcept Exception:"}),
    KEEPING.but("it rolls back", {"pass": "await session.rollback()"}),
    *(KEEPING.on(version) for version in ("fastapi>=0.110", "fastapi", "fastapi>=0.100,<0.120")),
]
KEEPING_SILENT = [
    KEEPING.but("it raises", {"        pass": "        raise"}),
    KEEPING.but("it raises another", {"        pass": "        raise OSError"}),
    KEEPING.but("it raises sometimes", {"        pass": "        if session: raise"}),
    KEEPING.but(
        "a function raises",
        {"except Exception:": "except Exception as error:", "        pass": "        reraised(error)"},
    ),
    *(KEEPING.but(name, {"except Exception": f"except {name}"}) for name in ("OSError", "(OSError, ValueError)")),
    *(
        KEEPING.but(f"behind {name}", {"except Exception:": f"except {name}:\n    raise\nexcept Exception:"})
        for name in ("HTTPException", "BaseException", "unknown", "(OSError, HTTPException)")
    ),
    KEEPING.but("nothing is injected", {" = Depends(get_session)": ""}),
    *(KEEPING.on(version) for version in ("fastapi<0.110", "fastapi==0.109.2", "fastapi>=0.100,<0.109")),
]

SPOKEN = [
    *OWN_SPOKEN,
    *INLINE_SPOKEN,
    *EVENT_SPOKEN,
    *UNTOUCHED_SPOKEN,
    *CREATING_SPOKEN,
    *BESIDE_SPOKEN,
    *KEEPING_SPOKEN,
]
SILENT = [
    *OWN_SILENT,
    *INLINE_SILENT,
    *EVENT_SILENT,
    *UNTOUCHED_SILENT,
    *CREATING_SILENT,
    *BESIDE_SILENT,
    *KEEPING_SILENT,
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
        (OWN, "the route `read` makes its own session instead of receiving one"),
        (OF_MODULE, "the route `read` uses a session of its module instead of receiving one"),
        (INLINE, "the route `read` builds its query itself"),
        (EVENT, '`on_event("startup")` is deprecated, and never runs beside a `lifespan`'),
        (BESIDE, "this startup handler never runs: the application has a `lifespan`"),
        (KEEPING, "`get_session` keeps what its route raises: every `HTTPException` becomes a 500"),
    ],
    ids=str,
)
def test_a_mistake_with_fastapi_is_named(example: Case, message: str, tmp_path: Path) -> None:
    found = example.only(tmp_path)
    assert found.message == message


def test_the_other_queries_of_a_route_are_shown(tmp_path: Path) -> None:
    found = INLINE.but("twice", {BUILT: "one = select(Book)\nreturn select(Book)"}).only(tmp_path)
    notes = [(note.location.line, note.message) for note in found.related]
    assert (found.location.line, notes) == (7, [(8, "another query of this route")])


def test_the_call_that_registers_a_lifespan_is_shown(tmp_path: Path) -> None:
    found = CREATING.only(tmp_path)
    assert [note.location.line for note in found.related] == [13]


def test_an_application_with_a_lifespan_is_shown(tmp_path: Path) -> None:
    found = BESIDE.only(tmp_path)
    notes = [(note.location.line, note.message) for note in found.related]
    assert notes == [(6, "the application is made here, with a lifespan")]


def test_a_handler_beside_a_lifespan_is_said_once(tmp_path: Path) -> None:
    assert [code for code, *_ in codes(tmp_path, BESIDE.files, "ADB603", "ADB613")] == ["ADB613"]
