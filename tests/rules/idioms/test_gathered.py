"""One session in several tasks, in the forms in which people collect what they gather."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects import findings
from tests.rules.idioms.test_wiring import APP, PARAMETERS, route

IMPORTS = "import anyio\n"
TOGETHER = {
    "a list of a comprehension": "tasks = [work(x, session) for x in found]\nawait asyncio.gather(*tasks)",
    "a list": "tasks = [work(1, session), work(2, session)]\nawait asyncio.gather(*tasks)",
    "a generator": "tasks = (work(x, session) for x in found)\nawait asyncio.gather(*tasks)",
    "a list that grows": "tasks = []\nfor x in found:\n    tasks.append(work(x, session))\nawait asyncio.gather(*tasks)",
    "a list that is extended": "tasks = []\nfor x in found:\n    tasks += [work(x, session)]\nawait asyncio.gather(*tasks)",
    "two appended": "tasks = []\ntasks.append(work(1, session))\ntasks.append(work(2, session))\nawait asyncio.gather(*tasks)",
    "two names": "one = work(1, session)\nother = work(2, session)\nawait asyncio.gather(one, other)",
    "a time limit each": "await asyncio.gather(asyncio.wait_for(work(1, session), 1), asyncio.wait_for(users.put(2), 1))",
    "the values of a dict": "tasks = {1: work(1, session), 2: work(2, session)}\nawait asyncio.gather(*tasks.values())",
    "a map of a partial": "await asyncio.gather(*map(partial(work, session=session), found))",
    "an inner function": """
        async def one(x):
            await session.execute(select(x))
        await asyncio.gather(*[one(x) for x in found])
    """,
    "an inner function behind a wide semaphore": """
        limit = asyncio.Semaphore(5)
        async def one(x):
            async with limit:
                await session.execute(select(x))
        await asyncio.gather(*[one(x) for x in found])
    """,
    "a group of anyio": """
        async with anyio.create_task_group() as group:
            group.start_soon(work, 1, session)
            group.start_soon(work, 2, session)
    """,
    "a group": """
        async with asyncio.TaskGroup() as group:
            group.create_task(work(1, session))
            group.create_task(users.put(2))
            group.create_task(work(2, session))
    """,
}
APART = {
    "exclusive branches": "if found:\n    task = work(1, session)\nelse:\n    task = work(2, session)\nawait asyncio.gather(task, sky())",
    "a list of one": "tasks = [work(1, session)]\nawait asyncio.gather(*tasks)",
    "one that is awaited before": "one = work(1, session)\nawait one\nawait asyncio.gather(one, work(2, session))",
    "a lock": """
        lock = asyncio.Semaphore(1)
        async def one(x):
            async with lock:
                await session.execute(select(x))
        await asyncio.gather(*[one(x) for x in found])
    """,
    "an inner function with its own session": """
        async def one(x):
            async with SessionLocal() as session:
                await session.execute(select(x))
        await asyncio.gather(*[one(x) for x in found])
    """,
    "a group with one that uses it": """
        async with asyncio.TaskGroup() as group:
            group.create_task(work(1, session))
            group.create_task(sky())
    """,
    "values": "tasks = [print(x) for x in found]\nawait asyncio.gather(*tasks)",
}


def codes_of(root: Path, body: str) -> list[str]:
    text = APP + IMPORTS + route(body, PARAMETERS).replace("app = FastAPI()", "async def sky(): ...\napp = FastAPI()")
    return [item.code for item in findings(root, {"app.py": text}, "ADB207", "ADB208")]


@pytest.mark.parametrize("body", TOGETHER.values(), ids=TOGETHER)
def test_tasks_that_share_a_session_are_found(body: str, tmp_path: Path) -> None:
    assert codes_of(tmp_path, body) == ["ADB207"]


@pytest.mark.parametrize("body", APART.values(), ids=APART)
def test_tasks_that_do_not_are_left_alone(body: str, tmp_path: Path) -> None:
    assert codes_of(tmp_path, body) == []
