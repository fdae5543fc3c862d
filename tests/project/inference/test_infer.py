"""What expressions are: the idioms in which real projects write engines, factories and sessions."""

from __future__ import annotations

import pytest

from tests.projects import DATABASE, described, value_of

ENGINE = "INSTANCE sqlalchemy.AsyncEngine"
SESSION = "INSTANCE sqlalchemy.AsyncSession"
FACTORY = f"INSTANCE sqlalchemy.async_sessionmaker of {SESSION}"


def of(text: str, name: str = "x") -> str | None:
    """What a name is in a file that has an engine and a factory."""
    from textwrap import dedent

    return described(value_of({"app.py": dedent(DATABASE) + dedent(text)}, name))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = engine", ENGINE),
        ("x = SessionLocal", FACTORY),
        ("x = SessionLocal()", SESSION),
        ("x = AsyncSession(engine)", SESSION),
        ("import sqlalchemy.ext.asyncio as sa\nx = sa.create_async_engine(URL)", ENGINE),
        ("from sqlalchemy.ext.asyncio.engine import create_async_engine as make\nx = make(URL)", ENGINE),
        ("from sqlmodel.ext.asyncio.session import AsyncSession as S\nx = S(engine)", "INSTANCE sqlmodel.AsyncSession"),
        ("from curl_cffi.requests import AsyncSession as S\nx = S()", "FOREIGN curl_cffi.requests.AsyncSession"),
        (
            "from sqlalchemy.orm import sessionmaker\nx = sessionmaker(engine, class_=AsyncSession)",
            f"INSTANCE sqlalchemy.sessionmaker of {SESSION}",
        ),
        (
            "from sqlalchemy.orm import sessionmaker\nx = sessionmaker(engine)",
            "INSTANCE sqlalchemy.sessionmaker of INSTANCE sqlalchemy.Session",
        ),
        (
            "from sqlalchemy.orm import sessionmaker\nO = {'class_': AsyncSession}\nx = sessionmaker(engine, **O)()",
            SESSION,
        ),
        ("x = async_sessionmaker[AsyncSession](engine)()", SESSION),
        ("x = {'a': engine}['a']", ENGINE),
        ("x = [engine][0]", ENGINE),
        ("x = engine if URL else create_async_engine(URL)", ENGINE),
        ("x = None or engine", ENGINE),
        ("x = engine.sync_engine", "INSTANCE sqlalchemy.Engine"),
        ("x = engine.connect()", "INSTANCE sqlalchemy.AsyncConnection"),
        ("x = engine.begin()", "ASYNC_MANAGER of INSTANCE sqlalchemy.AsyncConnection"),
        ("x = SessionLocal.begin()", f"ASYNC_MANAGER of {SESSION}"),
        ("class D(AsyncSession): pass\nx = async_sessionmaker(engine, class_=D)()", "OBJECT D"),
        ("import functools\nx = functools.partial(SessionLocal)()", SESSION),
        ("from typing import cast\nx = cast(AsyncSession, unknown)", SESSION),
        ("x = getattr(engine, 'sync_engine', None)", "INSTANCE sqlalchemy.Engine"),
        ("x = unknown()", None),
        ("x = engine if URL else unknown", None),
        ("if URL:\n    x = engine\nelse:\n    x = SessionLocal", None),
        ("x = None\nif URL:\n    x = engine", ENGINE),
        ("x = print", "LIBRARY builtins.print"),
        ("x = lambda: engine", "FUNCTION <lambda>"),
        ("cache = {}\ncache['a'] = engine\nx = cache['b']", ENGINE),
        ("for x in [engine]: pass", ENGINE),
        ("x = [e for e in [engine]]", "COLLECTION"),
        ("x, y = engine, SessionLocal", ENGINE),
    ],
)
def test_expressions(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async def f():\n    async with SessionLocal() as x: pass", SESSION),
        ("async def f():\n    async with SessionLocal.begin() as x: pass", SESSION),
        ("async def f():\n    async with engine.begin() as x: pass", "INSTANCE sqlalchemy.AsyncConnection"),
        ("async def f():\n    x = await engine.connect()", "INSTANCE sqlalchemy.AsyncConnection"),
        ("async def f(s: AsyncSession):\n    x = await s.execute(q)", "INSTANCE sqlalchemy.Result"),
        ("async def f(s: AsyncSession):\n    x = (await s.execute(q)).scalars()", "INSTANCE sqlalchemy.ScalarResult"),
        ("async def f(s: AsyncSession):\n    x = await s.stream(q)", "INSTANCE sqlalchemy.AsyncResult"),
        ("async def f(s: AsyncSession):\n    x = s.commit()", "COROUTINE"),
        ("def f(x: AsyncSession): pass", SESSION),
        ("def f(x: 'AsyncSession | None' = None): pass", SESSION),
        ("from typing import Optional\ndef f(x: Optional[AsyncSession]): pass", SESSION),
        ("from typing import Union\nfrom sqlalchemy.orm import Session\ndef f(x: Union[Session, AsyncSession]): pass", None),
        ("def f(x: async_sessionmaker[AsyncSession]): pass", FACTORY),
        ("def f(x: async_sessionmaker): pass", FACTORY),
        ("from typing import Optional\nMaybe = Optional[AsyncSession]\ndef f(x: Maybe): pass", SESSION),
        ("Maybe = AsyncSession | None\ndef f(x: Maybe): pass", SESSION),
        ("S = AsyncSession\nT = S\ndef f(x: T): pass", SESSION),
        ("T = T\ndef f(x: T): pass", None),
        ("def f():\n    y = engine\n    x = y\ndef g():\n    y = SessionLocal\n    x = y", FACTORY),
        ("from typing import Any\ndef f(x: Any): pass", None),
        ("from typing import Awaitable\nasync def f(a: Awaitable[AsyncSession]):\n    x = await a", SESSION),
        ("from typing import Coroutine\nasync def f(a: Coroutine[None, None, AsyncSession]):\n    x = await a", SESSION),
        ("from typing import AsyncContextManager as M\nasync def f(a: M[AsyncSession]):\n    async with a as x: pass", SESSION),
        ("def f(a: list[AsyncSession]):\n    for x in a: pass", SESSION),
        ("def f(a: dict[str, AsyncSession]):\n    x = a['k']", SESSION),
        ("def f(a: type[AsyncSession]):\n    x = a(engine)", SESSION),
        ("from typing import Generic, TypeVar\nT = TypeVar('T')\nclass A(Generic[T]):\n    s: AsyncSession\ndef f(a: A[int]):\n    x = a.s", SESSION),
        ("from somewhere import Thing\ndef f(x: Thing[AsyncSession]): pass", "FOREIGN somewhere.Thing"),
        ("from sqlalchemy.engine import Result\ndef f(x: Result[int]): pass", "INSTANCE sqlalchemy.Result"),
        ("def f(x: 1): pass", None),
        ("def f(*x: AsyncSession): pass", None),
        ("class A:\n    @staticmethod\n    def f(x): pass\nA.f(engine)", ENGINE),
        ("class A:\n    def f(self, y, *, x): pass\nA().f(1, x=engine)", ENGINE),
        ("class A:\n    def __init__(self, x): pass\nA(engine)", ENGINE),
        ("def f(x): pass\nf(*engine)", None),
        ("from sqlalchemy.ext.asyncio import AsyncEngine\ndef f(x: AsyncEngine): pass\nf(engine)", ENGINE),
        ("def g():\n    yield engine\nx = next(g())", ENGINE),
        ("from contextlib import aclosing\nasync def f(s: AsyncSession):\n    async with aclosing(s) as x: pass", SESSION),
        ("import psycopg2\nx = psycopg2.connect(URL)", "INSTANCE psycopg2.connection"),
        ("import psycopg\nasync def f():\n    x = await psycopg.AsyncConnection.connect(URL)", "INSTANCE psycopg.AsyncConnection"),
        ("x = getattr(engine, name)", None),
        ("class A(AsyncSession): pass\nasync def f():\n    async with A(engine) as x: pass", "OBJECT A"),
        ("async def f():\n    async with unknown() as x: pass", None),
        ("import other\nasync def f():\n    async with other.thing() as x: pass", "FOREIGN other.thing"),
        ("import functools\n@functools.wraps(f)\ndef g(): return engine\nx = g()", ENGINE),
        ("from typing import Annotated\nclass A:\n    s: Annotated[AsyncSession, 'x']\n    def f(self):\n        x = self.s", SESSION),
        ("from typing import Annotated\nfrom fastapi import Depends\ndef get(): return SessionLocal\nclass A:\n    s: Annotated[int, Depends(get)]\n    def f(self):\n        x = self.s", FACTORY),
        ("from typing import ClassVar\nclass A:\n    s: ClassVar[AsyncSession]\nx = A.s", SESSION),
        ("from contextlib import contextmanager\n@contextmanager\ndef g():\n    yield engine\ndef f():\n    with g() as x: pass", ENGINE),
        ("from contextlib import contextmanager\ndef g():\n    yield engine\nc = contextmanager(g)\ndef f():\n    with c() as x: pass", ENGINE),
        ("class A:\n    def __enter__(self): return engine\n    def __exit__(self, *e): ...\ndef f():\n    with A() as x: pass", ENGINE),
        ("import psycopg\nx = psycopg.connect(URL)", "INSTANCE psycopg.Connection"),
        ("import asyncpg\nasync def f(c: asyncpg.Connection):\n    x = c.transaction()", "INSTANCE asyncpg.Transaction"),
        ("async def f(s: AsyncSession):\n    x = s.bind", "FOREIGN sqlalchemy.AsyncSession.bind"),
        ("async def f(s: AsyncSession):\n    x = s.missing", None),
        ("from somewhere import thing\nx = thing.part", "LIBRARY somewhere.thing.part"),
        ("from somewhere import thing\nx = thing().part", "FOREIGN somewhere.thing.part"),
        ("from somewhere import thing\nasync def f():\n    x = await thing()", "FOREIGN somewhere.thing"),
        ("def g(): pass\nx = g.name", None),
        ("def f():\n    try:\n        x = engine\n    except E:\n        x = None", ENGINE),
        ("def f():\n    x = SessionLocal\n    x = engine", ENGINE),
        ("import functools\n@functools.cache\ndef g(): return engine\nx = g()", ENGINE),
        ("def outer():\n    y = engine\n    def f():\n        x = y", ENGINE),
        ("from sqlalchemy.ext.asyncio import async_scoped_session\nx = async_scoped_session(SessionLocal, scopefunc=f)()", SESSION),
        ("def f(x=SessionLocal): pass", FACTORY),
        ("def f(x): pass\nf(engine)", ENGINE),
        ("def f(x): pass\nf(engine)\nf(unknown)", None),
        ("from typing import Callable\ndef f(m: Callable[[], AsyncSession]):\n    x = m()", SESSION),
        (
            "from collections.abc import AsyncIterator\ndef g() -> AsyncIterator[AsyncSession]: ...\n"
            "async def f():\n    async for x in g(): pass",
            SESSION,
        ),
        ("async def g():\n    async with SessionLocal() as s:\n        yield s\nasync def f():\n    async for x in g(): pass", SESSION),
        (
            "from contextlib import asynccontextmanager\n@asynccontextmanager\nasync def g():\n    yield SessionLocal()\n"
            "async def f():\n    async with g() as x: pass",
            SESSION,
        ),
        (
            "from contextlib import asynccontextmanager\nasync def g():\n    yield SessionLocal()\n"
            "ctx = asynccontextmanager(g)\nasync def f():\n    async with ctx() as x: pass",
            SESSION,
        ),
        ("async def g():\n    yield SessionLocal()\nasync def f():\n    x = await anext(g())", SESSION),
        ("def g():\n    return SessionLocal\ndef f():\n    x = g()()", SESSION),
        ("async def g():\n    return engine\nasync def f():\n    x = await g()", ENGINE),
        ("@unknown\ndef g():\n    return engine\ndef f():\n    x = g()", None),
        ("import asyncpg\nasync def f():\n    x = await asyncpg.connect(URL)", "INSTANCE asyncpg.Connection"),
        ("import asyncpg\nasync def f():\n    p = await asyncpg.create_pool(URL)\n    async with p.acquire() as x: pass", "INSTANCE asyncpg.Connection"),
        ("from contextlib import AsyncExitStack\nasync def f():\n    s = AsyncExitStack()\n    x = await s.enter_async_context(SessionLocal())", SESSION),
        ("def f():\n    x = f()\n    return x", None),
    ],
)  # fmt: skip
def test_functions(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("class A:\n    def __init__(self, s: AsyncSession):\n        self.s = s\n    def f(self):\n        x = self.s", SESSION),
        ("class A:\n    s: AsyncSession\n    def f(self):\n        x = self.s", SESSION),
        ("class A:\n    AsyncSession: AsyncSession = SessionLocal\n    @classmethod\n    def f(cls):\n        x = cls.AsyncSession()", SESSION),
        ("class B:\n    def __init__(self, s: AsyncSession):\n        self.s = s\nclass A(B):\n    def f(self):\n        x = self.s", SESSION),
        ("class A:\n    @property\n    def e(self):\n        return engine\nx = A().e", ENGINE),
        ("class A:\n    def e(self):\n        return engine\na = A()\nx = a.e()", ENGINE),
        ("class A:\n    def __call__(self):\n        return engine\nx = A()()", ENGINE),
        ("class A:\n    async def __aenter__(self):\n        self.s = SessionLocal()\n        return self\nasync def f():\n    async with A() as a:\n        x = a.s", SESSION),
        ("class A(AsyncSession): pass\nasync def f(s: A):\n    x = await s.execute(q)", "INSTANCE sqlalchemy.Result"),
        ("class A:\n    e = None\n    def make(self):\n        self.e = create_async_engine(URL)\n    def f(self):\n        x = self.e", ENGINE),
        ("class A:\n    def f(self):\n        x = self.missing", None),
        ("class A(A): pass\nx = A().y", None),
    ],
)  # fmt: skip
def test_classes(text: str, wanted: str | None) -> None:
    assert of(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("def f(x: AsyncSession = Depends(get)): pass", SESSION),
        ("def f(x=Depends(get)): pass", SESSION),
        ("def f(x: Session = Depends(get)): pass", SESSION),
        ("def f(x: Annotated[Session, Depends(get)]): pass", SESSION),
        ("Db = Annotated[Session, Depends(get)]\ndef f(x: Db): pass", SESSION),
        ("Db = Annotated[Session, Security(get)]\nDb2 = Db\ndef f(x: Db2 = None): pass", SESSION),
        (
            "class Get:\n    async def __call__(self):\n        yield SessionLocal()\ndef f(x=Depends(Get())): pass",
            SESSION,
        ),
        (
            "class H:\n    async def get(self):\n        yield SessionLocal()\nh = H()\ndef f(x=Depends(h.get)): pass",
            SESSION,
        ),
        ("def f(x=Depends(lambda: SessionLocal)): pass", FACTORY),
        ("from dishka.integrations.fastapi import FromDishka\ndef f(x: FromDishka[AsyncSession]): pass", SESSION),
        ("def f(r: Request):\n    x = r.app", "INSTANCE fastapi.FastAPI"),
        ("app = FastAPI()\napp.state.made = SessionLocal\ndef f(r: Request):\n    x = r.app.state.made()", SESSION),
        (
            "app = FastAPI()\ndef setup(a):\n    a.state.e = engine\nsetup(app)\ndef f(r: Request):\n    x = r.app.state.e",
            ENGINE,
        ),
        ("async def m(r: Request):\n    r.state.db = SessionLocal()\ndef f(r: Request):\n    x = r.state.db", SESSION),
        ("async def life(app):\n    yield {'db': SessionLocal}\ndef f(r: Request):\n    x = r.state.db", FACTORY),
    ],
)
def test_fastapi(text: str, wanted: str | None) -> None:
    head = (
        "from typing import Annotated\nfrom fastapi import Depends, FastAPI, Request, Security\n"
        "from sqlalchemy.orm import Session\nasync def get():\n    async with SessionLocal() as s:\n        yield s\n"
    )
    assert of(head + text) == wanted


def test_aliases_and_factories_of_other_files() -> None:
    files = {
        "shop/db.py": DATABASE + "    async def get():\n        async with SessionLocal() as s:\n            yield s\n",
        "shop/deps.py": "from typing import Annotated\nfrom fastapi import Depends\nfrom .db import AsyncSession, get\nDb = Annotated[AsyncSession, Depends(get)]\n",
        "shop/__init__.py": "from .deps import Db\n",
        "app.py": "from shop import Db\ndef f(x: Db): pass\n",
    }
    value = value_of(files)
    assert described(value) == SESSION
    assert value is not None
    assert [step.path for step in value.chain][:1] == ["shop/db.py"]
    assert [step.text for step in value.chain][-2:] == ["Depends", "x"]
