"""What a name is in the branches of a test by `isinstance`."""

from __future__ import annotations

from textwrap import indent

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.project.names.places import place_of
from tests.project.inference.parts import SESSION, call, small
from tests.projects import described

HEAD = """
    from sqlalchemy.orm import Session
    class Own(AsyncSession): pass
    class Other: pass
"""
SYNC = "INSTANCE sqlalchemy.Session"


def seen(body: str, given: str = "SessionLocal()", name: str = "s") -> str | None:
    """What a name is where `look()` is called, in a function that has `s` from a call."""
    found = small(HEAD, f"async def f(x):\n    s = {given}\n{indent(body, '    ')}")
    at = place_of(call(found, "look"))
    return described(found.inference.value(Name(name), at))


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("if isinstance(s, AsyncSession): look()", SESSION),
        ("if isinstance(s, Session): look()", SYNC),
        ("if isinstance(s, Session): pass\nelse: look()", SESSION),
        ("if isinstance(s, AsyncSession): pass\nelse: look()", None),
        ("if isinstance(s, AsyncSession): pass\nelif isinstance(s, Session): look()", SYNC),
        ("if isinstance(s, (AsyncSession, Session)): look()", SESSION),
        ("if isinstance(s, (Session, Other)): look()", None),
        ("if not isinstance(s, AsyncSession): look()", None),
        ("if not isinstance(s, Session): look()", SESSION),
        ("if isinstance(s, AsyncSession) and x: look()", None),
        ("if isinstance(s, Session) or x: look()", SESSION),
        ("if isinstance(s, unknown): look()", None),
        ("if isinstance(s, Other): look()", "OBJECT Other"),
        ("if isinstance(x, Session): look()", SESSION),
        ("if isinstance(s): look()", None),
        ("if x.isinstance(s, Session): look()", SESSION),
        ("while isinstance(s, Session): look()", SYNC),
        ("if isinstance(s, Session): pass\nlook()", SESSION),
        ("if isinstance(s, Session):\n    s = SessionLocal()\n    look()", SESSION),
        ("if isinstance(s, Session):\n    if x: look()", SYNC),
        ("if isinstance(s, Session): return lambda: look()", SESSION),
    ],
)
def test_a_branch_narrows_what_was_tested(body: str, wanted: str | None) -> None:
    assert seen(body) == wanted


@pytest.mark.parametrize(
    ("given", "test", "wanted"),
    [
        ("Own()", "AsyncSession", "OBJECT Own"),
        ("Own()", "Own", "OBJECT Own"),
        ("Own()", "Other", "OBJECT Other"),
        ("unknown()", "AsyncSession", SESSION),
        ("unknown()", "unknown", None),
        ("Other()", "Other", "OBJECT Other"),
    ],
)
def test_a_more_special_value_stays_and_an_unknown_one_becomes_known(given: str, test: str, wanted: str | None) -> None:
    assert seen(f"if isinstance(s, {test}): look()", given) == wanted


def test_a_function_of_the_project_with_that_name_narrows_nothing() -> None:
    assert seen("def isinstance(a, b): ...\nif isinstance(s, Session): look()") == SESSION
