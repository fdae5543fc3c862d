"""What starts what: functions that call each other in a circle, and answers that do not depend on order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from async_db_lint.project.application.reach import MAX_CALLS, MAX_FUNCTIONS
from async_db_lint.project.names.quoted_code import spelled
from tests.project.inference.parts import function, small
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


def chain(text: str, root: str, name: str = "look", without: str = "") -> list[str] | None:
    """The calls from a scope down to a function, but for those of one name."""
    found = project(text)
    calls = found.reach.chain_to(
        function(found, name), lambda scope: scope.name == root, lambda call: call.method != without
    )
    return None if calls is None else [spelled(item) for item in calls]


CALLS = """
    def look(): look()
    def one(): look(1)
    def two(): one(2)
    def three(): two(3); near(3)
    def near(): look(4)
    def apart(): other()
    class A:
        look(5)
        def method(self): look(6)
    value = lambda: look(7)
    one(8)
"""


@pytest.mark.parametrize(
    ("root", "wanted"),
    [
        ("look", []),
        ("one", ["look(1)"]),
        ("two", ["one(2)", "look(1)"]),
        ("three", ["near(3)", "look(4)"]),
        ("A", ["look(5)"]),
        ("method", ["look(6)"]),
        ("<lambda>", ["look(7)"]),
        ("app.py", ["one(8)", "look(1)"]),
        ("apart", None),
        ("missing", None),
    ],
)
def test_a_chain_is_the_shortest_way_from_a_root(root: str, wanted: list[str] | None) -> None:
    assert chain(CALLS, root) == wanted


@pytest.mark.parametrize(
    ("without", "wanted"),
    [("near", ["two(3)", "one(2)", "look(1)"]), ("two", ["near(3)", "look(4)"]), ("look", None)],
)
def test_a_chain_takes_only_calls_that_lead(without: str, wanted: list[str] | None) -> None:
    assert chain(CALLS, "three", without=without) == wanted


def test_a_call_that_does_not_lead_hides_no_other_call_of_its_scope() -> None:
    text = """
        def look(): pass
        again = look
        def one():
            again(1)
            look(2)
    """
    assert chain(text, "one", without="again") == ["look(2)"]


@pytest.mark.parametrize(("more", "is_known"), [(0, True), (1, False)])
def test_a_limited_number_of_calls_is_followed_back(more: int, is_known: bool) -> None:
    count = MAX_CALLS + more
    rows = ["def f0(): pass", *(f"def f{number}(): f{number - 1}()" for number in range(1, count + 1))]
    found = chain("\n".join(rows), f"f{count}", "f0")
    assert found == ([f"f{number}()" for number in reversed(range(count))] if is_known else None)


@pytest.mark.parametrize(("count", "is_known"), [(MAX_FUNCTIONS - 1, True), (MAX_FUNCTIONS + 1, False)])
def test_a_limited_number_of_functions_is_looked_at(count: int, is_known: bool) -> None:
    rows = [f"def f{number}(): look()" for number in range(count)]
    text = "\n".join(["def look(): pass", *rows, "def root(): f0()"])
    assert (chain(text, "root") is not None) is is_known


STARTS = """
    from fastapi import Depends, FastAPI
    from typing import TYPE_CHECKING
    import functools
    app = FastAPI()
"""


def reached(text: str, name: str = "look") -> bool:
    found = small(STARTS, text)
    return found.reach.is_possibly_reached(function(found, name))


@pytest.mark.parametrize(
    "text",
    [
        "def look(): pass\nlook()",
        "def look(): pass\nx = look",
        "def look(): pass\nclass A: look()",
        "def look(): pass\nx = [look]",
        "def look(): pass\nregister(look)",
        "def look(): pass\nregister(key=make(look))",
        "def look(): pass\nregister.handler = look",
        "def look(): pass\nregister[1] = look",
        "def look(): pass\ndef f(x=look): pass",
        """
        def look(): pass
        @look
        def f(): pass
        """,
        """
        def look(): pass
        @look
        class A: pass
        """,
        "def look(): pass\nif __name__ == '__main__': look()",
        "def look(): pass\nother.look()",
        "def look(): pass\nx = lambda: look()",
        """
        def look(): pass
        @app.get('/')
        def f(): look()
        """,
        """
        def look(): pass
        @app.get('/')
        def f(): return look
        """,
        "@app.get('/')\ndef look(): pass",
        "@unknown\ndef look(): pass",
        "def look(): pass\ndef f(x=Depends(look)): pass",
        """
        class A:
            def look(self): pass
        thing.look()
        """,
        """
        class A:
            def look(self): pass
        A().look()
        """,
        """
        class A:
            def look(self): pass
            look()
        """,
        """
        class A:
            def look(self): pass
        class B(A): pass
        B().look()
        """,
        """
        class B:
            def look(self): pass
            def __init__(self): self.look()
        B()
        """,
    ],
)
def test_a_function_is_possibly_reached_by_anything_that_may_mean_it(text: str) -> None:
    assert reached(text)


@pytest.mark.parametrize(
    "text",
    [
        "def look(): pass",
        "def look(): look()",
        "def look(): pass\ndef f(): look()",
        """
        def look(): pass
        def f(): g()
        def g(): f(); look()
        """,
        "def look(): pass\nif TYPE_CHECKING: look()",
        "def look(): pass\nother()",
        """
        def look(): pass
        from elsewhere import look as it
        it()
        """,
        "@functools.cache\ndef look(): pass",
        "class A:\n    def look(self): pass",
        """
        class A:
            def look(self): pass
        class B:
            def look(self): pass
        B().look()
        """,
        """
        class A:
            def look(self): pass
        class B(A):
            def look(self): pass
        B().look()
        """,
    ],
)
def test_a_function_that_nothing_started_refers_to_is_not_reached(text: str) -> None:
    found = small(STARTS, text)
    first = next(item for item in found.functions() if item.name == "look")
    assert not found.reach.is_possibly_reached(first)


def test_a_method_may_be_called_on_a_base_that_it_overrides() -> None:
    text = """
        class Base:
            def look(self): pass
        class Own(Base):
            def look(self): pass
        class Other:
            def look(self): pass
        Base().look()
    """
    found = small(text)
    answers = {item.owner and item.owner.name: found.reach.is_possibly_reached(item) for item in found.functions()}
    assert answers == {"Base": True, "Own": True, "Other": False}


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("__aenter__", True),
        ("__aexit__", True),
        ("__enter__", True),
        ("__exit__", True),
        ("__del__", True),
        ("__call__", True),
        ("__init__", False),
        ("__new__", False),
        ("__len__", False),
        ("enter", False),
    ],
)
def test_python_itself_calls_some_methods(name: str, wanted: bool) -> None:
    assert reached(f"class A:\n    def {name}(self): pass", name) is wanted


@pytest.mark.parametrize("name", ["__init__", "__new__"])
@pytest.mark.parametrize(("line", "wanted"), [("A()", True), ("x = A", True), ("B()", False), ("other.A()", True)])
def test_a_constructor_is_reached_by_the_name_of_its_class(name: str, line: str, wanted: bool) -> None:
    assert (
        reached(
            f"""
            class A:
                def {name}(self): pass
            class B: pass
            {line}
            """,
            name,
        )
        is wanted
    )


def test_a_lambda_is_handed_over() -> None:
    found = small("x = lambda: 1")
    assert found.reach.is_possibly_reached(function(found, "<lambda>"))


@pytest.mark.parametrize(
    ("text", "other", "wanted"),
    [
        ("from deep import look\nlook()", "def look(): pass", True),
        ("import deep\ndeep.look()", "def look(): pass", True),
        ("look()", "def look(): pass", True),
        ("look()", "class A:\n    def look(self): pass", False),
        ("thing.look()", "class A:\n    def look(self): pass", True),
        ("def look(): pass\nlook()", "def look(): pass", False),
        ("", "def look(): pass", False),
    ],
)
def test_a_function_of_another_file_is_reached_by_what_may_be_its_name(text: str, other: str, wanted: bool) -> None:
    found = project({"app.py": text, "deep.py": other})
    [holder] = [item for item in found.functions() if item.name == "look" and item.path == "deep.py"]
    assert found.reach.is_possibly_reached(holder) is wanted


@pytest.mark.parametrize(("path", "wanted"), [("main.py", True), ("tests/test_a.py", False), ("scripts/a.py", False)])
def test_references_count_in_files_that_can_start_an_application(path: str, wanted: bool) -> None:
    found = project({"app.py": "def look(): pass", path: "from app import look\nlook()"})
    assert found.reach.is_possibly_reached(function(found, "look")) is wanted


def test_a_function_of_a_test_is_not_reached() -> None:
    found = project({"tests/a.py": "def look(): pass", "app.py": "from tests.a import look\nlook()"})
    assert not found.reach.is_possibly_reached(function(found, "look"))


READ = """
    import look as it
    from other import look
    look(look.look, key=look)
    x = [look]
    y: look = 1
    def f(a=look):
        look.b = look
        return look
    @look
    class A: pass
    @look
    def g(): yield look
    "look"
"""


def test_references_are_the_places_where_a_name_is_read() -> None:
    found = project({"app.py": READ, "other.py": "looked = 1", "tests/a.py": "look()"})
    at = [item.place.scope.name for item in found.reach.references("look")]
    assert {name: at.count(name) for name in sorted(set(at))} == {"app.py": 8, "f": 2, "g": 1}
    assert found.reach.references("missing") == []
