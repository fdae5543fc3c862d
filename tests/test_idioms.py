"""Ways in which real projects write things, and what each rule makes of them: small projects, whole runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import codes, findings

HEAD = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy import text
from fastapi import Depends, FastAPI, BackgroundTasks, APIRouter
import asyncio, os
engine = create_async_engine(os.environ["U"])
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
"""
LINES = HEAD.count("\n")


def run(tmp_path: Path, text: str, *select: str) -> list[tuple[str, int]]:
    """Codes and lines, counted from the line after the head."""
    found = codes(tmp_path, {"app.py": HEAD.lstrip("\n") + text}, *select)
    return [(code, line - LINES + 1) for code, _, line in found]


DISPOSED = {
    "by on_shutdown": "app = FastAPI(on_shutdown=[engine.dispose])\n",
    "by add_event_handler": "app = FastAPI()\napp.router.add_event_handler('shutdown', engine.dispose)\n",
    "by a handler": "app = FastAPI()\n@app.on_event('shutdown')\nasync def stop(): await engine.dispose()\n",
    "by a stack": (
        "from contextlib import AsyncExitStack\nasync def life(app):\n    async with AsyncExitStack() as stack:\n"
        "        stack.push_async_callback(engine.dispose)\n        yield\napp = FastAPI(lifespan=life)\n"
    ),
    "by a lifespan from a function": (
        "def make():\n    async def life(app):\n        yield\n        await engine.dispose()\n    return life\n"
        "app = FastAPI(lifespan=make())\n"
    ),
    "by lifespan_context": (
        "async def life(app):\n    yield\n    await engine.dispose()\napp = FastAPI()\napp.router.lifespan_context = life\n"
    ),
    "by a class": (
        "class Life:\n    async def __aexit__(self, *e): await engine.dispose()\n    async def __aenter__(self): ...\n"
        "async def life(app):\n    async with Life():\n        yield\napp = FastAPI(lifespan=life)\n"
    ),
    "through an argument": (
        "async def close(e): await e.dispose()\nasync def life(app):\n    yield\n    await close(engine)\napp = FastAPI(lifespan=life)\n"
    ),
    "through state": (
        "app = FastAPI()\napp.state.engine = engine\n@app.on_event('shutdown')\nasync def stop(): await app.state.engine.dispose()\n"
    ),
    "through an unknown receiver": "async def life(app, x=None):\n    yield\n    await x.pool.dispose()\napp = FastAPI(lifespan=life)\n",
    "through a base class": (
        "class Base:\n    async def stop(self): raise NotImplementedError\n"
        "class Own(Base):\n    async def stop(self): await engine.dispose()\n"
        "async def life(app, base: Base):\n    yield\n    await base.stop()\napp = FastAPI(lifespan=life)\n"
    ),
    "by a decorated function": "app = FastAPI()\n@hooks.register\nasync def stop(): await engine.dispose()\n",
    "after the server": (
        "import uvicorn\napp = FastAPI()\nasync def main():\n    await uvicorn.Server(uvicorn.Config(app)).serve()\n"
        "    await engine.dispose()\nif __name__ == '__main__':\n    asyncio.run(main())\n"
    ),
    "by a library": "from plugin import Plugin\napp = FastAPI()\nPlugin(engine=engine)\n",
    "by nobody, in a library": "def get():\n    return engine\n",
}
NOT_DISPOSED = {
    "nothing": "app = FastAPI()\n",
    "never called": "app = FastAPI()\nasync def stop(): await engine.dispose()\n",
    "calls itself only": "app = FastAPI()\nasync def stop():\n    await engine.dispose()\n    await stop()\n",
    "another engine": (
        "other = create_async_engine(U)\nasync def life(app):\n    yield\n    await other.dispose()\napp = FastAPI(lifespan=life)\n"
    ),
    "the synchronous half": "async def life(app):\n    yield\n    engine.sync_engine.dispose()\napp = FastAPI(lifespan=life)\n",
    "for type checkers": "from typing import TYPE_CHECKING\napp = FastAPI()\nif TYPE_CHECKING:\n    engine.dispose()\n",
    "handed to what keeps nothing": "app = FastAPI()\nprint(engine)\n",
    "a subclass of FastAPI": "class App(FastAPI): pass\napp = App()\n",
}
USE = "async def use():\n    async with SessionLocal() as s:\n        await s.execute(text('SELECT 1'))\n"


@pytest.mark.parametrize("how", DISPOSED)
def test_disposed(tmp_path: Path, how: str) -> None:
    assert run(tmp_path, USE + DISPOSED[how], "ADB104") == []


@pytest.mark.parametrize("how", NOT_DISPOSED)
def test_not_disposed(tmp_path: Path, how: str) -> None:
    assert [code for code, _ in run(tmp_path, USE + NOT_DISPOSED[how], "ADB104")] == ["ADB104"]


def test_an_engine_that_nothing_uses_is_left_alone(tmp_path: Path) -> None:
    text = "import os\nfrom sqlalchemy.ext.asyncio import create_async_engine\nfrom fastapi import FastAPI\n"
    files = {"app.py": text + "engine = create_async_engine(os.environ['U'])\napp = FastAPI()\n"}
    assert codes(tmp_path, files, "ADB104") == []


PER_REQUEST = {
    "a route": "app = FastAPI()\n@app.get('/')\nasync def r(): create_async_engine(U)\n",
    "a router of another file": "router = APIRouter()\n@router.post('/')\nasync def r(): create_async_engine(U)\n",
    "add_api_route": "app = FastAPI()\nasync def r(): create_async_engine(U)\napp.add_api_route('/', r)\n",
    "a class dependency": "app = FastAPI()\nclass D:\n    def __init__(self): self.e = create_async_engine(U)\n@app.get('/')\nasync def r(d=Depends(D)): ...\n",
    "a callable object": "class D:\n    def __call__(self): create_async_engine(U)\ndef r(d=Depends(D())): ...\n",
    "a middleware": "app = FastAPI()\nclass M:\n    async def dispatch(self, r, n): create_async_engine(U)\napp.add_middleware(M)\n",
    "a websocket": "app = FastAPI()\n@app.websocket('/')\nasync def r(s): create_async_engine(U)\n",
    "an http middleware": "app = FastAPI()\n@app.middleware('http')\nasync def r(s, n): create_async_engine(U)\n",
    "a manager made in a route": "app = FastAPI()\nclass M:\n    def __init__(self): self.e = create_async_engine(U)\n@app.get('/')\nasync def r(): M()\n",
}


@pytest.mark.parametrize("how", PER_REQUEST)
def test_engine_per_request(tmp_path: Path, how: str) -> None:
    assert [code for code, _ in run(tmp_path, PER_REQUEST[how], "ADB105")] == ["ADB105"]


@pytest.mark.parametrize(
    "text",
    [
        "app = FastAPI()\n@app.on_event('startup')\nasync def r(): create_async_engine(U)\n",
        "class M:\n    def __init__(self): self.e = create_async_engine(U)\nm = M()\n",
        "app = FastAPI()\ncache = {}\n@app.get('/')\nasync def r():\n    cache['a'] = create_async_engine(U)\n",
        "from sqlalchemy.pool import NullPool\napp = FastAPI()\n@app.get('/')\nasync def r(): create_async_engine(U, poolclass=NullPool)\n",
        "def helper(): create_async_engine(U)\n",
    ],
)
def test_engine_not_per_request(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text, "ADB105") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("O = dict(echo=True)\ncreate_async_engine(U, **O)\n", 1),
        ("create_async_engine(U, **dict(echo=True))\n", 1),
        ("create_async_engine(U, **{'echo': True})\n", 1),
        ("A = {'echo': True}\nO = {**A, 'pool_size': 1}\ncreate_async_engine(U, **O)\n", 1),
        ("O = {'echo': True}\nO['echo'] = False\ncreate_async_engine(U, **O)\n", 0),
        ("O = {'echo': True}\nO.update(more())\ncreate_async_engine(U, **O)\n", 0),
        ("O = {K: True}\ncreate_async_engine(U, **O)\n", 0),
        ("def f(echo=True): create_async_engine(U, echo=echo)\n", 0),
    ],
)
def test_options_in_dicts(tmp_path: Path, text: str, wanted: int) -> None:
    assert len(run(tmp_path, text, "ADB106")) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async_sessionmaker(engine, **unknown())\n", 0),
        ("F = async_sessionmaker(engine)\ndef f(): return F(expire_on_commit=False)\n", 0),
        ("F = async_sessionmaker(engine)\nF.configure(expire_on_commit=False)\n", 0),
        ("F = async_sessionmaker(engine)\nF.configure(autoflush=False)\n", 1),
        (
            "class A:\n    def __init__(self): self.f = async_sessionmaker(engine)\ndef g(a): return a.f(expire_on_commit=False)\n",
            0,
        ),
        ("async def f():\n    async with AsyncSession(engine) as s:\n        await s.execute(q)\n", 0),
        ("async def f():\n    async with AsyncSession(engine) as s:\n        s.add(x)\n        await s.commit()\n", 1),
        (
            "async def f():\n    async with AsyncSession(engine) as s:\n        await s.execute(q)\n        await s.commit()\n",
            0,
        ),
        ("async def f():\n    async with AsyncSession(engine) as s:\n        yield s\n", 1),
        ("def f(): return AsyncSession(engine)\n", 1),
        ("def f(): return AsyncSession()\n", 0),
        ("from sqlalchemy.orm import sessionmaker\nsessionmaker(engine, class_=AsyncSession)\n", 1),
    ],
)
def test_expiry(tmp_path: Path, text: str, wanted: int) -> None:
    assert len(run(tmp_path, text, "ADB202")) == wanted


ROUTE = "app = FastAPI()\n@app.get('/')\nasync def r():\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"import time\n{ROUTE}    time.sleep(1)\n", 1),
        (f"import time\n{ROUTE}    time.sleep(0)\n", 0),
        (f"import requests\n{ROUTE}    requests.get(u)\n", 1),
        (f"import requests\n{ROUTE}    s = requests.Session()\n    s.post(u)\n", 1),
        (f"import httpx\n{ROUTE}    httpx.Client().get(u)\n", 1),
        (f"import httpx\n{ROUTE}    await httpx.AsyncClient().get(u)\n", 0),
        (f"import time\ndef a(): b()\ndef b(): c()\ndef c(): time.sleep(1)\n{ROUTE}    a()\n", 1),
        (f"import time\ndef a(): b()\ndef b(): c()\ndef c(): d()\ndef d(): time.sleep(1)\n{ROUTE}    a()\n", 0),
        (f"import time\ndef a():\n    time.sleep(1)\n    yield 1\n{ROUTE}    return a()\n", 0),
        (f"import time\n{ROUTE}    await asyncio.to_thread(lambda: time.sleep(1))\n", 0),
        (f"import time\ndef a(slow=False):\n    if slow:\n        time.sleep(1)\n{ROUTE}    a()\n", 0),
        (f"import time\ndef a(x):\n    if x:\n        time.sleep(1)\n{ROUTE}    a(1)\n", 1),
        (f"import time\ndef a(x):\n    if x:\n        time.sleep(1)\n{ROUTE}    if app:\n        a(1)\n", 0),
        (f"from urllib.request import urlopen\n{ROUTE}    if u.startswith('data:'):\n        urlopen(u)\n", 0),
        (f"from urllib.request import urlopen\n{ROUTE}    urlopen(u)\n", 1),
        ("import time\nasync def w(): time.sleep(1)\ndef task(): asyncio.run(w())\n", 0),
        ("import time\nasync def w(): time.sleep(1)\n", 0),
        (f"import time\nasync def w(): time.sleep(1)\n{ROUTE}    asyncio.run(w())\n", 0),
        (f"import time\nasync def w(): time.sleep(1)\n{ROUTE}    await w()\n", 1),
        ("import time\napp = FastAPI()\n@app.get('/')\ndef r(): time.sleep(1)\n", 0),
    ],
)
def test_blocking(tmp_path: Path, text: str, wanted: int) -> None:
    assert len(run(tmp_path, text, "ADB309")) == wanted


def test_a_session_that_is_held_meanwhile_is_named(tmp_path: Path) -> None:
    text = f"import time\n{ROUTE}    async with SessionLocal() as db:\n        time.sleep(1)\n"
    found = findings(tmp_path, {"app.py": HEAD + text}, "ADB309")
    assert found[0].message == "`time.sleep(…)` stops the event loop, and `db` keeps its connection meanwhile"
    text = "import time\nasync def get():\n    yield SessionLocal()\napp = FastAPI()\n@app.get('/')\nasync def r(db=Depends(get)):\n    time.sleep(1)\n"
    found = findings(tmp_path, {"app.py": HEAD + text}, "ADB309")
    assert "`db` keeps its connection" in found[0].message


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async def f(s: AsyncSession): await asyncio.gather(s.flush(), s.flush(), return_exceptions=True)\n", 1),
        ("async def f(s: AsyncSession): await asyncio.wait([s.flush(), s.commit()])\n", 1),
        ("async def f(s: AsyncSession): await asyncio.gather(s.flush(), other())\n", 0),
        ("async def f(a: AsyncSession, b: AsyncSession): await asyncio.gather(a.flush(), b.flush())\n", 0),
        ("async def f(l: list[AsyncSession]): await asyncio.gather(*[s.flush() for s in l])\n", 0),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession):\n    a = asyncio.create_task(w(s))\n    b = asyncio.create_task(w(s))\n", 1),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession):\n    if s.dirty:\n        asyncio.create_task(w(s))\n    else:\n        asyncio.create_task(w(s))\n", 0),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(l):\n    for x in l:\n        async with SessionLocal() as s:\n            asyncio.create_task(w(s))\n", 0),
        ("lock = asyncio.Lock()\nasync def w(s: AsyncSession):\n    async with lock:\n        await s.flush()\nasync def f(s: AsyncSession): await asyncio.gather(w(s), w(s))\n", 0),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession):\n    a = asyncio.create_task(w(s))\n    await a\n    b = asyncio.create_task(w(s))\n    await b\n", 0),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession):\n    a = asyncio.create_task(w(s))\n    await a\n    b = asyncio.create_task(w(s))\n    c = asyncio.create_task(w(s))\n    await asyncio.wait([b, c])\n", 1),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession):\n    async with asyncio.TaskGroup() as g:\n        g.create_task(w(s))\n        g.create_task(w(s))\n", 1),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession):\n    async with asyncio.TaskGroup() as g:\n        g.create_task(w(s))\n    async with asyncio.TaskGroup() as g:\n        g.create_task(w(s))\n", 0),
        ("async def w(s: AsyncSession): await s.flush()\nasync def f(s: AsyncSession, l):\n    async with l:\n        asyncio.create_task(w(s))\n    asyncio.create_task(w(s))\n", 1),
        ("class B:\n    def __init__(self, s: AsyncSession): self.s = s\n    async def w(self): await self.s.flush()\nasync def f(s: AsyncSession):\n    o = B(s)\n    await asyncio.wait_for(asyncio.create_task(o.w()), 1)\n    await asyncio.wait_for(asyncio.create_task(o.w()), 1)\n", 0),
        ("class B:\n    def __init__(self, s: AsyncSession): self.s = s\n    async def w(self): await self.s.flush()\nasync def f(s: AsyncSession):\n    o = B(s)\n    asyncio.create_task(o.w())\n    asyncio.create_task(o.w())\n", 1),
        ("class P:\n    def __init__(self, a: AsyncSession, b: AsyncSession):\n        self.a = a\n        self.b = b\n    async def x(self): await self.a.flush()\n    async def y(self): await self.b.flush()\n    async def z(self): await self.b.commit()\nasync def f(p: P): await asyncio.gather(p.x(), p.y())\n", 0),
        ("class P:\n    def __init__(self, a: AsyncSession, b: AsyncSession):\n        self.a = a\n        self.b = b\n    async def x(self): await self.a.flush()\n    async def y(self): await self.b.flush()\n    async def z(self): await self.b.commit()\nasync def f(p: P): await asyncio.gather(p.z(), p.y())\n", 1),
    ],
)  # fmt: skip
def test_concurrency(tmp_path: Path, text: str, wanted: int) -> None:
    assert len(run(tmp_path, text, "ADB207")) == wanted


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ("fastapi>=0.118", "the session stays open, with its connection"),
        ("fastapi<0.118", "the dependency is closed before the task runs"),
        ("fastapi", "up to FastAPI 0.117"),
    ],
)
def test_message_about_background_tasks_is_of_the_projects_version(
    tmp_path: Path, versions: str, sentence: str
) -> None:
    text = (
        "async def get():\n    async with SessionLocal() as s:\n        yield s\n"
        "class Repo:\n    def __init__(self, s: AsyncSession): self.s = s\n    async def save(self): await self.s.commit()\n"
        "async def work(repo: Repo): await repo.save()\napp = FastAPI()\n"
        "@app.get('/')\nasync def r(tasks: BackgroundTasks, db: AsyncSession = Depends(get)):\n"
        "    repo = Repo(db)\n    tasks.add_task(work, repo)\n"
    )
    found = findings(tmp_path, {"app.py": HEAD + text, "requirements.txt": f"{versions}\n"}, "ADB208")
    assert len(found) == 1
    assert sentence in found[0].message


@pytest.mark.parametrize(
    ("versions", "sentence"),
    [
        ("sqlalchemy>=2.1", "means psycopg 3 in SQLAlchemy 2.1"),
        ("sqlalchemy>=2.0,<2.1", "means psycopg2 in SQLAlchemy 2.0"),
        ("sqlalchemy>=2.0", "SQLAlchemy 2.0 takes psycopg2 and fails, 2.1 silently takes psycopg 3"),
    ],
)
def test_message_about_the_driver_is_of_the_projects_version(tmp_path: Path, versions: str, sentence: str) -> None:
    files = {"app.py": HEAD + "create_async_engine(url='postgresql://h')\n", "requirements.txt": f"{versions}\n"}
    found = findings(tmp_path, files, "ADB102")
    assert [sentence in item.message for item in found] == [True]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async def f():\n    s = SessionLocal()\n    await s.execute(q)\n    keep(s)\n", 0),
        ("async def f():\n    s = SessionLocal()\n    await s.execute(q)\n    return [s]\n", 0),
        ("async def f(o):\n    s = SessionLocal()\n    await s.execute(q)\n    o.s = s\n", 0),
        ("async def f():\n    s = SessionLocal()\n    try:\n        await s.execute(q)\n        await s.close()\n    except E:\n        await s.close()\n", 0),
        ("async def g(s): await s.execute(q)\nasync def f():\n    s = SessionLocal()\n    await g(s)\n    await s.flush()\n", 1),
        ("async def g(s):\n    async with s:\n        await s.execute(q)\nasync def f():\n    s = SessionLocal()\n    await s.flush()\n    await g(s)\n", 0),
        ("async def h(s): await s.execute(q)\nasync def g(s): await h(s)\nasync def f():\n    s = SessionLocal()\n    await g(s)\n    await s.flush()\n", 1),
        ("async def h(s):\n    async with s:\n        pass\nasync def g(s): await h(s)\nasync def f():\n    s = SessionLocal()\n    await g(s)\n    await s.flush()\n", 0),
        ("async def g(s): await s.close()\nasync def f():\n    s = SessionLocal()\n    await g(s)\n    await s.flush()\n", 0),
        ("async def f():\n    c = await engine.connect()\n    await c.execute(q)\n", 1),
        ("async def get():\n    async with SessionLocal() as s:\n        yield s\nasync def f():\n    async for s in get():\n        return s\n", 1),
        ("def open():\n    return SessionLocal()\nasync def f():\n    s = open()\n    await s.execute(q)\n", 0),
    ],
)  # fmt: skip
def test_closing(tmp_path: Path, text: str, wanted: int) -> None:
    assert len(run(tmp_path, text, "ADB204")) == wanted


def test_an_only_engine_that_is_synchronous(tmp_path: Path) -> None:
    text = """
        from fastapi import FastAPI
        from sqlalchemy import create_engine
        from sqlalchemy.orm import sessionmaker
        engine = create_engine(URL)
        Session = sessionmaker(engine)
        app = FastAPI()
        @app.get("/")
        async def route():
            with Session() as session:
                session.execute(query)
    """
    assert codes(tmp_path, {"app.py": text}) == [("ADB103", "app.py", 4)]


def test_events_of_an_application_made_by_a_function(tmp_path: Path) -> None:
    text = "def make():\n    app = FastAPI()\n    @app.on_event('startup')\n    def f(): ...\n    app.add_event_handler('shutdown', f)\n    return app\n"
    assert run(tmp_path, text, "ADB603") == [("ADB603", 3), ("ADB603", 5)]
    assert run(tmp_path, "app = FastAPI(lifespan=None)\n@app.on_event('startup')\ndef f(): ...\n", "ADB613") == []


def test_configured_blind_spots(tmp_path: Path) -> None:
    """A query whose receiver is not understood, a route on an unknown router, an unknown base."""
    text = "@unknown.get('/')\nasync def r(s): s.query(1)\nclass A(Unknown):\n    def f(self): self.s.commit()\n"
    assert run(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("    rows = s.execute(q)\n", 1),
        ("    rows = s.execute(q)\n    for row in rows: print(row)\n", 1),
        ("    rows = s.execute(q)\n    print(rows[0])\n", 1),
        ("    rows = s.execute(q)\n    rows.close()\n", 0),
        ("    rows = s.execute(q)\n    assert rows\n", 0),
        ("    rows = s.execute(q)\n    return rows\n", 0),
        ("    rows = s.execute(q)\n    rows = await rows\n", 0),
        ("    rows = s.execute(q)\n    async def inner(): return await rows\n    return inner\n", 0),
        ("    rows = s.execute(q)\n    x = 1 if rows else 2\n", 0),
        ("    rows = s.execute(q)\n    x = [y for y in z if rows]\n", 0),
        ("    s.execute(q) if q else None\n", 1),
        ("    assert s.execute(q)\n", 1),
    ],
)
def test_coroutines_in_names(tmp_path: Path, text: str, wanted: int) -> None:
    assert len(run(tmp_path, f"async def f(s: AsyncSession):\n{text}", "ADB301")) == wanted


def test_tables_created_by_one_of_two_lifespans(tmp_path: Path) -> None:
    text = (
        "from sqlalchemy import MetaData\nasync def create(metadata: MetaData):\n    async with engine.begin() as c:\n"
        "        await c.run_sync(metadata.create_all)\nasync def life(app):\n    await create(m)\n    yield\n"
        "def make(other=None):\n    chosen = other if other is not None else life\n    return FastAPI(lifespan=chosen)\n"
    )
    files = {"app.py": HEAD + text, "alembic.ini": "[alembic]\n"}
    assert [code for code, _, _ in codes(tmp_path, files, "ADB605")] == ["ADB605"]


def test_what_a_container_provides_is_closed_by_the_container(tmp_path: Path) -> None:
    text = "from dishka import provide\n@provide\nasync def get():\n    s = SessionLocal()\n    yield s\n    await s.close()\n"
    assert run(tmp_path, text, "ADB204") == []


@pytest.mark.parametrize(
    "text",
    [
        "class R:\n    def __init__(self, s: AsyncSession): self.s = s\n    async def a(self): return 1\n"
        "async def f(s: AsyncSession):\n    r = R(s)\n    await asyncio.gather(r.a(), r.a())\n",
        "async def w(x, s: AsyncSession): await s.flush()\nasync def f(a: AsyncSession, b: AsyncSession):\n"
        "    await asyncio.gather(w(1, s=a), w(1, b))\n",
        "async def f(s: AsyncSession): await asyncio.gather(unknown(s), unknown(s))\n",
        "async def f(s: AsyncSession, key=1): await asyncio.gather(*others)\n",
    ],
)
def test_sessions_that_are_not_used_together(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text, "ADB207") == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tasks.add_task(work, 1)", 0),
        ("tasks.add_task(unknown, db)", 0),
        ("tasks.add_task(work, other)", 0),
        ("tasks.add_task(Job().work, db)", 1),
        ("t = asyncio.create_task(work(db))", 1),
        ("t = asyncio.create_task(work(db))\n    keep(t)", 0),
        ("jobs.append(asyncio.create_task(work(db)))", 0),
        ("await asyncio.create_task(work(db))", 0),
        ("asyncio.create_task(work(other))", 0),
    ],
)
def test_escapes(tmp_path: Path, text: str, wanted: int) -> None:
    head = (
        "async def get():\n    async with SessionLocal() as s:\n        yield s\n"
        "async def work(s: AsyncSession): await s.commit()\n"
        "class Job:\n    async def work(self, s: AsyncSession): await s.commit()\napp = FastAPI()\n"
        "@app.get('/')\nasync def r(tasks: BackgroundTasks, db: AsyncSession = Depends(get), other: AsyncSession = None):\n"
    )
    assert len(run(tmp_path, f"{head}    {text}\n", "ADB208")) == wanted


def test_mixed_statements(tmp_path: Path) -> None:
    head = "class Book:\n    __tablename__ = 'book'\nasync def f(s: AsyncSession):\n    s.add_all([Book(), Book()])\n"
    assert len(run(tmp_path, head + "    await s.execute(text('UPDATE book SET x = 1'))\n", "ADB402")) == 1
    assert len(run(tmp_path, head + "    await s.execute(text('UPDATE shelf SET x = 1'))\n", "ADB402")) == 0
    assert len(run(tmp_path, head + "    await s.execute(text(query))\n", "ADB402")) == 0
    files = {
        "app.py": HEAD + head + "    await s.execute(text('DELETE FROM book'))\n",
        "requirements.txt": "sqlalchemy<2.1\n",
    }
    assert "SQLAlchemy 2.0 does not write" in findings(tmp_path, files, "ADB402")[0].message


def test_registries(tmp_path: Path) -> None:
    head = "from sqlalchemy.ext.asyncio import async_scoped_session\n"
    made = "R = async_scoped_session(SessionLocal, scopefunc=f)\n"
    assert len(run(tmp_path, head + made, "ADB212")) == 1
    assert len(run(tmp_path, head + made + "async def end(x): await x.remove()\n", "ADB212")) == 0
    assert len(run(tmp_path, head + made + "[].remove(1)\n", "ADB212")) == 1
    kept = "class A:\n    def __init__(self):\n        self.r = async_scoped_session(SessionLocal, scopefunc=f)\n"
    assert len(run(tmp_path, head + kept, "ADB212")) == 1


def test_sessions_kept_in_state_and_made_once(tmp_path: Path) -> None:
    assert len(run(tmp_path, "app = FastAPI()\ndef f():\n    app.state.s = SessionLocal()\n", "ADB201")) == 1
    store = "class S:\n    def __init__(self):\n        self.s = SessionLocal()\n"
    assert len(run(tmp_path, store + "s = S()\n", "ADB201")) == 1
    assert len(run(tmp_path, store + "s = S()\ndef f(): return S()\n", "ADB201")) == 0
    assert len(run(tmp_path, store, "ADB201")) == 0
    assert len(run(tmp_path, "def f():\n    s = SessionLocal()\n    return s\n", "ADB201")) == 0


def test_a_session_of_the_module_in_a_route(tmp_path: Path) -> None:
    text = f"shared = SessionLocal()\n{ROUTE}    await shared.commit()\n"
    assert [code for code, _ in run(tmp_path, text, "ADB201", "ADB601")] == ["ADB201", "ADB601"]
    factory = f"{ROUTE}    make = SessionLocal\n    async with make() as s: pass\n"
    assert run(tmp_path, factory, "ADB601") == []


@pytest.mark.parametrize(
    "text",
    [
        "async def f(c):\n    s = AsyncSession(c)\n    await s.execute(q)\n",
        "async def f():\n    async with engine.begin() as c:\n        s = SessionLocal(bind=c)\n        await s.execute(q)\n",
        "F = async_sessionmaker()\nasync def f(c):\n    F.configure(bind=c)\n    s = F()\n    await s.execute(q)\n",
    ],
)
def test_a_session_on_a_connection_owns_nothing(tmp_path: Path, text: str) -> None:
    assert run(tmp_path, text, "ADB204") == []


def test_next_of_an_async_generator_is_no_session(tmp_path: Path) -> None:
    text = "async def get():\n    yield SessionLocal()\ndef f():\n    s = next(get())\n    s.commit()\n"
    assert run(tmp_path, text, "ADB301") == []


def test_what_is_awaited_does_not_block_whatever_it_is_annotated(tmp_path: Path) -> None:
    text = "from sqlalchemy.orm import Session\napp = FastAPI()\n@app.get('/')\nasync def r(s: Session = Depends(x)):\n    await s.execute(q)\n"
    assert run(tmp_path, text, "ADB305") == []


@pytest.mark.parametrize(("versions", "wanted"), [(">=1.4", 0), ("==1.4.31", 1), (">=2.0", 1)])
def test_factory_of_a_project_on_sqlalchemy_1(tmp_path: Path, versions: str, wanted: int) -> None:
    text = "from sqlalchemy.orm import sessionmaker\nF = sessionmaker(engine, class_=AsyncSession)\n"
    files = {"app.py": HEAD + text, "requirements.txt": f"sqlalchemy{versions}\n"}
    assert len(findings(tmp_path, files, "ADB203")) == wanted


def test_an_engine_for_a_database_that_the_caller_names(tmp_path: Path) -> None:
    head = "app = FastAPI()\nasync def check(url):\n    e = create_async_engine(url)\n"
    route = "@app.post('/')\nasync def r(url: str):\n    await check(url)\n"
    assert run(tmp_path, f"{head}    await e.dispose()\n{route}", "ADB105") == []
    found = findings(tmp_path, {"app.py": f"{HEAD}{head}{route}"}, "ADB105")
    assert [item.message for item in found] == ["each call of `r` makes an engine of its own here"]
