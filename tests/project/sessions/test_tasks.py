"""Where tasks are started, which have ended when a later one starts, and whether they share a session."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from async_db_lint.index.expressions import Call
from async_db_lint.project.project import Project
from async_db_lint.project.sessions.tasks import has_ended, tasks
from tests.projects import DATABASE, codes, project

HEAD = dedent(DATABASE) + "import asyncio\n"


def of(body: str) -> Project:
    """A project with a function of some lines."""
    lines = dedent(body).strip().replace("\n", "\n    ")
    return project(f"{HEAD}async def f(s, x):\n    {lines}\n")


@pytest.mark.parametrize(
    "line",
    [
        "asyncio.create_task(w(s))",
        "asyncio.ensure_future(w(s))",
        "asyncio.create_task(coro=w(s), name='w')",
        "t = asyncio.create_task(w(s))",
        "ts.append(asyncio.create_task(w(s)))",
        "await asyncio.wait_for(asyncio.create_task(w(s)), 1)",
        "async with asyncio.TaskGroup() as group: group.create_task(w(s))",
    ],
)
def test_a_task_is_started_with_the_call_of_its_coroutine(line: str) -> None:
    ((start, coroutine),) = tasks(of(line))
    assert coroutine.method == "w"
    assert start.block.scope.name == "f"
    assert any(argument.value is coroutine for argument in start.arguments)


def test_a_task_is_started_under_the_name_that_a_file_imports() -> None:
    ((_, coroutine),) = tasks(project("from asyncio import create_task as go\ndef f(s): go(w(s))\n"))
    assert coroutine.method == "w"


def test_the_tasks_of_all_files_are_found() -> None:
    text = "import asyncio\nasyncio.{}({}(s))\n"
    found = project({"a.py": text.format("ensure_future", "one"), "b.py": text.format("create_task", "two")})
    assert {coroutine.method for _, coroutine in tasks(found)} == {"one", "two"}


@pytest.mark.parametrize(
    "line",
    [
        "w(s)",
        "await asyncio.create_task(w(s))",
        "asyncio.create_task(w)",
        "asyncio.create_task()",
        "asyncio.run(w(s))",
        "x.create_task(w(s))",
        "create_task(w(s))",
        "from other import create_task\ncreate_task(w(s))",
        "def create_task(c): ...\ncreate_task(w(s))",
    ],
)
def test_nothing_is_started_that_outlives_its_statement_for_certain(line: str) -> None:
    assert list(tasks(of(line))) == []


def ended(body: str) -> bool:
    """Whether the first task of a function may have ended when the one of `last` starts."""
    starts: list[Call] = [start for start, _ in tasks(of(body))]
    first, last = (
        next(item for item in starts if getattr(item.positional[0], "method", "") == name) for name in ("one", "last")
    )
    return has_ended(first, last)


ENDED = {
    "it is awaited before": """
        a = asyncio.create_task(one(s))
        await a
        b = asyncio.create_task(last(s))
    """,
    "it is awaited among others": """
        a = asyncio.create_task(one(s))
        await asyncio.wait([x, a])
        b = asyncio.create_task(last(s))
    """,
    "it is awaited in the same statement": """
        await asyncio.wait_for(asyncio.create_task(one(s)), 1)
        await asyncio.wait_for(asyncio.create_task(last(s)), 1)
    """,
    "something is awaited after it was put into a collection": """
        ts.append(asyncio.create_task(one(s)))
        await asyncio.gather(*ts)
        ts.append(asyncio.create_task(last(s)))
    """,
    "its group is left": """
        async with asyncio.TaskGroup() as g:
            g.create_task(one(s))
        asyncio.create_task(last(s))
    """,
    "its group is left, around another block": """
        async with asyncio.TaskGroup() as g:
            if x:
                g.create_task(one(s))
        async with asyncio.TaskGroup() as g:
            g.create_task(last(s))
    """,
    "its group inside another is left": """
        async with asyncio.TaskGroup() as g:
            async with asyncio.TaskGroup() as h:
                h.create_task(one(s))
            g.create_task(last(s))
    """,
}
RUNNING = {
    "nothing is awaited": """
        a = asyncio.create_task(one(s))
        b = asyncio.create_task(last(s))
    """,
    "something else is awaited": """
        a = asyncio.create_task(one(s))
        await x
        b = asyncio.create_task(last(s))
    """,
    "a task without a name cannot be awaited": """
        asyncio.create_task(one(s))
        await x
        asyncio.create_task(last(s))
    """,
    "it is awaited after both": """
        a = asyncio.create_task(one(s))
        b = asyncio.create_task(last(s))
        await a
    """,
    "its name is awaited before it": """
        a = x
        await a
        a = asyncio.create_task(one(s))
        b = asyncio.create_task(last(s))
    """,
    "nothing is awaited after it was put into a collection": """
        await x
        ts.append(asyncio.create_task(one(s)))
        ts.append(asyncio.create_task(last(s)))
        await asyncio.gather(*ts)
    """,
    "both are of one group": """
        async with asyncio.TaskGroup() as g:
            g.create_task(one(s))
            g.create_task(last(s))
    """,
    "only a group inside its own is left": """
        async with asyncio.TaskGroup() as g:
            async with asyncio.TaskGroup() as h:
                g.create_task(one(s))
            g.create_task(last(s))
    """,
    "its name is awaited as it is bound anew": """
        a = x
        a = asyncio.create_task(one(await a))
        b = asyncio.create_task(last(s))
    """,
    "something is awaited with the later one": """
        ts.append(asyncio.create_task(one(s)))
        await asyncio.wait_for(asyncio.create_task(last(s)), 1)
    """,
    "a loop over groups is left": """
        for g in [asyncio.TaskGroup()]:
            g.create_task(one(s))
        asyncio.create_task(last(s))
    """,
    "another manager is left": """
        async with x as y:
            asyncio.create_task(one(s))
        asyncio.create_task(last(s))
    """,
    "a plain manager is left": """
        g = asyncio.TaskGroup()
        with x:
            g.create_task(one(s))
        asyncio.create_task(last(s))
    """,
}


def test_a_task_that_is_started_by_a_plain_name_is_of_no_group() -> None:
    text = """
        from asyncio import create_task
        async def f(s, x):
            async with x as y:
                create_task(one(s))
            create_task(last(s))
    """
    (first, _), (last, _) = tasks(project(text))
    assert not has_ended(first, last)


@pytest.mark.parametrize("how", ENDED)
def test_a_task_may_have_ended_when(how: str) -> None:
    assert ended(ENDED[how])


@pytest.mark.parametrize("how", RUNNING)
def test_a_task_may_still_run_when(how: str) -> None:
    assert not ended(RUNNING[how])


# ------------------------------------------------------------------ whole answers

WORK = """
    async def w(s: AsyncSession): await s.flush()
    class B:
        def __init__(self, s: AsyncSession): self.s = s
        async def w(self): await self.s.flush()
"""
TOGETHER = {
    "two tasks": """
        async def f(s: AsyncSession):
            a = asyncio.create_task(w(s))
            b = asyncio.create_task(w(s))
    """,
    "two tasks after one that has ended": """
        async def f(s: AsyncSession):
            a = asyncio.create_task(w(s))
            await a
            b = asyncio.create_task(w(s))
            c = asyncio.create_task(w(s))
            await asyncio.wait([b, c])
    """,
    "two tasks of one group": """
        async def f(s: AsyncSession):
            async with asyncio.TaskGroup() as g:
                g.create_task(w(s))
                g.create_task(w(s))
    """,
    "a task under a lock that does not wait for it": """
        async def f(s: AsyncSession, l):
            async with l:
                asyncio.create_task(w(s))
            asyncio.create_task(w(s))
    """,
    "two tasks of one object": """
        async def f(s: AsyncSession):
            o = B(s)
            asyncio.create_task(o.w())
            asyncio.create_task(o.w())
    """,
}
APART = {
    "in two branches": """
        async def f(s: AsyncSession):
            if s.dirty:
                asyncio.create_task(w(s))
            else:
                asyncio.create_task(w(s))
    """,
    "with a session for each turn of a loop": """
        async def f(l):
            for x in l:
                async with SessionLocal() as s:
                    asyncio.create_task(w(s))
    """,
    "one after the other": """
        async def f(s: AsyncSession):
            a = asyncio.create_task(w(s))
            await a
            b = asyncio.create_task(w(s))
            await b
    """,
    "in two groups": """
        async def f(s: AsyncSession):
            async with asyncio.TaskGroup() as g:
                g.create_task(w(s))
            async with asyncio.TaskGroup() as g:
                g.create_task(w(s))
    """,
    "awaited with a limit of time": """
        async def f(s: AsyncSession):
            o = B(s)
            await asyncio.wait_for(asyncio.create_task(o.w()), 1)
            await asyncio.wait_for(asyncio.create_task(o.w()), 1)
    """,
}


@pytest.mark.parametrize("how", TOGETHER)
def test_tasks_that_use_a_session_together_are_found(tmp_path: Path, how: str) -> None:
    found = codes(tmp_path, {"app.py": HEAD + dedent(WORK) + dedent(TOGETHER[how])}, "ADB207")
    assert [code for code, _, _ in found] == ["ADB207"]


@pytest.mark.parametrize("how", APART)
def test_tasks_that_use_a_session_apart_are_left_alone(tmp_path: Path, how: str) -> None:
    assert codes(tmp_path, {"app.py": HEAD + dedent(WORK) + dedent(APART[how])}, "ADB207") == []
