"""What starts what: functions that call each other in a circle, and answers that do not depend on order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.projects import DATABASE, codes, project

HEAD = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
    engine = create_async_engine(URL)
    replica = create_async_engine(URL)
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    ReplicaLocal = async_sessionmaker(replica, expire_on_commit=False)
"""
TAIL = """
    @asynccontextmanager
    async def lifespan(app):
        yield
        await stop(1)
    app = FastAPI(lifespan=lifespan)
    @app.get("/")
    async def route():
        async with SessionLocal() as session, ReplicaLocal() as other:
            return await session.scalar(1), await other.scalar(1)
"""
FIRST = "await replica.dispose()"
TWO = (
    """
    async def stop(left):
        {0}
        if left: await release(left)
    """,
    """
    async def release(left):
        await engine.dispose()
        {1}
        await stop(left - 1)
    """,
)
THREE = (
    """
    async def stop(left):
        {0}
        await second(left)
    """,
    """
    async def second(left):
        await engine.dispose()
        await third(left)
    """,
    """
    async def third(left):
        {1}
        if left: await stop(left - 1)
    """,
)


@pytest.mark.parametrize("functions", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_disposal_in_a_circle_of_calls_counts_in_any_order(
    functions: tuple[str, ...], place: int, tmp_path: Path
) -> None:
    for number, order in enumerate(permutations(functions)):
        lines = [FIRST if place == at else "pass" for at in (0, 1)]
        text = HEAD + "".join(item.format(*lines) for item in order) + TAIL
        assert codes(tmp_path / str(number), {"app.py": text}, "ADB104") == []


def test_a_circle_that_nothing_starts_is_not_reached() -> None:
    found = project(
        DATABASE
        + """
    async def one():
        await engine.dispose()
        await two()
    async def two():
        await one()
    """
    )
    assert [found.reach.is_possibly_reached(item) for item in found.functions()] == [False, False]


def test_a_function_that_calls_only_itself_is_not_reached() -> None:
    found = project("async def again(left):\n    await again(left - 1)\n")
    assert not found.reach.is_possibly_reached(next(found.functions()))


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
def test_every_function_of_a_circle_is_reached_whichever_is_asked_first(order: tuple[int, ...]) -> None:
    found = project("""
    def one(): two()
    def two(): three()
    def three(): one()
    one()
    """)
    functions = list(found.functions())
    assert all(found.reach.is_possibly_reached(functions[number]) for number in order)


CIRCLES = {
    "methods of one class": (
        """
        class Tree:
            def walk(self, other): other.visit(self)
            def visit(self, other): other.walk(self)
        def start(): Tree().walk(Tree())
        """,
        {"walk": 1, "visit": 1, "start": 0},
    ),
    "methods of two classes": (
        """
        class A:
            def run(self, peer): peer.go(self)
        class B:
            def go(self, peer): peer.run(self)
            def again(self): A().run(self)
        B().go(A())
        """,
        {"run": 2, "go": 2, "again": 0},
    ),
    "functions": (
        """
        def ping(node): pong(node)
        def pong(node): node.touch(); ping(node)
        class Node:
            def touch(self): ping(self)
        ping(Node())
        """,
        {"ping": 3, "pong": 1, "touch": 0},
    ),
}


@pytest.mark.parametrize("name", CIRCLES)
def test_callers_in_a_circle_do_not_depend_on_what_is_asked_first(name: str) -> None:
    text, wanted = CIRCLES[name]
    for order in permutations(range(3)):
        found = project(text)
        functions = list(found.functions())
        for number in order:
            found.inference.callers(functions[number])
        assert {item.name: len(found.inference.callers(item)) for item in functions} == wanted
