"""What work that is handed on takes along: `add_task(target, …)`."""

from __future__ import annotations

import pytest

from async_db_lint.project.sessions.handing import handed_over
from tests.project.sessions.test_shared import HEAD, last_call
from tests.projects import project


def handed(body: str) -> list[tuple[str, str]]:
    """What the last call of a function hands over: how it is written, and where it comes from."""
    found, call = last_call(body)
    return [(item.text, item.origin.text) for item in handed_over(found, call)]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("tasks.add_task(use, s)", [("s", "s")]),
        ("tasks.add_task(use, s=s)", [("s", "s")]),
        ("tasks.add_task(func=use, s=s)", [("s", "s")]),
        ("tasks.add_task(use_second, 1, s)", [("s", "s")]),
        ("tasks.add_task(use, p)", [("p", "p")]),
        ("r = R(s)\ntasks.add_task(r.send, s)", [("s", "s")]),
        ("tasks.add_task(R(s).send, s)", [("s", "s")]),
        ("r = R(s)\ntasks.add_task(r.save)", [("r", "s")]),
        ("tasks.add_task(R(s).save)", [("R(…)", "R(…)")]),
        ("tasks.add_task(s.flush)", [("s", "s")]),
        ("r = R(s)\ntasks.add_task(lambda: r.save())", [("r", "s")]),
        ("def only(*, s): s.flush()\ntasks.add_task(only, s=s)", [("s", "s")]),
        ("def inner(): s.flush(); t.flush(); s.close()\ntasks.add_task(inner)", [("s", "s"), ("t", "t")]),
        ("def inner(): use(s)\ntasks.add_task(inner)", [("s", "s")]),
    ],
)
def test_a_session_is_handed_to_a_target_that_uses_it(body: str, wanted: list[tuple[str, str]]) -> None:
    assert handed(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "tasks.add_task()",
        "tasks.add_task(ignore, s)",
        "tasks.add_task(unknown, s)",
        "tasks.add_task(use, 1)",
        "tasks.add_task(use, SessionLocal)",
        "tasks.add_task(use, 1, s)",
        "tasks.add_task(use_second, s)",
        "r = R(s)\ntasks.add_task(r.idle, s)",
        "def only(*, s): s.flush()\ntasks.add_task(only, s)",
        "def rest(*s): s.flush()\ntasks.add_task(rest, s)",
        "tasks.add_task(unknown.work)",
        "tasks.add_task(p.one)",
        "r = R(s)\ntasks.add_task(r.send)",
        "r = R(s)\ntasks.add_task(r.missing)",
        "tasks.add_task(R.save)",
        "tasks.add_task(lambda: 1)",
        "def inner(s): s.flush()\ntasks.add_task(inner)",
        "def inner(): print(s.info)\ntasks.add_task(inner)",
        "async def inner():\n    async with lock:\n        s.flush()\ntasks.add_task(inner)",
    ],
)
def test_nothing_is_handed_to_a_target_that_ignores_it_or_is_not_known(body: str) -> None:
    assert handed(body) == []


def test_a_session_is_handed_to_a_function_of_another_file() -> None:
    main = """
        import work
        from work import AsyncSession
        def f(s: AsyncSession, tasks): tasks.add_task(work.use, s)
    """
    found = project({"work.py": HEAD, "main.py": main})
    (call,) = found.table.named("add_task")
    assert [item.text for item in handed_over(found, call)] == ["s"]
