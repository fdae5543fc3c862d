"""Rules about `await` and the event loop: the smallest code of which each speaks, and the code of which it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.silence.cases import Case, case

# ADB301.

LOST = case(
    "ADB301",
    """
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
    async def save(session: AsyncSession, engine: AsyncEngine, query):
        session.commit()
    """,
)
OWN = LOST.but(
    "for a function of the project",
    {
        "async def save": "async def store(session, query): ...\nasync def save",
        "session.commit()": "store(session, query)",
    },
)
CALL = "session.commit()"
LOST_SPOKEN = [
    LOST,
    *LOST.elsewhere(),
    LOST.but("in a plain function", {"async def": "def"}),
    LOST.but("for an engine", {CALL: "engine.dispose()"}),
    LOST.but("when something is asked of it", {CALL: "return session.execute(query).all()"}),
    LOST.but("when a loop runs over it", {CALL: "for row in session.execute(query): print(row)"}),
    LOST.but("when an `async for` runs over it", {CALL: "async for row in session.execute(query): print(row)"}),
    LOST.but("when a plain `with` enters it", {CALL: "with session.connection(): pass"}),
    LOST.but("when it is called", {CALL: "session.execute(query)()"}),
    LOST.but("when it is compared", {CALL: "return session.scalar(query) == 1"}),
    LOST.but("when its name is never used", {CALL: "done = session.commit()"}),
    LOST.but("when its name is only asked", {CALL: "rows = session.execute(query)\nreturn rows.all()"}),
    OWN,
    OWN.but("by keyword", {"store(session, query)\n": "store(query=query, session=session)\n"}),
]
LOST_SILENT = [
    LOST.but("when it is awaited", {CALL: "await session.commit()"}),
    LOST.but("when it is returned", {CALL: "return session.commit()"}),
    LOST.but("when it is passed on", {CALL: "query.add(session.commit())"}),
    LOST.but("when it is stored", {CALL: "query.done = session.commit()"}),
    LOST.but("when it is kept in a list", {CALL: "query.run([session.commit()])"}),
    LOST.but("when its name is awaited", {CALL: "done = session.commit()\nawait done"}),
    LOST.but("when its name is passed on", {CALL: "done = session.commit()\nquery.add(done)"}),
    LOST.but("when its name is closed", {CALL: "done = session.commit()\ndone.close()"}),
    LOST.but("when its name is bound twice", {CALL: "done = session.commit()\nif query: done = None"}),
    LOST.but(
        "at the top of a module",
        {"query):": "query): ...", "    session.commit()": "done = AsyncSession(query).commit()"},
    ),
    LOST.but("for a method that is no coroutine", {CALL: "session.add(query)"}),
    LOST.but(
        "for a synchronous session",
        {
            "session: AsyncSession": "session: Session",
            "from sqlalchemy.ext": "from sqlalchemy.orm import Session\nfrom sqlalchemy.ext",
        },
    ),
    LOST.but("for what is not known", {CALL: "query.commit()"}),
    LOST.but("for a function of that name", {CALL: "commit()"}),
    LOST.but("for another library's session", {"sqlalchemy.ext.asyncio": "database.tools"}),
    LOST.but(
        "for a method that an heir defines anew",
        {
            "async def save(session: AsyncSession": "class Own(AsyncSession):\n    def commit(self): ...\nasync def save(session: Own"
        },
    ),
    OWN.but("for a function of the project that takes no session", {"store(session, query)\n": "store(1, query)\n"}),
    OWN.but("for a plain function of the project", {"async def store": "def store"}),
    OWN.but("for a generator of the project", {"query): ...": "query): yield query"}),
    OWN.but(
        "for a function of the project that is awaited",
        {"    store(session, query)": "    await store(session, query)"},
    ),
    OWN.but(
        "for a function of the project that is returned",
        {"    store(session, query)": "    return store(session, query)"},
    ),
    OWN.but(
        "for a function of the project with a decorator",
        {"async def store": "@task\nasync def store", "from sql": "from celery import task\nfrom sql"},
    ),
    OWN.but("for another function of that name", {"    store(session, query)": "    query.store(session, query)"}),
    OWN.but("for a lambda", {"async def store(session, query): ...": "store = lambda session, query: 1"}),
]

# ADB302.

NEEDLESS = case(
    "ADB302",
    """
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
    SessionLocal = async_sessionmaker(expire_on_commit=False)
    async def save(session: AsyncSession, engine: AsyncEngine, query):
        await session.add(query)
    """,
)
ADD = "await session.add(query)"
NEEDLESS_SPOKEN = [
    NEEDLESS,
    *NEEDLESS.elsewhere(),
    NEEDLESS.but("before what is already there", {ADD: "await (await session.execute(query)).all()"}),
    NEEDLESS.but("before scalars", {ADD: "rows = await session.scalars(query)\nawait rows.first()"}),
    NEEDLESS.but("before mappings", {ADD: "rows = (await session.execute(query)).mappings()\nawait rows.first()"}),
    NEEDLESS.but("before a factory", {ADD: "session = await SessionLocal()"}),
    NEEDLESS.but(
        "for a synchronous session",
        {
            "session: AsyncSession": "session: Session",
            "from sqlalchemy.ext": "from sqlalchemy.orm import Session\nfrom sqlalchemy.ext",
        },
    ),
]
NEEDLESS_SILENT = [
    NEEDLESS.but("when nothing is awaited", {ADD: "session.add(query)"}),
    NEEDLESS.but("before a coroutine", {ADD: "await session.commit()"}),
    NEEDLESS.but("before a name", {ADD: "await query"}),
    NEEDLESS.but("before what can be awaited", {ADD: "await session.begin()"}),
    NEEDLESS.but("before a connection", {ADD: "await engine.connect()"}),
    NEEDLESS.but("before rows that come one by one", {ADD: "await (await session.stream(query)).all()"}),
    NEEDLESS.but("before what is not known", {ADD: "await query.add(session)"}),
    NEEDLESS.but("before a function of that name", {ADD: "await add(query)"}),
    NEEDLESS.but(
        "before the project's own method of that name",
        {
            "async def save(session: AsyncSession": "class Own(AsyncSession):\n    async def add(self, other): ...\nasync def save(session: Own"
        },
    ),
    NEEDLESS.but("before another library's session", {"sqlalchemy.ext.asyncio": "database.tools"}),
    NEEDLESS.but("before the synchronous half's `run_sync`", {ADD: "await session.run_sync(query)"}),
    NEEDLESS.but("before a factory with arguments", {ADD: "session = await SessionLocal(info=query)"}),
    NEEDLESS.but(
        "before a function of a factory's name",
        {
            ADD: "session = await SessionLocal()",
            "SessionLocal = async_sessionmaker(expire_on_commit=False)": "async def SessionLocal(): return AsyncSession()",
        },
    ),
    NEEDLESS.but("before a registry's session", {ADD: "session = await query()"}),
]

# ADB303.

CHAIN = case(
    "ADB303",
    """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def load(session: AsyncSession, query):
        return await session.execute(query).scalars()
    """,
)
CHAIN_SPOKEN = [
    CHAIN,
    *CHAIN.elsewhere(),
    CHAIN.but("of three calls", {".scalars()": ".scalars().all()"}),
    CHAIN.but("with an attribute", {".scalars()": ".context.all()"}),
]
CHAIN_SILENT = [
    CHAIN.but("when the query is awaited", {"await session.execute(query)": "(await session.execute(query))"}),
    CHAIN.but("of one call", {".scalars()": ""}),
    CHAIN.but("when the first is no coroutine", {"session.execute(query).scalars()": "session.get_bind().connect()"}),
    CHAIN.but("when the first is not known", {"session.execute(query).scalars()": "query.execute(session).scalars()"}),
    CHAIN.but("for a synchronous session", {"AsyncSession": "Session", "sqlalchemy.ext.asyncio": "sqlalchemy.orm"}),
    CHAIN.but("for another library's session", {"sqlalchemy.ext.asyncio": "database.tools"}),
    CHAIN.but(
        "when the coroutine is an argument",
        {"session.execute(query).scalars()": "query.run(session.execute(query)).all()"},
    ),
]

# ADB304.

PLAIN = case(
    "ADB304",
    """
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
    SessionLocal = async_sessionmaker(expire_on_commit=False)
    async def load(session: AsyncSession, engine: AsyncEngine, query):
        with SessionLocal() as other:
            print(other)
    """,
)
ENTERED = "with SessionLocal() as other:\n        print(other)"
ROWS = PLAIN.but(
    "for rows that are here", {ENTERED: "rows = await session.execute(query)\nasync for row in rows: print(row)"}
)
STREAM = PLAIN.but(
    "for rows that come one by one", {ENTERED: "rows = await session.stream(query)\nfor row in rows: print(row)"}
)
PLAIN_SPOKEN = [
    PLAIN,
    PLAIN.but(
        "for a manager of the project that gives a session",
        {
            "with SessionLocal()": "with sessions()",
            "async def load": "@asynccontextmanager\nasync def sessions():\n    yield AsyncSession()\nasync def load",
            "from sql": "from contextlib import asynccontextmanager\nfrom sql",
        },
    ),
    STREAM.but("for a name that the loop binds anew", {"for row in rows: print(row)": "for rows in rows: print(rows)"}),
    *PLAIN.elsewhere(),
    PLAIN.but("in a plain function", {"async def": "def"}),
    PLAIN.but("for a name", {ENTERED: "with session: print(query)"}),
    PLAIN.but("for a connection", {ENTERED: "with engine.connect(): print(query)"}),
    PLAIN.but("for a transaction", {ENTERED: "with session.begin(): print(query)"}),
    PLAIN.but("for a transaction inside", {ENTERED: "with session.begin_nested(): print(query)"}),
    PLAIN.but(
        "for a pool", {ENTERED: "with asyncpg.create_pool(): print(query)", "from sql": "import asyncpg\nfrom sql"}
    ),
    ROWS,
    ROWS.but("for what was awaited", {"in rows": "in await session.execute(query)"}),
    ROWS.but("for scalars", {"in rows": "in (await session.execute(query)).scalars()"}),
    ROWS.but("for mappings", {"in rows": "in (await session.execute(query)).mappings()"}),
    STREAM,
    STREAM.but("for what was awaited", {"in rows": "in await session.stream(query)"}),
    STREAM.but("for scalars that come one by one", {"in rows": "in (await session.stream(query)).scalars()"}),
    STREAM.but(
        "for a parameter",
        {
            "query):": "query, rows: AsyncResult):",
            "rows = await session.stream(query)": "",
            "import AsyncEngine": "import AsyncResult, AsyncEngine",
        },
    ),
]
PLAIN_SILENT = [
    PLAIN.but("for the factory itself", {ENTERED: "with SessionLocal: print(query)"}),
    ROWS.but("for an `if` about rows", {"async for row in rows: print(row)": "if rows: print(rows)"}),
    ROWS.but("for an `async with`", {"async for row in rows: print(row)": "async with rows: print(rows)"}),
    PLAIN.but("when it is async", {"    with": "    async with"}),
    PLAIN.but(
        "for a synchronous session",
        {
            "async_sessionmaker": "sessionmaker",
            "AsyncSession, sessionmaker": "AsyncSession",
            "from sql": "from sqlalchemy.orm import sessionmaker\nfrom sql",
        },
    ),
    PLAIN.but("for what is not known", {ENTERED: "with query: print(query)"}),
    PLAIN.but("for another library's object", {"sqlalchemy.ext.asyncio": "database.tools"}),
    PLAIN.but("for what is no manager", {ENTERED: "with session.execute(query): print(query)"}),
    PLAIN.but("for the class itself", {ENTERED: "with AsyncSession: print(query)"}),
    PLAIN.but("for a lock", {ENTERED: "with asyncio.timeout(1): print(query)", "from sql": "import asyncio\nfrom sql"}),
    PLAIN.but(
        "for a manager of the project",
        {
            ENTERED: "with query_log(): print(query)",
            "async def load": "@asynccontextmanager\nasync def query_log(): yield 1\nasync def load",
            "from sql": "from contextlib import asynccontextmanager\nfrom sql",
        },
    ),
    PLAIN.but("for an `if`", {ENTERED: "if session: print(query)"}),
    ROWS.but("in a plain loop", {"async for": "for"}),
    ROWS.but("when they are synchronous", {"await session.execute(query)": "query.rows()"}),
    ROWS.but("of something else that is awaited", {"await session.execute(query)": "await query.execute()"}),
    ROWS.but("in a list", {"in rows": "in [rows]"}),
    ROWS.but("when they come one by one", {"session.execute": "session.stream"}),
    STREAM.but("in an async loop", {"for row": "async for row"}),
    STREAM.but("when they are here", {"session.stream": "session.execute"}),
    STREAM.but("when a loop binds the name", {"rows = await session.stream(query)": "for rows in query: pass"}),
]

# ADB305.

BLOCKING = case(
    "ADB305",
    """
    from fastapi import Depends, FastAPI
    from sqlalchemy.orm import Session
    app = FastAPI()
    def load(session: Session):
        return session.execute("")
    @app.get("/")
    async def read(session: Session = Depends(get)):
        return load(session)
    """,
)
BLOCKING_SPOKEN = [
    BLOCKING,
    BLOCKING.but("in the route itself", {"load(session)\n": "session.execute(1)\n"}),
    BLOCKING.but(
        "in a dependency", {"@app.get": "app.dependency = Depends(None)\n@app.get", "Depends(None)": "Depends(read)"}
    ).but("in a dependency", {'@app.get("/")\n': ""}),
    BLOCKING.but("twice in a route", {"return load(session)": "load(session)\nsession.commit()"}),
]
BLOCKING_SILENT = [
    *BLOCKING.elsewhere(),
    BLOCKING.but("in a plain route", {"async def": "def"}),
    BLOCKING.but("in a thread", {"return load(session)": "return await asyncio.to_thread(load, session)"}),
    BLOCKING.but("in `run_sync`", {"return load(session)": "return await session.run_sync(load)"}),
    BLOCKING.but("when no route leads there", {'@app.get("/")\n': ""}),
    BLOCKING.but("when nobody calls it", {"return load(session)": "return session"}),
    BLOCKING.but("when nothing is sent", {'session.execute("")': 'session.add("")'}),
    BLOCKING.but(
        "when it is awaited, so that the annotation is wrong",
        {'session.execute("")': 'session.add("")', "return load(session)": "return await session.execute(1)"},
    ),
    BLOCKING.but(
        "when it is switched off",
        {
            "load(session: Session)": "load(session: Session, now=False)",
            "return session.execute": "if now: return session.execute",
        },
    ),
    BLOCKING.but(
        "when it stands behind two conditions",
        {
            "return session.execute": "if session.new: return session.execute",
            "return load": "if app.debug: return load",
        },
    ),
    BLOCKING.but("for an async session", {"Session": "AsyncSession", "sqlalchemy.orm": "sqlalchemy.ext.asyncio"}),
    BLOCKING.but("for another library's session", {"sqlalchemy.orm": "database.tools"}),
]

# ADB309.

SLEEP = case(
    "ADB309",
    """
    import subprocess, time, urllib.request
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL)
    app = FastAPI()
    def wait(seconds):
        return time.sleep(1)
    @app.get("/")
    async def read():
        return wait(2)
    """,
)
SLEEP_SPOKEN = [
    SLEEP,
    SLEEP.but(
        "for a request under a test for `data:` URLs",
        {
            "return time.sleep(1)": 'if seconds.startswith("data:"): return requests.get(seconds)',
            "import subprocess": "import requests, subprocess",
        },
    ),
    SLEEP.but("in the route itself", {"wait(2)": "time.sleep(2)"}),
    SLEEP.but("for a time that is not known", {"sleep(1)": "sleep(seconds)"}),
    SLEEP.but("twice in a helper", {"return time": "time.sleep(3)\nreturn time"}),
    SLEEP.but("for a process", {"time.sleep(1)": 'subprocess.run("ls")'}),
    SLEEP.but("for a download", {"time.sleep(1)": "urllib.request.urlopen(seconds)"}),
    SLEEP.but(
        "for a download under another condition",
        {"return time.sleep(1)": 'if seconds.startswith("http:"): return urllib.request.urlopen(seconds)'},
    ),
    SLEEP.but(
        "for a request", {"time.sleep(1)": "requests.get(seconds)", "import subprocess": "import requests, subprocess"}
    ),
    SLEEP.but(
        "for a client's request",
        {"time.sleep(1)": "httpx.Client().get(seconds)", "import subprocess": "import httpx, subprocess"},
    ),
]
SLEEP_SILENT = [
    *SLEEP.elsewhere(),
    SLEEP.but("in a project that is not async", {"engine = create_async_engine(URL)": ""}),
    SLEEP.but("for no time", {"sleep(1)": "sleep(0)"}),
    SLEEP.but(
        "for a function of the project", {"time.sleep(1)": "sleep(1)", "def wait": "def sleep(other): ...\ndef wait"}
    ),
    SLEEP.but(
        "for another library's function",
        {"import subprocess, time,": "import subprocess,", "from fastapi": "from database import time\nfrom fastapi"},
    ),
    SLEEP.but(
        "for an async client",
        {"time.sleep(1)": "httpx.AsyncClient().get(seconds)", "import subprocess": "import httpx, subprocess"},
    ),
    SLEEP.but("in a plain route", {"async def": "def"}),
    SLEEP.but("in a thread", {"return wait(2)": "return await asyncio.to_thread(wait, 2)"}),
    SLEEP.but("when no route leads there", {'@app.get("/")\n': ""}),
    SLEEP.but("at start-up", {'@app.get("/")': '@app.on_event("startup")'}),
    SLEEP.but(
        "for a `data:` URL",
        {"return time.sleep(1)": 'if seconds.startswith("data:"): return urllib.request.urlopen(seconds)'},
    ),
]

SPOKEN = [*LOST_SPOKEN, *NEEDLESS_SPOKEN, *CHAIN_SPOKEN, *PLAIN_SPOKEN, *BLOCKING_SPOKEN, *SLEEP_SPOKEN]
SILENT = [*LOST_SILENT, *NEEDLESS_SILENT, *CHAIN_SILENT, *PLAIN_SILENT, *BLOCKING_SILENT, *SLEEP_SILENT]


@pytest.mark.parametrize("example", SPOKEN, ids=str)
def test_a_rule_speaks(example: Case, tmp_path: Path) -> None:
    assert [item.code for item in example.found(tmp_path)] == [example.code]


@pytest.mark.parametrize("example", SILENT, ids=str)
def test_a_rule_is_silent(example: Case, tmp_path: Path) -> None:
    assert example.found(tmp_path) == []


def said(root: Path, example: Case) -> tuple[str, list[str]]:
    """The message of the one finding, and those of what explains it."""
    found = example.only(root)
    return found.message, [note.message for note in found.related]


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (LOST, "`session.commit()` is never awaited: nothing is committed"),
        (
            LOST.but("for a connection", {CALL: "session.connection()"}),
            "`session.connection()` is never awaited: it does not run",
        ),
        (
            LOST.but("in a plain function", {"async def": "def"}),
            "`session.commit()` is never awaited: nothing is committed (`save` is a plain `def`: make it `async def`)",
        ),
        (
            LOST.but(
                "at the top of a module", {"query):": "query): ...", f"    {CALL}": "AsyncSession(query).commit()"}
            ),
            "`AsyncSession(…).commit()` is never awaited: nothing is committed",
        ),
        (OWN, "`store(…)` is never awaited: it does not run"),
        (
            OWN.but("in a plain function", {"async def save": "def save"}),
            "`store(…)` is never awaited: it does not run (`save` is a plain `def`: make it `async def`)",
        ),
        (NEEDLESS, "`session.add(…)` is not a coroutine and cannot be awaited"),
        (
            NEEDLESS.but("before a factory", {ADD: "session = await SessionLocal()"}),
            "`SessionLocal()` makes a session and cannot be awaited",
        ),
        (
            NEEDLESS.but("before rows", {ADD: "rows = await session.scalars(query)\nawait rows.all()"}),
            "`rows.all()` reads rows that are already here and cannot be awaited",
        ),
        (CHAIN, "`await` waits for the end of the chain, not for `session.execute(…)`"),
        (PLAIN, "`SessionLocal()` needs `async with`"),
        (ROWS, "`rows` holds rows that are already here: use plain `for`"),
        (STREAM, "`rows` gives rows asynchronously: use `async for`"),
    ],
    ids=str,
)
def test_a_mistake_with_await_is_named(example: Case, message: str, tmp_path: Path) -> None:
    assert said(tmp_path, example)[0] == message


HELD = SLEEP.but(
    "while a session is open",
    {
        "return wait(2)": "async with AsyncSession(engine) as session:\n        await session.execute(1)\n        return wait(2)",
        "import create": "import AsyncSession, create",
    },
)


@pytest.mark.parametrize(
    ("example", "message", "notes"),
    [
        (
            BLOCKING.but("in the route", {"load(session)\n": "session.execute(1)\n"}),
            "`session.execute(…)` waits for the database on the event loop: all requests wait",
            [],
        ),
        (
            BLOCKING,
            "`load(…)` waits for the database on the event loop: it calls `session.execute(…)`",
            ["blocks here"],
        ),
        (
            BLOCKING.but(
                "through two helpers",
                {"return load": "return fetch", "@app.get": "def fetch(session): return load(session)\n@app.get"},
            ),
            "`fetch(…)` waits for the database on the event loop: it calls `session.execute(…)`",
            ["called from here", "blocks here"],
        ),
        (
            BLOCKING.but("twice", {"return load(session)": "session.commit()\nsession.execute(1)"}),
            "`session.commit()` waits for the database on the event loop: all requests wait",
            ["blocks as well"],
        ),
        (SLEEP.but("in the route", {"wait(2)": "time.sleep(2)"}), "`time.sleep(…)` stops the event loop", []),
        (SLEEP, "`wait(…)` stops the event loop: it calls `time.sleep(…)`", ["blocks here"]),
        (
            SLEEP.but(
                "through two helpers",
                {"return wait(2)": "return rest()", "@app.get": "def rest(): return wait(3)\n@app.get"},
            ),
            "`rest()` stops the event loop: it calls `time.sleep(…)`",
            ["called from here", "blocks here"],
        ),
        (
            HELD,
            "`wait(…)` stops the event loop: it calls `time.sleep(…)`, and `session` keeps its connection meanwhile",
            ["blocks here"],
        ),
        (
            HELD.but("in the route, while a session is open", {"return wait(2)": "time.sleep(2)"}),
            "`time.sleep(…)` stops the event loop, and `session` keeps its connection meanwhile",
            [],
        ),
    ],
    ids=str,
)
def test_a_call_that_blocks_is_shown_where_it_can_be_changed(
    example: Case, message: str, notes: list[str], tmp_path: Path
) -> None:
    assert said(tmp_path, example) == (message, notes)


def test_calls_that_block_in_two_routes_are_found_in_each(tmp_path: Path) -> None:
    other = """
        from app import app, get
        from fastapi import Depends
        from sqlalchemy.orm import Session
        @app.get("/other")
        async def other(session: Session = Depends(get)):
            session.execute(1)
    """
    twice = BLOCKING.beside("in two routes", "routes.py", other)
    assert [item.location.path for item in twice.found(tmp_path)] == ["app.py", "routes.py"]


def test_where_the_session_comes_from_is_shown(tmp_path: Path) -> None:
    injected = LOST.but(
        "injected",
        {
            "async def save(session: AsyncSession,": """
                from fastapi import Depends
                def get_session() -> AsyncSession: ...
                async def save(session: AsyncSession = Depends(get_session),
            """,
            " engine: AsyncEngine, query": "",
        },
    )
    found = injected.only(tmp_path)
    assert [note.message for note in found.related] == ["injected here", "`session` is bound here"]
