"""Which session a call takes along into another task, and whether it is the request's."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Attribute, Call, Name
from async_db_lint.project.names.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.project.sessions.shared import (
    MAX_DEPENDENCY_HOPS,
    carried_by,
    is_of_request,
)
from tests.projects import DATABASE, codes, project

HEAD = dedent(DATABASE) + dedent("""
    import asyncio
    from typing import Annotated
    from fastapi import BackgroundTasks, Depends, FastAPI
    async def get():
        async with SessionLocal() as s:
            yield s
    async def use(s): await s.flush()
    async def use_second(x, s=None): await s.flush()
    async def ignore(s): ...
    class R:
        def __init__(self, s: AsyncSession): self.s = s
        async def save(self): await self.s.flush()
        async def send(self, s): await s.flush()
        async def idle(self): ...
        @staticmethod
        async def plain(s): await s.flush()
    def make(s): return R(s)
    class P:
        def __init__(self, a: AsyncSession, b: AsyncSession):
            self.a = a
            self.b = b
        async def one(self): await self.b.flush()
        async def both(self): await self.b.execute(self.a)
""")
FUNCTION = """
    async def f(s: AsyncSession, t: AsyncSession, p: P, tasks: BackgroundTasks):
        {}
"""


def last_call(body: str) -> tuple[Project, Call]:
    """A project, and the outermost call in the last line of a function."""
    found = project(HEAD + dedent(FUNCTION).format(dedent(body).strip().replace("\n", "\n    ")))
    function = next(item for item in found.functions() if item.name == "f")
    return found, function.calls[-1]


def carried(body: str) -> list[tuple[str, str]]:
    """What the last call of a function takes along: how it is written, and where it comes from."""
    found, call = last_call(body)
    return [(item.text, item.origin.text) for item in carried_by(found, call)]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("s.flush()", [("s", "s")]),
        ("s.unknown()", [("s", "s")]),
        ("use(s)", [("s", "s")]),
        ("use(s=s)", [("s", "s")]),
        ("use_second(s, t)", [("t", "t")]),
        ("own = s\nuse(own)", [("own", "s")]),
        ("r = R(s)\nr.save()", [("r", "s")]),
        ("r = R(s)\nr.send(t)", [("t", "t")]),
        ("r = R(s)\nr.s.flush()", [("r.s", "r.s")]),
        ("p.one()", [("p.b", "p.b")]),
        ("p.both()", [("p.a", "p.a"), ("p.b", "p.b")]),
        ("p.a.flush()", [("p.a", "p.a")]),
        ("s.execute(t)", [("s", "s")]),
        ("r = make(s)\nr.save()", [("r", "r")]),
        ("r: R = unknown(s)\nr.save()", [("r", "r")]),
    ],
)
def test_a_call_takes_sessions_along(body: str, wanted: list[tuple[str, str]]) -> None:
    assert carried(body) == wanted


@pytest.mark.parametrize(
    "body",
    [
        "work()",
        "unknown(s)",
        "unknown.work(s)",
        "ignore(s)",
        "use(1)",
        "use(p)",
        "use(SessionLocal)",
        "use()",
        "print(s)",
        "r = R(s)\nr.idle()",
        "r = R(s)\nr.unknown()",
        "R(s)",
    ],
)
def test_a_call_takes_no_session_along(body: str) -> None:
    found, call = last_call(body)
    assert list(carried_by(found, call)) == []


def test_an_object_that_is_not_known_to_keep_one_session_is_its_own_origin() -> None:
    text = """
        class Two(R):
            def __init__(self, s: AsyncSession, t: AsyncSession): self.s = s if t else t
        async def f(s: AsyncSession):
            r = Two(s, None)
            r.save()
    """
    found = project(HEAD + dedent(text))
    call = next(call for scope in found.scopes() for call in scope.calls if call.callee == Attribute(Name("r"), "save"))
    assert [(item.text, item.origin.text) for item in carried_by(found, call)] == [("r", "r")]


# ------------------------------------------------------------------ the request's own


def of_request(body: str, hops: int = MAX_DEPENDENCY_HOPS) -> bool:
    """Whether what the last call of a route is given is the request's."""
    route = """
        async def f(db: AsyncSession = Depends(get), note: Annotated[AsyncSession, Depends(get)] = None, s=None):
            {}
    """
    found = project(HEAD + dedent(route).format(dedent(body).strip().replace("\n", "\n    ")))
    call = next(item for item in found.functions() if item.name == "f").calls[-1]
    return is_of_request(found, call.positional[0], place_of(call), hops)


@pytest.mark.parametrize(
    "body",
    [
        "ask(db)",
        "ask(note)",
        "ask(db.bind)",
        "r = R(db)\nask(r)",
        "r = R(1, s=db)\nask(r)",
        "r = R(db)\nask(r.s)",
        """
            r = R(db)
            other = R(r)
            ask(other)
        """,
    ],
)
def test_a_session_is_the_requests(body: str) -> None:
    assert of_request(body)


@pytest.mark.parametrize(
    "body",
    [
        "ask(s)",
        "ask(get)",
        "ask(missing)",
        "ask(1)",
        "r = R(s)\nask(r)",
        "r = R()\nask(r)",
        "r = SessionLocal()\nask(r)",
        """
            a = R(db)
            b = R(a)
            c = R(b)
            ask(c)
        """,
        "r = R(r)\nask(r)",
    ],
)
def test_a_session_is_not_known_to_be_the_requests(body: str) -> None:
    assert not of_request(body)


def test_a_name_of_a_module_is_not_the_requests() -> None:
    found = project(HEAD + "db = Depends(get)\nask(db)\n")
    (call,) = found.table.named("ask")
    assert not is_of_request(found, call.positional[0], place_of(call))


@pytest.mark.parametrize(
    ("body", "least"),
    [
        ("ask(db)", 1),
        ("ask(db.bind)", 2),
        ("r = R(db)\nask(r)", 2),
        (
            """
        a = R(db)
        b = R(a)
        ask(b)
    """,
            3,
        ),
    ],
)
def test_each_object_between_takes_a_hop(body: str, least: int) -> None:
    assert of_request(body, least)
    assert not of_request(body, least - 1)
    assert not of_request(body, 0)


# ------------------------------------------------------------------ whole answers

WORK = """
    async def w(s: AsyncSession): await s.flush()
"""
TOGETHER = {
    "two flushes": """
        async def f(s: AsyncSession): await asyncio.gather(s.flush(), s.flush(), return_exceptions=True)
    """,
    "two calls in a list": """
        async def f(s: AsyncSession): await asyncio.wait([s.flush(), s.commit()])
    """,
}
APART = {
    "one call and another's": """
        async def f(s: AsyncSession): await asyncio.gather(s.flush(), other())
    """,
    "two sessions": """
        async def f(a: AsyncSession, b: AsyncSession): await asyncio.gather(a.flush(), b.flush())
    """,
    "the sessions of a list": """
        async def f(l: list[AsyncSession]): await asyncio.gather(*[s.flush() for s in l])
    """,
    "methods that leave the session alone": """
        class R:
            def __init__(self, s: AsyncSession): self.s = s
            async def a(self): return 1
        async def f(s: AsyncSession):
            r = R(s)
            await asyncio.gather(r.a(), r.a())
    """,
    "two sessions by position and by keyword": """
        async def w(x, s: AsyncSession): await s.flush()
        async def f(a: AsyncSession, b: AsyncSession):
            await asyncio.gather(w(1, s=a), w(1, b))
    """,
    "functions that nobody knows": """
        async def f(s: AsyncSession): await asyncio.gather(unknown(s), unknown(s))
    """,
    "coroutines that nobody knows": """
        async def f(s: AsyncSession, key=1): await asyncio.gather(*others)
    """,
}


@pytest.mark.parametrize("how", TOGETHER)
def test_a_session_that_is_used_together_is_found(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(TOGETHER[how])}, "ADB207")
    assert [code for code, _, _ in found] == ["ADB207"]


@pytest.mark.parametrize("how", APART)
def test_sessions_that_are_not_used_together_are_left_alone(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(APART[how])}, "ADB207") == []


ESCAPES = """
    async def work(s: AsyncSession): await s.commit()
    class Job:
        async def work(self, s: AsyncSession): await s.commit()
    app = FastAPI()
    @app.get('/')
    async def r(tasks: BackgroundTasks, db: AsyncSession = Depends(get), other: AsyncSession = None):
        {}
"""


@pytest.mark.parametrize("line", ["tasks.add_task(Job().work, db)", "t = asyncio.create_task(work(db))"])
def test_a_session_that_outlives_its_request_is_found(tmp_path: Path, line: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(ESCAPES).format(line)}, "ADB208")
    assert [code for code, _, _ in found] == ["ADB208"]


@pytest.mark.parametrize(
    "line",
    [
        "tasks.add_task(work, 1)",
        "tasks.add_task(unknown, db)",
        "tasks.add_task(work, other)",
        "t = asyncio.create_task(work(db))\n    keep(t)",
        "jobs.append(asyncio.create_task(work(db)))",
        "await asyncio.create_task(work(db))",
        "asyncio.create_task(work(other))",
    ],
)
def test_a_session_that_does_not_certainly_outlive_its_request_is_left_alone(tmp_path: Path, line: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(ESCAPES).format(line)}, "ADB208") == []
