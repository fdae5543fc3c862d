"""Which sessions hold a connection, since when, and what makes them give it back."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Attribute
from tests.project.effects.test_effects import IMPORTS, function
from tests.projects import DATABASE, project

QUERY = "await db.execute(select(Order))"


def holders(body: str) -> list[str]:
    """The names of what holds a connection where `handle` calls `mark()`."""
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    text = f"async def handle(db: AsyncSession, other: AsyncSession):\n{lines}\n"
    found = project(dedent(IMPORTS) + dedent(DATABASE) + text)
    call = next(
        call
        for call in function(found, "handle").calls
        if not isinstance(call.callee, Attribute) and getattr(call.callee, "name", "") == "mark"
    )
    return [held.subject.name for held in found.held_at(call)]


@pytest.mark.parametrize(
    "body",
    [
        f"{QUERY}\nmark()",
        "db.add(Order())\nawait db.flush()\nmark()",
        f"await db.commit()\n{QUERY}\nmark()",
        f"{QUERY}\nif a:\n    mark()",
        f"if a:\n    {QUERY}\n    mark()",
    ],
)
def test_a_session_holds_a_connection_from_its_first_statement_on(body: str) -> None:
    assert holders(body) == ["db"]


@pytest.mark.parametrize(
    "body",
    [
        f"mark()\n{QUERY}",
        f"{QUERY}\nawait db.commit()\nmark()",
        f"{QUERY}\nawait db.rollback()\nmark()",
        f"{QUERY}\nawait db.close()\nmark()",
        "db.add(Order())\nmark()",
        "await db.flush()\nmark()",
    ],
)
def test_a_session_holds_none_before_that_nor_after_its_end(body: str) -> None:
    assert holders(body) == []


@pytest.mark.parametrize(
    "body",
    [
        f"if a:\n    {QUERY}\nmark()",
        f"if a:\n    {QUERY}\nelse:\n    mark()",
        f"{QUERY}\nif a:\n    await db.commit()\nmark()",
        f"{QUERY}\nawait unknown(db)\nmark()",
        f"for a in b:\n    {QUERY}\nmark()",
    ],
)
def test_what_holds_on_some_ways_only_is_not_known_to_hold(body: str) -> None:
    assert holders(body) == []


def test_two_sessions_hold_a_connection_each() -> None:
    assert holders(f"{QUERY}\nawait other.execute(select(Order))\nmark()") == ["db", "other"]
    assert holders(f"{QUERY}\nawait other.execute(select(Order))\nawait db.commit()\nmark()") == ["other"]
