"""What is injected into a route does before and after it, and which routes are given a session."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.projects import DATABASE, project

HEAD = """
    from fastapi import APIRouter, Depends
    from sqlalchemy import select
    from sqlalchemy.ext.asyncio import AsyncSession
    router = APIRouter()
"""
SESSION = """
    async def get_db():
        async with SessionLocal() as session:
            yield session
            await session.commit()
"""


def requests(text: str) -> list[tuple[str, list[str], list[str]]]:
    """The routes of a file that are given a session, with what is done before and after each."""
    found = project(dedent(HEAD) + dedent(DATABASE) + dedent(SESSION) + dedent(text))
    return [
        (
            request.route.name,
            [event.act.name for event in request.before],
            [event.act.name for event in request.after],
        )
        for request in found.requests
    ]


def test_a_session_is_opened_before_the_route_and_ended_after_it() -> None:
    assert requests("""
        @router.get("/")
        async def read(db: AsyncSession = Depends(get_db)):
            await db.execute(select(Order))
    """) == [("read", ["OPEN"], ["COMMIT", "CLOSE"])]


@pytest.mark.parametrize(
    "route",
    [
        """
        @router.get("/")
        async def read(user=Depends(get_user), db: AsyncSession = Depends(get_db)): ...
        """,
        """
        @router.get("/", dependencies=[Depends(get_user)])
        async def read(db: AsyncSession = Depends(get_db)): ...
        """,
        """
        @router.get("/")
        async def read(user=Depends(get_user)): ...
        """,
    ],
)
def test_what_another_dependency_does_to_the_session_is_done_before_the_route(route: str) -> None:
    user = """
        async def get_user(session: AsyncSession = Depends(get_db)):
            return await session.scalar(select(User))
    """
    [(name, before, after)] = requests(dedent(user) + dedent(route))
    assert (name, before, after) == ("read", ["OPEN", "QUERY"], ["COMMIT", "CLOSE"])


def test_a_route_that_is_given_no_session_is_none_of_them() -> None:
    assert (
        requests("""
        def settings():
            return {}

        @router.get("/")
        async def read(found=Depends(settings)): ...
    """)
        == []
    )
