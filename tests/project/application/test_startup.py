"""What start-up runs, followed forwards, and where that uses the database."""

from __future__ import annotations

import pytest

from async_db_lint.project.application.startup import MAX_FUNCTIONS, handlers, run_by, touches
from async_db_lint.project.names.quoted_code import spelled
from tests.project.inference.parts import function, small

HEAD = """
    import asyncpg
    from fastapi import FastAPI
    from sqlalchemy.ext.asyncio import async_scoped_session
    from sqlalchemy.orm import Session, sessionmaker
    pool = asyncpg.create_pool(URL)
"""


def test_handlers_are_the_lifespans_and_those_for_start_up() -> None:
    found = small(
        HEAD,
        """
        async def life(app): yield
        def first(): pass
        def route(): pass
        app = FastAPI(lifespan=life, on_startup=[first])
        @app.on_event("startup")
        def start(): pass
        @app.on_event("shutdown")
        def stop(): pass
        app.add_api_route("/", route)
        """,
    )
    assert sorted(item.function.name for item in handlers(found)) == ["first", "life", "start"]


def run(*texts: str) -> tuple[list[str], list[str]]:
    """The functions that `f` runs, and the calls in them that are not understood."""
    found = small(HEAD, *texts)
    functions, unknown = run_by(found, function(found, "f"))
    return [item.name for item in functions], [spelled(item) for item in unknown]


HELPERS = """
    def g(): h()
    async def h(): mystery()
    def again(): again()
    def back(): f()
    class Own:
        def __init__(self): h()
        def __call__(self): g()
    own = Own()
"""


@pytest.mark.parametrize(
    ("body", "functions", "unknown"),
    [
        ("pass", ["f"], []),
        ("print()", ["f"], []),
        ("engine.connect()", ["f"], []),
        ("unknown(1)", ["f"], ["unknown(1)"]),
        ("g()", ["f", "g", "h"], ["mystery()"]),
        ("h(); g()", ["f", "h", "g"], ["mystery()"]),
        ("g(); g()", ["f", "g", "h"], ["mystery()"]),
        ("again()", ["f", "again"], []),
        ("back()", ["f", "back"], []),
        ("Own()", ["f", "Own.__init__", "h"], ["mystery()"]),
        ("own()", ["f", "Own.__call__", "g", "h"], ["mystery()"]),
        ("\n    if URL: g()", ["f", "g", "h"], ["mystery()"]),
        ("return lambda: h()", ["f", "h"], ["mystery()"]),
    ],
)
def test_functions_are_followed_once_each(body: str, functions: list[str], unknown: list[str]) -> None:
    assert run(HELPERS, f"def f(): {body}") == ([item.rpartition(".")[2] for item in functions], unknown)


@pytest.mark.parametrize(("count", "wanted"), [(MAX_FUNCTIONS, ["mystery()"]), (MAX_FUNCTIONS + 1, [])])
def test_a_limited_number_of_functions_is_followed(count: int, wanted: list[str]) -> None:
    rows = [f"def f{number}(): f{number + 1}()" for number in range(1, count - 1)]
    functions, unknown = run("def f(): f1()", *rows, f"def f{count - 1}(): mystery()")
    assert len(functions) == count
    assert unknown == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("engine.connect()", ["engine.connect()"]),
        ("SessionLocal()", ["SessionLocal()"]),
        ("SessionLocal.begin()", ["SessionLocal.begin()"]),
        ("async_scoped_session(SessionLocal, f)()", ["async_scoped_session(SessionLocal, f)()"]),
        ("AsyncSession(engine).execute(1)", ["AsyncSession(engine).execute(1)"]),
        ("Session().execute(1)", ["Session().execute(1)"]),
        ("pool.acquire()", ["pool.acquire()"]),
        ("engine.dispose()", []),
        ("create_async_engine(URL)", []),
        ("print(engine)", []),
        ("FastAPI().get('/')", []),
        ("unknown.execute(1)", []),
        ("pass", []),
    ],
)
def test_a_touch_is_a_use_of_the_database_or_of_a_factory(line: str, wanted: list[str]) -> None:
    found = small(HEAD, f"def f(): {line}")
    assert [spelled(item) for item in touches(found, [function(found, "f")])] == wanted


def test_touches_are_looked_for_in_all_of_some_functions() -> None:
    text = """
        def f():
            def inside(): engine.connect(1)
        def g(): engine.connect(2)
        def h(): engine.connect(3)
    """
    found = small(text)
    given = [function(found, name) for name in ("g", "f")]
    assert [spelled(item) for item in touches(found, given)] == ["engine.connect(2)", "engine.connect(1)"]
