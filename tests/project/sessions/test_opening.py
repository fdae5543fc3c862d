"""Which calls open a session or connection of their own, rather than passing on or joining another's."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.names.places import end_of
from async_db_lint.project.sessions.opening import is_generator_of_sessions, opens
from tests.projects import DATABASE, codes, project

HEAD = dedent(DATABASE) + dedent("""
    import asyncpg
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session, scoped_session, sessionmaker
    from sqlalchemy.ext.asyncio import AsyncConnection, async_scoped_session
    pool = asyncpg.create_pool(DSN)
    registry = async_scoped_session(SessionLocal, scopefunc=f)
    sync_registry = scoped_session(sessionmaker(create_engine(URL)))
""")


def opened(text: str) -> bool:
    """Whether the call that makes `x` opens something."""
    found = project(HEAD + dedent(text))
    calls = [row.value for scope in found.scopes() for row in scope.bindings.get("x", ())]
    (call,) = (call for scope in found.scopes() for call in scope.calls if call in calls)
    return opens(found, found.site(call))


@pytest.mark.parametrize(
    "text",
    [
        "x = SessionLocal()",
        "x = SessionLocal(autoflush=False)",
        "x = SessionLocal(bind=engine)",
        "x = AsyncSession(engine)",
        "x = AsyncSession(bind=engine)",
        "x = AsyncSession()",
        "from sqlmodel.ext.asyncio.session import AsyncSession as S\nx = S(engine)",
        "x = sessionmaker(engine)()",
        "x = engine.connect()",
        "x = asyncpg.connect(DSN)",
        "x = pool.acquire()",
        "SessionLocal.configure(autoflush=False)\nx = SessionLocal()",
        """
            F = async_sessionmaker()
            F.configure(bind=connection)
            x = SessionLocal()
        """,
        "unknown.configure(bind=connection)\nx = SessionLocal()",
    ],
)
def test_a_call_opens_a_session_or_connection(text: str) -> None:
    assert opened(text)


@pytest.mark.parametrize(
    "text",
    [
        "x = registry()",
        "x = sync_registry()",
        "x = SessionLocal.begin()",
        "x = engine.begin()",
        "x = engine.dispose()",
        "x = Session(engine)",
        "x = unknown()",
        "x = print()",
        "def get(): return SessionLocal()\nx = get()",
        "class Own(AsyncSession): ...\nx = Own(engine)",
        "x = AsyncSession(connection)",
        "x = AsyncSession(bind=connection)",
        "def f(c: AsyncConnection): x = AsyncSession(c)",
        "x = SessionLocal(bind=connection)",
        """
            def f(c: AsyncConnection):
                SessionLocal.configure(bind=c)
                x = SessionLocal()
        """,
    ],
)
def test_a_call_opens_nothing_of_its_own(text: str) -> None:
    assert not opened(text)


GENERATORS = {
    "of sessions": "async def get(): yield SessionLocal()\nx = get()",
    "of entered sessions": """
        async def get():
            async with SessionLocal() as s: yield s
        x = get()
    """,
    "of connections": """
        async def get():
            async with engine.connect() as c: yield c
        x = get()
    """,
    "of a driver's connections": """
        async def get():
            async with pool.acquire() as c: yield c
        x = get()
    """,
    "of registries": "async def get(): yield registry\nx = get()",
}
OTHERS = {
    "a plain generator": "def get(): yield SessionLocal()\nx = get()",
    "a generator of engines": "async def get(): yield engine\nx = get()",
    "a generator of what is not known": "async def get(): yield unknown()\nx = get()",
    "a coroutine": "async def get(): return SessionLocal()\nx = get()",
    "a manager": (
        """
            from contextlib import asynccontextmanager
            @asynccontextmanager
            async def get(): yield SessionLocal()
            x = get()
        """
    ),
    "a session": "x = SessionLocal()",
    "something unknown": "x = unknown()",
}


def is_generator(text: str) -> bool:
    """Whether `x` is a generator of sessions at the end of a file."""
    found = project(HEAD + dedent(text))
    return is_generator_of_sessions(found, found.value_at(Name("x"), end_of(found.modules["app.py"])))


@pytest.mark.parametrize("how", GENERATORS)
def test_an_async_generator_yields_sessions_or_connections(how: str) -> None:
    assert is_generator(GENERATORS[how])


@pytest.mark.parametrize("how", OTHERS)
def test_other_things_are_no_generators_of_sessions(how: str) -> None:
    assert not is_generator(OTHERS[how])


UNCLOSED = {
    "a connection of an engine": """
        async def f():
            c = await engine.connect()
            await c.execute(q)
    """,
    "a generator that a loop leaves": """
        async def get():
            async with SessionLocal() as s:
                yield s
        async def f():
            async for s in get():
                return s
    """,
}
OWNED_BY_OTHERS = {
    "a session from a function of the project": """
        def open():
            return SessionLocal()
        async def f():
            s = open()
            await s.execute(q)
    """,
    "a session on a connection that is given": """
        async def f(c):
            s = AsyncSession(c)
            await s.execute(q)
    """,
    "a session on a connection that is entered": """
        async def f():
            async with engine.begin() as c:
                s = SessionLocal(bind=c)
                await s.execute(q)
    """,
    "a session of a factory that is bound to a connection": """
        F = async_sessionmaker()
        async def f(c):
            F.configure(bind=c)
            s = F()
            await s.execute(q)
    """,
}


@pytest.mark.parametrize("how", UNCLOSED)
def test_what_is_opened_and_not_closed_is_found(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(UNCLOSED[how])}, "ADB204")
    assert [code for code, _, _ in found] == ["ADB204"]


@pytest.mark.parametrize("how", OWNED_BY_OTHERS)
def test_what_others_own_need_not_be_closed(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(OWNED_BY_OTHERS[how])}, "ADB204") == []
