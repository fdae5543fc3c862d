"""Mistakes in how a project is wired: what is set later, disposed at the wrong time, or handed on in a wrapper."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from tests.projects import findings

APP = """
import asyncio
import functools
import logging
from contextlib import asynccontextmanager
from functools import partial
from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy import make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from pydantic import field_validator
from pydantic_settings import BaseSettings
"""
WIRED = """
engine = create_async_engine("postgresql+asyncpg://db/shop")
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
class Users:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def put(self, number):
        await self.session.execute(select(number))
async def work(number, session):
    await session.execute(select(number))
async def get_session():
    async with SessionLocal() as session:
        yield session
@asynccontextmanager
async def opened():
    async with SessionLocal() as session:
        yield session
async def users(session: AsyncSession = Depends(get_session)):
    return Users(session)
"""


def codes_in(root: Path, text: str, *select: str) -> list[str]:
    return [item.code for item in findings(root, {"app.py": dedent(APP + text)}, *select)]


def route(body: str, parameters: str = "") -> str:
    code = indent(dedent(body).strip(), "    ")
    return f"{WIRED}app = FastAPI()\n@app.get('/')\nasync def show({parameters}):\n{code}\n"


LOGGED = {
    "echo of an engine": "engine.echo = True",
    "echo of the engine inside": "engine.sync_engine.echo = 'debug'",
    "level by name": "logging.getLogger('sqlalchemy.engine').setLevel('INFO')",
    "level by constant": "logging.getLogger('sqlalchemy.engine').setLevel(logging.DEBUG)",
    "level by number": "logging.getLogger(name='sqlalchemy.engine.Engine').setLevel(level=20)",
    "logger with a name": "log = logging.getLogger('sqlalchemy')\nlog.setLevel(logging.INFO)",
    "in a function that runs at the start": """
        @asynccontextmanager
        async def lifespan(app):
            verbose()
            yield
        def verbose():
            engine.echo = True
        app = FastAPI(lifespan=lifespan)
    """,
}
QUIET = {
    "echo off": "engine.echo = False",
    "echo of something else": "class Tape: ...\ntape = Tape()\ntape.echo = True",
    "a setting": "engine.echo = settings.echo",
    "under a condition": "if settings.debug:\n    engine.echo = True",
    "another logger": "logging.getLogger('shop').setLevel('INFO')",
    "a level that is not known": "logging.getLogger('sqlalchemy.engine').setLevel(settings.level)",
    "a quiet level": "logging.getLogger('sqlalchemy.engine').setLevel(logging.WARNING)",
    "another function": "def getLogger(name): ...\ngetLogger('sqlalchemy.engine').setLevel('INFO')",
    "a function that nothing calls": "def verbose():\n    engine.echo = True",
    "a level under a condition": "if settings.debug:\n    logging.getLogger('sqlalchemy.engine').setLevel('INFO')",
}


@pytest.mark.parametrize("text", LOGGED.values(), ids=LOGGED)
def test_logging_switched_on_later_is_found(text: str, tmp_path: Path) -> None:
    application = "" if "FastAPI" in text else "app = FastAPI()\n"
    assert codes_in(tmp_path, WIRED + dedent(text).strip() + "\n" + application, "ADB106") == ["ADB106"]


@pytest.mark.parametrize("text", QUIET.values(), ids=QUIET)
def test_logging_that_may_be_off_is_not(text: str, tmp_path: Path) -> None:
    assert codes_in(tmp_path, f"{WIRED}{text}\napp = FastAPI()\n", "ADB106") == []


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("SessionLocal.configure(expire_on_commit=True)", ["ADB202"]),
        ("SessionLocal.configure(expire_on_commit=False)", []),
        ("SessionLocal.configure(expire_on_commit=settings.expire)", []),
        ("other.configure(expire_on_commit=True)", []),
    ],
)
def test_a_factory_that_is_configured_later(call: str, expected: list[str], tmp_path: Path) -> None:
    assert codes_in(tmp_path, f"{WIRED}{call}\n", "ADB202") == expected


SETTINGS = """
class Settings(BaseSettings):
    url: str
    @field_validator("url")
    @classmethod
    def with_driver(cls, value: str) -> str:
        {}
settings = Settings()
engine = create_async_engine({})
"""


@pytest.mark.parametrize("given", ["settings.url", "str(settings.url)", "URL"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return str(make_url(value).set(drivername='postgresql+psycopg2'))", ["ADB102"]),
        ("return str(make_url(value).set(drivername='postgresql+asyncpg'))", []),
        ("return str(make_url(value).set(drivername=chosen()))", []),
    ],
)
def test_a_driver_that_a_setting_names(given: str, body: str, expected: list[str], tmp_path: Path) -> None:
    text = SETTINGS.format(body, given).replace("engine =", "URL = settings.url\nengine =")
    assert codes_in(tmp_path, text, "ADB102") == expected


LIFESPAN = """
@asynccontextmanager
async def lifespan(app):
{}
app = FastAPI(lifespan=lifespan)
"""
NEVER = {
    "before the application serves": "await engine.dispose()\nyield",
    "when an error ends it": "try:\n    yield\nexcept RuntimeError:\n    await engine.dispose()\n    raise",
    "when one of several errors ends it": "try:\n    yield\nexcept (OSError, asyncio.TimeoutError):\n    await engine.dispose()",
    "when the start fails": "try:\n    await start()\nexcept OSError:\n    await engine.dispose()\n    raise\nyield",
}
ENDED = {
    "after the application has served": "yield\nawait engine.dispose()",
    "in a finally": "try:\n    yield\nfinally:\n    await engine.dispose()",
    "whatever ends it": "try:\n    yield\nexcept BaseException:\n    await engine.dispose()\n    raise",
    "when a cancelled task ends it": "try:\n    yield\nexcept asyncio.CancelledError:\n    await engine.dispose()\n    raise",
    "before and after": "await engine.dispose()\nyield\nawait engine.dispose()",
    "in a bare except": "try:\n    yield\nexcept:\n    await engine.dispose()\n    raise",
    "around several yields": "if app.debug:\n    yield\n    await engine.dispose()\nelse:\n    yield",
}


def served(body: str) -> str:
    return f"{WIRED}{LIFESPAN.format(indent(body, '    '))}@app.get('/')\nasync def show(s=Depends(get_session)): ...\n"


@pytest.mark.parametrize("body", NEVER.values(), ids=NEVER)
def test_an_engine_that_is_disposed_at_the_wrong_time(body: str, tmp_path: Path) -> None:
    (found,) = findings(tmp_path, {"app.py": dedent(APP + served(body))}, "ADB104")
    assert [item.message for item in found.related][:1] == ["this does not run when the application stops normally"]


@pytest.mark.parametrize("body", ENDED.values(), ids=ENDED)
def test_an_engine_that_is_disposed_in_the_end(body: str, tmp_path: Path) -> None:
    assert codes_in(tmp_path, served(body), "ADB104") == []


def test_an_engine_that_is_disposed_by_a_handler_for_the_start(tmp_path: Path) -> None:
    text = served("yield").replace("(lifespan=lifespan)", "()") + "app.on_event('{}')(engine.dispose)\n"
    stopped = "@app.on_event('{}')\nasync def ended():\n    await engine.dispose()\n"
    assert codes_in(tmp_path, text.replace("app.on_event", "#") + stopped.format("startup"), "ADB104") == ["ADB104"]
    assert codes_in(tmp_path, text.replace("app.on_event", "#") + stopped.format("shutdown"), "ADB104") == []


HANDED = {
    "a bound method in a partial": "tasks.add_task(functools.partial(users.put, 1))",
    "a session in a partial": "tasks.add_task(partial(work, 1, session))",
    "a session by keyword in a partial": "tasks.add_task(partial(work, session=session), 1)",
    "a partial of a partial": "tasks.add_task(partial(partial(work, 1), session))",
    "a session by keyword": "tasks.add_task(work, 1, session=session)",
    "the target by keyword": "tasks.add_task(func=users.put, number=1)",
    "a lambda": "tasks.add_task(lambda: users.put(1))",
    "an inner function": """
        async def later():
            await session.execute(select(1))
        tasks.add_task(later)
    """,
    "a task of an inner function": """
        async def later():
            await work(1, session)
        asyncio.create_task(later())
    """,
    "a task of an inner function with an object": """
        async def later():
            await users.put(1)
        asyncio.create_task(later())
    """,
}
KEPT = {
    "values in a partial": "tasks.add_task(partial(print, 1), session.info)",
    "a lambda with a session of its own": "tasks.add_task(lambda: print(1))",
    "an inner function that opens its own": """
        async def later():
            async with SessionLocal() as session:
                await session.execute(select(1))
        tasks.add_task(later)
    """,
    "an inner function that is given its own": """
        async def later(session):
            await session.execute(select(1))
        tasks.add_task(later, SessionLocal())
    """,
    "a partial that is not the library's": "def partial(*_): ...\ntasks.add_task(partial(users.put, 1))",
}
PARAMETERS = "tasks: BackgroundTasks, users: Users = Depends(users), session: AsyncSession = Depends(get_session)"


@pytest.mark.parametrize("body", HANDED.values(), ids=HANDED)
def test_a_session_that_is_handed_to_later_work(body: str, tmp_path: Path) -> None:
    assert codes_in(tmp_path, route(body, PARAMETERS), "ADB208") == ["ADB208"]


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_later_work_without_the_requests_session(body: str, tmp_path: Path) -> None:
    assert codes_in(tmp_path, route(body, PARAMETERS), "ADB208") == []


OWN = {
    "a factory": "async with SessionLocal() as session: ...",
    "a factory that begins": "async with SessionLocal.begin() as session: ...",
    "a session that begins": "async with SessionLocal() as session, session.begin(): ...",
    "a helper": "async with opened() as session: ...",
    "an engine": "async with AsyncSession(engine) as session: ...",
}
NOT_OWN = {
    "a session": "async with session.begin(): ...",
    "what a parameter gives": "async with pool.opened() as session: ...",
    "a connection": "async with engine.begin() as connection: ...",
}


@pytest.mark.parametrize("body", OWN.values(), ids=OWN)
def test_a_route_that_opens_its_own_session(body: str, tmp_path: Path) -> None:
    assert codes_in(tmp_path, route(body), "ADB601") == ["ADB601"]
    given = route(f"await given.flush()\n{body}", "given: AsyncSession = Depends(get_session)")
    assert codes_in(tmp_path, given, "ADB601") == []  # the second is meant
    assert codes_in(tmp_path, route(f"await given.put(1)\n{body}", "given: Users = Depends(users)"), "ADB601") == []


@pytest.mark.parametrize("body", NOT_OWN.values(), ids=NOT_OWN)
def test_a_route_that_does_not(body: str, tmp_path: Path) -> None:
    assert codes_in(tmp_path, route(body, "pool, session: AsyncSession = Depends(get_session)"), "ADB601") == []
