"""What functions do to sessions and connections, in order, through layers, and where that is not known."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.scopes import Function
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.effects import EffectsOfFunctions
from async_db_lint.project.effects.events import Effects
from async_db_lint.project.project import Project
from tests.projects import DATABASE, project

IMPORTS = """
    import httpx
    from fastapi import BackgroundTasks
    from sqlalchemy import insert, select
    from sqlalchemy.ext.asyncio import AsyncSession
"""


def function(found: Project, name: str) -> Function:
    return next(function for function in found.functions() if function.name == name)


def effects(text: str, name: str = "handle") -> Effects:
    """What a function of a file does that begins with imports, an engine and a factory."""
    found = project(dedent(IMPORTS) + dedent(DATABASE) + dedent(text))
    return EffectsOfFunctions(found).of(function(found, name))


def acts(text: str, name: str = "handle") -> list[str]:
    """The names of what a function does, in order."""
    return [event.act.name for event in effects(text, name).events]


def test_what_is_awaited_of_a_session_happens_in_the_order_of_the_text() -> None:
    assert acts("""
        async def handle(db: AsyncSession):
            db.add(Order())
            await db.flush()
            await db.execute(select(Order))
            await db.commit()
    """) == ["ADD", "FLUSH", "QUERY", "COMMIT"]


def test_a_with_closes_at_its_end_what_it_opened() -> None:
    assert acts("""
        async def handle():
            async with SessionLocal() as db:
                await db.execute(select(Order))
            await db.rollback()
    """) == ["OPEN", "QUERY", "CLOSE", "ROLLBACK"]


def test_a_transaction_that_is_begun_commits_at_its_end() -> None:
    assert acts("""
        async def handle():
            async with SessionLocal.begin() as db:
                await db.execute(insert(Order))
    """)[-2:] == ["COMMIT", "CLOSE"]


@pytest.mark.parametrize(
    "layer",
    [
        """
        async def read(session):
            return await session.execute(select(Order))

        async def handle(db: AsyncSession):
            await read(db)
        """,
        """
        class Orders:
            def __init__(self, session: AsyncSession):
                self.session = session

            async def read(self):
                return await self.session.execute(select(Order))

        async def handle(db: AsyncSession):
            await Orders(db).read()
        """,
        """
        async def inner(a):
            return await a.execute(select(Order))

        async def read(*, session):
            return await inner(session)

        async def handle(db: AsyncSession):
            await read(session=db)
        """,
    ],
)
def test_what_a_called_function_does_happens_to_the_session_that_it_is_given(layer: str) -> None:
    [event] = effects(layer).events
    assert event.act.name == "QUERY"
    assert event.subject is not None
    assert event.subject.name == "db"
    assert event.call.method != "execute"
    assert event.site.method == "execute"


def test_what_is_called_and_not_awaited_may_happen_at_any_time() -> None:
    assert acts("""
        async def read(session):
            await session.execute(select(Order))

        async def handle(db: AsyncSession):
            read(db)
    """) == ["UNKNOWN"]


@pytest.mark.parametrize(
    "call",
    ["await unknown(db)", "await other.read(db)", "handler = handlers[0]; await handler(db)"],
)
def test_what_is_not_understood_may_do_anything_to_the_session_that_it_is_given(call: str) -> None:
    assert "UNKNOWN" in acts(f"""
        async def handle(db: AsyncSession):
            {call}
    """)


def test_a_function_that_awaits_something_unknown_is_not_whole() -> None:
    known = "async def handle(db: AsyncSession):\n    await db.commit()\n"
    unknown = "async def handle(db: AsyncSession):\n    await db.commit()\n    await mail.send(1)\n"
    assert effects(known).is_whole
    assert not effects(unknown).is_whole


def test_a_function_that_calls_itself_is_lost() -> None:
    assert effects("""
        async def handle(db: AsyncSession):
            await db.execute(select(Order))
            await handle(db)
    """).is_lost


@pytest.mark.parametrize(
    "wait",
    [
        "async with httpx.AsyncClient() as client:\n                await client.get('https://a.example')",
        "client = httpx.AsyncClient()\n            await client.post('https://a.example')",
        "await notify(httpx.AsyncClient())",
    ],
)
def test_a_wait_for_another_service_is_outside_of_every_session(wait: str) -> None:
    waits = [
        event
        for event in effects(f"""
        async def notify(client):
            await client.get('https://a.example')

        async def handle():
            {wait}
    """).events
        if event.act is Act.OUTSIDE
    ]
    assert [event.subject for event in waits] == [None]


def test_a_session_that_is_given_to_a_background_task_escapes() -> None:
    assert acts("""
        async def later(session):
            await session.commit()

        async def handle(db: AsyncSession, tasks: BackgroundTasks):
            tasks.add_task(later, db)
    """) == ["ESCAPE"]


def test_what_happens_under_a_condition_of_a_called_function_is_not_certain() -> None:
    [event] = effects("""
        async def read(session, wanted):
            if wanted:
                await session.execute(select(Order))

        async def handle(db: AsyncSession, wanted):
            await read(db, wanted)
    """).events
    assert not event.is_certain
