"""What becomes of a session after it was opened: closed, handed to something that may close it, or neither."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

import pytest

from async_db_lint.project.project import Project
from async_db_lint.project.sessions.closed import MAX_CALLS, closings_of, is_handed_on
from tests.projects import DATABASE, codes, project

HEAD = dedent(DATABASE)

UNCLOSED = {
    "passed to a function that only uses it": """
        async def g(s): await s.execute(q)
        async def f():
            s = SessionLocal()
            await g(s)
            await s.flush()
    """,
    "passed on by a function to one that only uses it": """
        async def h(s): await s.execute(q)
        async def g(s): await h(s)
        async def f():
            s = SessionLocal()
            await g(s)
            await s.flush()
    """,
}
CLOSED = {
    "passed to something unknown": """
        async def f():
            s = SessionLocal()
            await s.execute(q)
            keep(s)
    """,
    "returned in a list": """
        async def f():
            s = SessionLocal()
            await s.execute(q)
            return [s]
    """,
    "stored in an attribute": """
        async def f(o):
            s = SessionLocal()
            await s.execute(q)
            o.s = s
    """,
    "closed on the way out and on an error": """
        async def f():
            s = SessionLocal()
            try:
                await s.execute(q)
                await s.close()
            except E:
                await s.close()
    """,
    "passed to a function that enters it": """
        async def g(s):
            async with s:
                await s.execute(q)
        async def f():
            s = SessionLocal()
            await s.flush()
            await g(s)
    """,
    "passed on by a function to one that enters it": """
        async def h(s):
            async with s:
                pass
        async def g(s): await h(s)
        async def f():
            s = SessionLocal()
            await g(s)
            await s.flush()
    """,
    "passed to a function that closes it": """
        async def g(s): await s.close()
        async def f():
            s = SessionLocal()
            await g(s)
            await s.flush()
    """,
}


@pytest.mark.parametrize("how", UNCLOSED)
def test_a_session_that_nobody_closes_is_found(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(UNCLOSED[how])}, "ADB204")
    assert [code for code, _, _ in found] == ["ADB204"]


@pytest.mark.parametrize("how", CLOSED)
def test_a_session_that_may_be_closed_is_left_alone(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(CLOSED[how])}, "ADB204") == []


FUNCTION = """
    async def f(other):
        s = SessionLocal()
"""


def with_line(line: str, before: str = "") -> Project:
    """A project with a function `f` that has a session `s` and one more statement."""
    return project(HEAD + dedent(before) + dedent(FUNCTION) + indent(dedent(line), "    "))


def closings(line: str) -> list[str | None]:
    """The methods by which `f` closes its session."""
    found = with_line(line)
    return [call.method for call in closings_of(next(item for item in found.functions() if item.name == "f"), "s")]


def handed_on(line: str, before: str = "", hops: int = MAX_CALLS) -> bool:
    """Whether `f` hands its session on."""
    found = with_line(line, before)
    return is_handed_on(found, next(item for item in found.functions() if item.name == "f"), "s", hops)


@pytest.mark.parametrize("method", ["close", "aclose", "remove", "release", "terminate"])
def test_a_session_is_closed_by_a_method_of_its_own(method: str) -> None:
    assert closings(f"await s.{method}()") == [method]


@pytest.mark.parametrize(
    "line",
    ["await pool.release(s)", "async def end(): await pool.release(s)", "try: ...\nfinally: await s.release()"],
)
def test_a_session_is_given_back_to_its_pool(line: str) -> None:
    assert closings(line) == ["release"]


@pytest.mark.parametrize(
    "line",
    [
        "await s.flush()",
        "await other.close()",
        "await s.connection.close()",
        "await pool.close(s)",
        "await pool.release(other)",
        "await pool.release(connection=s)",
        "close(s)",
    ],
)
def test_a_session_is_not_closed_by_other_calls(line: str) -> None:
    assert closings(line) == []


def test_closings_come_in_the_order_of_the_code_with_inner_functions_last() -> None:
    text = """
        async def end(): await s.aclose()
        await s.remove()
        await s.close()
    """
    assert closings(text) == ["remove", "close", "aclose"]


@pytest.mark.parametrize(
    "line",
    [
        "return s",
        "return await s",
        "return [s]",
        "return s if other else None",
        "yield [s]",
        "yield await s",
        "yield from s",
        "other.s = s",
        "other['s'] = s",
        "def inner(): other.s = s",
        "t = s",
        "t = u = s",
        "if (t := s): ...",
        "def inner(): t = s",
        "async with s: ...",
        "async with other, s: ...",
        "def inner():\n    with s: ...",
        "if s: ...",
        "for row in s: ...",
        "kept = [s]",
        "kept = {'s': s}",
        "unknown(s)",
        "unknown(session=s)",
        "unknown(await s)",
        "unknown([s])",
        "def inner(): unknown(s)",
        "print(s)",
        "from contextlib import aclosing\naclosing(s)",
        "stack.push(s)",
        "from plugin import Plugin\nPlugin().keep(s)",
    ],
)
def test_a_session_is_handed_to_what_may_close_it(line: str) -> None:
    assert handed_on(line)


@pytest.mark.parametrize(
    "line",
    [
        "pass",
        "await s.execute(q)",
        "return await s.scalar(q)",
        "return s.dirty",
        "return other",
        "yield s",
        "yield other",
        "yield from other",
        "other.s = other",
        "async with s.begin(): ...",
        "async with other: ...",
        "unknown(other)",
        "unknown(s.dirty)",
        "if s.dirty: ...",
        "if await s: ...",
        "from sqlalchemy import inspect\ninspect(s)",
        "from sqlmodel import select\nselect(s)",
    ],
)
def test_a_session_is_not_handed_on_by_using_it(line: str) -> None:
    assert not handed_on(line)


@pytest.mark.parametrize(("method", "is_handed"), [("acquire", False), ("release", True)])
def test_a_connection_is_handed_on_when_it_is_given_back_to_its_pool(method: str, is_handed: bool) -> None:
    assert handed_on(f"pool.{method}(s)", "import asyncpg\npool = asyncpg.create_pool(DSN)") is is_handed


@pytest.mark.parametrize(
    "callee",
    [
        "async def g(s): await s.execute(q)",
        "async def g(s, kept=None): kept = 1",
        "async def g(other, s=None): await s.execute(q)",
        "async def g(s):\n    async with s.begin(): ...",
        """
            async def g(s):
                t = await s.scalar(q)
                return t
        """,
    ],
)
def test_a_function_that_only_uses_a_session_keeps_nothing(callee: str) -> None:
    assert not handed_on("await g(s=s)", callee)


@pytest.mark.parametrize(
    "callee",
    [
        "async def g(s): await s.close()",
        "async def g(s): await other.close()",
        """
            async def g(s):
                async def end(): await unknown.close()
                await end()
        """,
        "async def g(s): return s",
        "async def g(s): kept.append(s)",
        "async def g(*sessions): ...",
        "async def g(**sessions): ...",
        "async def g(): ...",
    ],
)
def test_a_function_that_may_close_or_keep_a_session_is_handed_it(callee: str) -> None:
    assert handed_on("await g(s=s)", callee)


def test_the_second_function_that_gets_a_session_counts_too() -> None:
    callees = "async def g(s): await s.flush()\nasync def h(s): return s"
    assert handed_on("await g(s)\nawait h(s)", callees)
    assert handed_on("await h(s)\nawait g(s)", callees)


def test_a_function_that_keeps_one_of_two_parameters_is_handed_it() -> None:
    assert handed_on(
        "await g(s, s)",
        """
        async def g(a, b):
            await a.flush()
            return b
    """,
    )
    assert not handed_on(
        "await g(s, other)",
        """
        async def g(a, b):
            await a.flush()
            return b
    """,
    )


def passing(functions: int) -> str:
    """As many functions that pass a session on, the last of which only uses it."""
    steps = [f"async def g{number}(s): await g{number + 1}(s)" for number in range(1, functions)]
    return "\n".join([*steps, f"async def g{functions}(s): await s.flush()"])


def test_a_session_is_followed_into_as_many_functions_as_the_limit() -> None:
    assert not handed_on("await g1(s)", passing(MAX_CALLS))
    assert handed_on("await g1(s)", passing(MAX_CALLS + 1))


def test_a_session_is_followed_nowhere_without_hops() -> None:
    assert handed_on("await g1(s)", passing(1), hops=0)
    assert not handed_on("await s.flush()", hops=0)


def test_functions_that_pass_a_session_in_a_circle_may_close_it() -> None:
    assert handed_on("await g(s)", "async def g(s): await h(s)\nasync def h(s): await g(s)")


# ------------------------------------------------------------------ objects made with a session

REPOSITORIES = {
    "that asks it by its methods": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self, x):
                self.s.add(x)
                await self.s.flush()
    """,
    "that has a function of no object": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await self.s.flush()
            @staticmethod
            def name(): return __name__
    """,
    "that returns what it gives": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): return await self.s.scalar(q)
    """,
    "that binds what it gives": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self):
                row = await self.s.scalar(q)
                return row
    """,
    "that inherits from nothing that runs": """
        from abc import ABC
        class B(ABC):
            def __init__(self, s): self.s = s
        class R(B):
            async def save(self): await self.s.flush()
    """,
    "that lends it to another": """
        class L:
            def __init__(self, s): self.s = s
            async def drop(self): await self.s.execute(q)
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await L(self.s).drop()
    """,
    "that holds another with it": """
        class L:
            def __init__(self, s): self.s = s
            async def drop(self): await self.s.execute(q)
        class R:
            def __init__(self, s):
                self.s = s
                self.letters = L(s)
            async def save(self): await self.letters.drop()
    """,
    "that lends it to another by name": """
        class L:
            def __init__(self, session=None): self.session = session
            async def drop(self): await self.session.execute(q)
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await L(session=self.s).drop()
    """,
}
OWNERS = {
    "that lends it to another which closes it": """
        class L:
            def __init__(self, s): self.s = s
            async def end(self): await self.s.close()
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await L(self.s).end()
    """,
    "that holds another which enters it": """
        class L:
            def __init__(self, s): self.s = s
            async def drop(self):
                async with self.s: ...
        class R:
            def __init__(self, s): self.letters = L(s)
            async def save(self): await self.letters.drop()
    """,
    "that lends itself to a class in a circle": """
        class L:
            def __init__(self, s): self.s = s
            async def drop(self): await R(self.s).save(1)
        class R:
            def __init__(self, s): self.s = s
            async def save(self, x): await L(self.s).drop()
    """,
    "that closes it": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await self.s.close()
    """,
    "that hands out its closing": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): stop = self.s.close
    """,
    "that enters it": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self):
                async with self.s: ...
    """,
    "that enters it as a plain manager": """
        class R:
            def __init__(self, s): self.s = s
            def save(self):
                with self.s: ...
    """,
    "that passes it on": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await use(self.s)
    """,
    "that passes itself on": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): await use(self)
    """,
    "that returns it": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): return self.s
    """,
    "that returns itself": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self): return self
    """,
    "that renames it": """
        class R:
            def __init__(self, s): self.s = s
            async def save(self):
                t = self.s
                await t.flush()
    """,
    "that passes it on when it is made": """
        class R:
            def __init__(self, s): register(s)
            async def save(self): ...
    """,
    "that inherits from something unknown": """
        from unknown import B
        class R(B):
            async def save(self): await self.s.flush()
    """,
    "whose base closes it": """
        class B:
            def __init__(self, s): self.s = s
            async def end(self): await self.s.close()
        class R(B):
            async def save(self): await self.s.flush()
    """,
}


@pytest.mark.parametrize("how", REPOSITORIES)
def test_an_object_that_only_asks_its_session_keeps_nothing(how: str) -> None:
    assert not handed_on("await R(s).save(1)", REPOSITORIES[how])


@pytest.mark.parametrize("how", OWNERS)
def test_an_object_that_may_close_its_session_is_handed_it(how: str) -> None:
    assert handed_on("await R(s).save(1)", OWNERS[how])


def test_an_object_that_is_kept_is_handed_its_session() -> None:
    assert handed_on("r = R(s)\nawait r.save(1)", REPOSITORIES["that asks it by its methods"])


def test_a_librarys_object_is_handed_its_session() -> None:
    assert handed_on("await R(s).save(1)", "from repositories import R")
