"""Rules about engines and drivers: the smallest code of which each speaks, and the code of which it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import codes
from tests.rules.silence.cases import Case, case

# ADB101.

DRIVER = case(
    "ADB101",
    """
    import psycopg2
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL)
    connection = psycopg2.connect(URL)
    app = FastAPI()
    """,
)
IN_ROUTE = DRIVER.but(
    "in a route",
    {
        "app = FastAPI()": """
    app = FastAPI()
    @app.get("/")
    async def read():
        return load()
    def load():
        return psycopg2.connect(URL)
    """
    },
).but("in a helper that a route calls", {"connection = psycopg2.connect(URL)": ""})
OPENERS = [
    ("psycopg", "psycopg.connect(URL)"),
    ("psycopg", "psycopg.Connection.connect(URL)"),
    ("pg8000", "pg8000.connect(URL)"),
    ("pg8000.dbapi", "pg8000.dbapi.connect(URL)"),
    ("pg8000.native", "pg8000.native.Connection(URL)"),
    ("psycopg2.pool", "psycopg2.pool.SimpleConnectionPool(1, 2, URL)"),
    ("psycopg2.pool", "psycopg2.pool.ThreadedConnectionPool(1, 2, URL)"),
    ("psycopg_pool", "psycopg_pool.ConnectionPool(URL)"),
]
DRIVER_SPOKEN = [
    DRIVER,
    IN_ROUTE,
    *(DRIVER.but(call, {"psycopg2.connect(URL)": call, "import psycopg2": f"import {name}"}) for name, call in OPENERS),
]
DRIVER_SILENT = [
    *DRIVER.elsewhere(),
    DRIVER.apart(),
    DRIVER.but("in a project that is not async", {"engine = create_async_engine(URL)": ""}),
    DRIVER.but(
        "for its asynchronous class",
        {"psycopg2.connect": "psycopg.AsyncConnection.connect", "import psycopg2": "import psycopg"},
    ),
    DRIVER.but("for another library's `connect`", {"psycopg2": "snowflake"}),
    DRIVER.but("for its error classes", {"psycopg2.connect(URL)": "psycopg2.OperationalError(URL)"}),
    DRIVER.but(
        "behind a main guard",
        {
            "connection = psycopg2.connect(URL)": """
        if __name__ == "__main__":
            connection = psycopg2.connect(URL)
        """
        },
    ),
    DRIVER.but(
        "for type checkers alone",
        {
            "connection = psycopg2.connect(URL)": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            connection = psycopg2.connect(URL)
        """
        },
    ),
    IN_ROUTE.but("in a function that a thread runs", {"return load()": "return await asyncio.to_thread(load)"}),
    IN_ROUTE.but("in a function that nobody calls", {"return load()": "return None"}),
    IN_ROUTE.but("below a plain route", {"async def read": "def read"}),
]

# ADB102.

URL = case(
    "ADB102",
    """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine("postgresql+psycopg2://db")
    """,
)
WRITTEN = '"postgresql+psycopg2://db"'
URL_SPOKEN = [
    URL,
    *URL.elsewhere("a migration", "a script"),
    URL.but("for the dialect alone", {"+psycopg2": ""}),
    URL.but("for a dialect that there is not", {"postgresql+psycopg2": "postgres"}),
    URL.but("for SQLite", {WRITTEN: '"sqlite:///db"'}),
]
URL_SILENT = [
    *URL.elsewhere("a test"),
    URL.but("for asyncpg", {"psycopg2": "asyncpg"}),
    URL.but("for psycopg 3, which is async as well", {"psycopg2": "psycopg"}),
    URL.but("for a driver that is not known", {"psycopg2": "other"}),
    URL.but("for a URL that is not known", {WRITTEN: "settings.url"}),
    URL.but("for a URL that is rewritten", {WRITTEN: f'{WRITTEN}.replace("psycopg2", "asyncpg")'}),
    URL.but(
        "for a synchronous engine", {"create_async_engine": "create_engine", "sqlalchemy.ext.asyncio": "sqlalchemy"}
    ),
    URL.but("for another library's function", {"sqlalchemy.ext.asyncio": "database.tools"}),
]

# ADB103.

SYNC_URL = case(
    "ADB103",
    """
    from sqlalchemy import create_engine
    from sqlalchemy.ext.asyncio import AsyncEngine
    engine = create_engine("postgresql+asyncpg://db")
    """,
    "with an async driver",
)
ONLY = case(
    "ADB103",
    """
    from fastapi import FastAPI
    from sqlalchemy import create_engine, text
    engine = create_engine("postgresql+psycopg2://db")
    app = FastAPI()
    @app.get("/")
    async def read():
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    """,
    "as the only engine",
)
MADE = 'engine = create_engine("postgresql+psycopg2://db")'
ASYNC_ENGINE = """
    from sqlalchemy.ext.asyncio import create_async_engine
    other = create_async_engine("postgresql+asyncpg://db")
"""
SYNC_SPOKEN = [
    SYNC_URL,
    *SYNC_URL.elsewhere("a migration", "a script"),
    ONLY,
    ONLY.but("for a URL that is not known", {'"postgresql+psycopg2://db"': "URL"}),
    ONLY.but("for psycopg 3", {"psycopg2": "psycopg"}),
    ONLY.beside("beside an engine of the tests", "tests/test_database.py", ASYNC_ENGINE),
]
SYNC_SILENT = [
    *SYNC_URL.elsewhere("a test"),
    SYNC_URL.but("for psycopg 3, which is both", {"asyncpg": "psycopg"}),
    SYNC_URL.but("for a synchronous driver that nothing uses", {"asyncpg": "psycopg2"}),
    SYNC_URL.but("for a URL that is not known", {'"postgresql+asyncpg://db"': "URL"}),
    SYNC_URL.but(
        "for an async engine",
        {"= create_engine": "= create_async_engine", "import AsyncEngine": "import create_async_engine"},
    ),
    SYNC_URL.but("inside of AsyncEngine", {"= create_engine(": "= AsyncEngine(create_engine(", '://db")': '://db"))'}),
    SYNC_URL.but("for another library's function", {"from sqlalchemy import": "from database.tools import"}),
    *ONLY.elsewhere(),
    ONLY.but("under a plain route", {"async def read": "def read"}),
    ONLY.but("that nothing uses", {"connection.execute": "print", "engine.connect()": "open()"}),
    ONLY.beside("beside an async engine", "database.py", ASYNC_ENGINE),
    *(
        ONLY.but(f"made in {where}", {MADE: f"from {module} import engine"}).beside(
            f"made in {where}", f"{module.replace('.', '/')}.py", f"from sqlalchemy import create_engine\n{MADE}"
        )
        for where, module in (("a script", "scripts.database"), ("a test", "tests.database"))
    ),
    ONLY.but("under an `if`", {"engine = create_engine": "if FAST: engine = create_engine"}),
]

# ADB104.

KEPT = case(
    "ADB104",
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
    @app.get("/")
    async def read():
        return SessionLocal()
    """,
)
FORGOTTEN = KEPT.but("disposed, but not awaited", {"yield": "yield\nengine.dispose()"})
IN_LIFESPAN = KEPT.but(
    "made in the lifespan",
    {"engine = create_async_engine(URL)": "", "yield": "engine = create_async_engine(URL)\nyield"},
)
KEPT_SPOKEN = [
    KEPT,
    KEPT.served_from("database.py", "in a file that the application imports"),
    FORGOTTEN,
    FORGOTTEN.but("forgotten twice", {"yield": "yield\nengine.dispose()"}),
    IN_LIFESPAN,
    KEPT.but("whose synchronous half alone is disposed", {"yield": "yield\nengine.sync_engine.dispose()"}),
    KEPT.but(
        "disposed by a function that nobody calls",
        {"app = FastAPI": "async def end(): await engine.dispose()\napp = FastAPI"},
    ),
    KEPT.but(
        "with another pool",
        {
            "URL": "URL, poolclass=AsyncAdaptedQueuePool",
            "from fastapi": "from sqlalchemy import AsyncAdaptedQueuePool\nfrom fastapi",
        },
    ),
    KEPT.beside(
        "disposed by a script",
        "scripts/end.py",
        """
        from app import engine
        async def end(): await engine.dispose()
        asyncio.run(end())
        """,
    ),
]
KEPT_SILENT = [
    *KEPT.elsewhere(),
    KEPT.but("when the lifespan is not known", {"lifespan=lifespan": "lifespan=make(app)"}),
    KEPT.but(
        "when the lifespan is set later, and not known", {"@app.get": "app.router.lifespan_context = other\n@app.get"}
    ),
    KEPT.but("when the lifespan may be in a dict", {"lifespan=lifespan": "**options"}),
    KEPT.apart(),
    KEPT.but("in a library, without an application", {"FastAPI(lifespan=lifespan)": "Router()"}),
    KEPT.but(
        "for a synchronous engine",
        {
            "create_async_engine": "create_engine",
            "sqlalchemy.ext.asyncio import async_sessionmaker,": "sqlalchemy import",
        },
    ),
    *(
        KEPT.but(
            f"with {name}",
            {"URL": f"URL, poolclass={name}", "from fastapi": f"from sqlalchemy.pool import {name}\nfrom fastapi"},
        )
        for name in ("NullPool", "StaticPool")
    ),
    KEPT.but("with a pool that is not known", {"URL": "URL, poolclass=settings.pool"}),
    KEPT.but("disposed in the lifespan", {"yield": "yield\nawait engine.dispose()"}),
    KEPT.but("forgotten once and disposed once", {"yield": "yield\nengine.dispose()\nawait engine.dispose()"}),
    KEPT.but("whose method is handed to something", {"yield": "yield\nstack.push(engine.dispose)"}),
    KEPT.but(
        "while something that is not understood is disposed", {"yield": "yield\nawait app.state.engine.dispose()"}
    ),
    KEPT.but(
        "handed to a library",
        {
            "app = FastAPI": "Admin(app, engine)\napp = FastAPI",
            "from fastapi": "from starlette_admin import Admin\nfrom fastapi",
        },
    ),
    KEPT.but("that nothing uses", {"return SessionLocal()": "return None"}),
    IN_LIFESPAN.but("made in a function that nothing starts", {"lifespan=lifespan": ""}),
]

# ADB105.

ANEW = case(
    "ADB105",
    """
    from contextlib import asynccontextmanager
    from functools import lru_cache
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine
    @asynccontextmanager
    async def lifespan(app):
        yield
    app = FastAPI(lifespan=lifespan)
    def make(url):
        engine = create_async_engine(URL)
        return engine
    @app.get("/")
    async def read():
        return make(URL)
    """,
)
OF_URL = ANEW.but("to a database that the caller names", {"create_async_engine(URL)": "create_async_engine(url)"})
ANEW_SPOKEN = [
    ANEW,
    OF_URL,
    ANEW.but("disposed, but made anew", {"return engine": "engine.dispose()"}),
    ANEW.but("for a pool", {"create_async_engine": "create_pool", "sqlalchemy.ext.asyncio": "asyncpg"}),
    ANEW.but(
        "in the route itself",
        {"return make(URL)": "return create_async_engine(URL)", "engine = create_async_engine(URL)": "engine = None"},
    ),
]
ANEW_SILENT = [
    *ANEW.elsewhere(),
    ANEW.but("kept by a cache", {"def make": "@lru_cache\ndef make"}),
    ANEW.but("kept in a global", {"engine = create_async_engine": "global engine\nengine = create_async_engine"}),
    ANEW.but("kept in an attribute", {"return engine": "app.state.engine = engine"}),
    ANEW.but("made by the lifespan", {"return make(URL)": "return None", "yield": "make(URL)\nyield"}),
    ANEW.but("made by what nobody calls", {"return make(URL)": "return None"}),
    ANEW.but(
        "made when the module is imported",
        {"return make(URL)": "return None", "@app.get": "engine = make(URL)\n@app.get"},
    ),
    OF_URL.but("disposed by the function that is given the URL", {"return engine": "engine.dispose()"}),
    ANEW.but(
        "without a pool",
        {
            "create_async_engine(URL)": "create_async_engine(URL, poolclass=NullPool)",
            "from fastapi": "from sqlalchemy.pool import NullPool\nfrom fastapi",
        },
    ),
]

# ADB106.

ECHO = case(
    "ADB106",
    """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL, echo=True)
    """,
)
ECHO_SPOKEN = [
    ECHO,
    ECHO.but("with results too", {"echo=True": 'echo="debug"'}),
    ECHO.but("in a dict", {"echo=True": '**{"echo": True}'}),
    ECHO.but(
        "of a synchronous engine",
        {".ext.asyncio import create_async_engine": " import create_engine", "create_async_engine": "create_engine"},
    ),
]
ECHO_SILENT = [
    *ECHO.elsewhere(),
    ECHO.but("switched off", {"echo=True": "echo=False"}),
    ECHO.but("with another text", {"echo=True": 'echo="no"'}),
    ECHO.but("left out", {", echo=True": ""}),
    ECHO.but("of a setting", {"echo=True": "echo=settings.echo"}),
    ECHO.but("in a dict that is not known", {"echo=True": "**options"}),
    ECHO.but("under an `if`", {"engine = ": "if DEBUG: engine = "}),
    ECHO.but(
        "of a pool",
        {
            "sqlalchemy.ext.asyncio import create_async_engine": "asyncpg import create_pool",
            "create_async_engine": "create_pool",
        },
    ),
    ECHO.but("of another library's engine", {"sqlalchemy.ext.asyncio": "database.tools"}),
    ECHO.but("behind a main guard", {"engine = ": "if __name__ == '__main__':\n    engine = "}),
]

# ADB107.

NO_OP = case(
    "ADB107",
    """
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL, future=True)
    """,
).on("sqlalchemy>=2.0")
NO_OP_SPOKEN = [
    NO_OP,
    *NO_OP.elsewhere(),
    NO_OP.but("in 2.0 style", {"engine =": "from sqlalchemy.orm import DeclarativeBase\nengine ="}).but(
        "known to be on 2.0 by a name", {"sqlalchemy>=2.0": ""}
    ),
    NO_OP.but("for autocommit", {"future=True": "autocommit=False"}),
    *(
        NO_OP.but(
            f"for {name}",
            {
                "create_async_engine(": f"{name}(",
                "sqlalchemy.ext.asyncio import create_async_engine": f"{module} import {name}",
            },
        )
        for module, name in (
            ("sqlalchemy", "create_engine"),
            ("sqlalchemy.orm", "sessionmaker"),
            ("sqlalchemy.orm", "Session"),
            ("sqlalchemy.ext.asyncio", "async_sessionmaker"),
            ("sqlalchemy.ext.asyncio", "AsyncSession"),
            ("sqlmodel", "Session"),
            ("sqlmodel.ext.asyncio.session", "AsyncSession"),
        )
    ),
]
NO_OP_SILENT = [
    NO_OP.on("sqlalchemy>=1.4"),
    NO_OP.but("while nothing shows the version", {"sqlalchemy>=2.0": ""}),
    NO_OP.but("with another value", {"future=True": "future=False"}),
    NO_OP.but("with a value that is not literal", {"future=True": "future=settings.future"}),
    NO_OP.but("with a value that only equals it", {"future=True": "future=1"}),
    NO_OP.but("that does something", {"future=True": "autocommit=True"}),
    NO_OP.but("left out", {", future=True": ""}),
    NO_OP.but("in a dict", {"future=True": '**{"future": True}'}),
    NO_OP.but("of another library", {"sqlalchemy.ext.asyncio": "database.tools"}),
]

SPOKEN = [
    *DRIVER_SPOKEN,
    *URL_SPOKEN,
    *SYNC_SPOKEN,
    *KEPT_SPOKEN,
    *ANEW_SPOKEN,
    *ECHO_SPOKEN,
    *NO_OP_SPOKEN,
]
SILENT = [
    *DRIVER_SILENT,
    *URL_SILENT,
    *SYNC_SILENT,
    *KEPT_SILENT,
    *ANEW_SILENT,
    *ECHO_SILENT,
    *NO_OP_SILENT,
]


@pytest.mark.parametrize("example", SPOKEN, ids=str)
def test_a_rule_speaks(example: Case, tmp_path: Path) -> None:
    assert [item.code for item in example.found(tmp_path)] == [example.code]


@pytest.mark.parametrize("example", SILENT, ids=str)
def test_a_rule_is_silent(example: Case, tmp_path: Path) -> None:
    assert example.found(tmp_path) == []


def related(root: Path, example: Case) -> list[tuple[str, int, str]]:
    """Path, line and message of what explains the one finding."""
    found = example.only(root)
    return [(note.location.path, note.location.line, note.message) for note in found.related]


NAMELESS = URL.but("for the dialect alone", {"+psycopg2": ""})


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (URL, "`postgresql+psycopg2://` cannot be used with an async engine: psycopg2 is synchronous"),
        (
            URL.but("for SQLite", {"postgresql+psycopg2": "sqlite"}),
            "`sqlite://` cannot be used with an async engine: the default driver of sqlite is synchronous",
        ),
        (
            URL.but("for a driver of SQLite", {"postgresql+psycopg2": "sqlite+pysqlite"}),
            "`sqlite+pysqlite://` cannot be used with an async engine: pysqlite is synchronous",
        ),
        (
            URL.but("for postgres", {"postgresql+psycopg2": "postgres"}),
            "`postgres://` is not a dialect of SQLAlchemy: the engine cannot be made",
        ),
        (
            NAMELESS,
            "`postgresql://` names no driver: SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 silently takes psycopg 3",
        ),
        (
            NAMELESS.on("sqlalchemy==2.0.40"),
            "`postgresql://` means psycopg2 in SQLAlchemy 2.0: an async engine cannot use it",
        ),
        (
            NAMELESS.on("sqlalchemy>=2.1"),
            "`postgresql://` means psycopg 3 in SQLAlchemy 2.1, not asyncpg: name the driver",
        ),
    ],
    ids=str,
)
def test_a_url_is_said_to_fail_as_its_versions_make_it_fail(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message


def test_a_url_that_stands_in_another_file_is_shown(tmp_path: Path) -> None:
    there = URL.but(
        "written elsewhere",
        {f"engine = create_async_engine({WRITTEN})": "from settings import URL\nengine = create_async_engine(URL)"},
    )
    there = there.beside("written elsewhere", "settings.py", f"URL = {WRITTEN}\n")
    assert related(tmp_path, there) == [("settings.py", 1, "the URL is written here")]


@pytest.mark.parametrize("url", [WRITTEN, "URL"])
def test_a_url_that_stands_in_the_same_file_is_not_shown(url: str, tmp_path: Path) -> None:
    here = URL.but("written here", {"engine =": f"URL = {WRITTEN}\nengine =", f"({WRITTEN})": f"({url})"})
    assert related(tmp_path, here) == []


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (ANEW, "each call of `read` makes an engine of its own here"),
        (
            ANEW.but("for a pool", {"create_async_engine": "create_pool", "sqlalchemy.ext.asyncio": "asyncpg"}),
            "each call of `read` makes a pool of its own here",
        ),
        (
            ANEW.but("in the route", {"return make(URL)": "return create_async_engine(URL)"}),
            "each call of `read` makes an engine of its own here",
        ),
    ],
    ids=str,
)
def test_an_engine_for_each_request_is_said_to_be_whose(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message


STOP = """
    from app import app
    @app.on_event("{}")
    async def end(): ...
"""


@pytest.mark.parametrize(
    ("event", "path", "shown"),
    [
        ("shutdown", "events.py", [("app.py", 7), ("events.py", 3)]),
        ("startup", "events.py", [("app.py", 7)]),
        ("shutdown", "tests/events.py", [("app.py", 7)]),
    ],
)
def test_what_runs_at_shutdown_without_disposing_is_shown(
    event: str, path: str, shown: list[tuple[str, int]], tmp_path: Path
) -> None:
    notes = related(tmp_path, KEPT.beside("with a handler", path, STOP.format(event)))
    assert sorted((path, line) for path, line, _ in notes) == shown
    assert all("runs at shutdown and does not dispose it" in text for *_, text in notes)


def test_a_disposal_that_is_not_awaited_is_said_once(tmp_path: Path) -> None:
    assert [code for code, *_ in codes(tmp_path, FORGOTTEN.files, "ADB104", "ADB301")] == ["ADB301"]


def test_a_synchronous_engine_speaks_for_its_calls(tmp_path: Path) -> None:
    assert [code for code, *_ in codes(tmp_path, ONLY.files, "ADB103", "ADB305")] == ["ADB103"]


def test_a_synchronous_engine_of_a_helper_speaks_for_its_calls(tmp_path: Path) -> None:
    helped = ONLY.but("in a helper", {'@app.get("/")\nasync def read': "def load"})
    route = """
        from app import app, load
        @app.get("/")
        async def read(): load()
    """
    files = helped.beside("in a helper", "routes.py", route).files
    assert [code for code, *_ in codes(tmp_path, files, "ADB103", "ADB305")] == ["ADB103"]
