"""What certainly happens before an application serves and after it has: every doubt is a no."""

from __future__ import annotations

import pytest

from async_db_lint.index.scopes import ExitKind
from async_db_lint.project.application.application import Registration, Trigger
from async_db_lint.project.application.lifecycle import (
    MAX_CALLS,
    at_stop,
    before_serving,
    is_run,
    queries,
    yield_of,
)
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.project import Project
from tests.project.inference.parts import block, call, function, small
from tests.projects import project

HEAD = """
    from contextlib import asynccontextmanager
    from fastapi import FastAPI
    from sqlalchemy.orm import Session
"""


def handler(found: Project, name: str = "life") -> Registration:
    """The one registration of a function."""
    [only] = [item for item in found.application.registrations if item.function.name == name]
    return only


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("app = FastAPI(lifespan=life)", True),
        ("app = FastAPI(lifespan=life)\nmain.mount('/', other)", True),
        ("app = FastAPI(lifespan=life)\nmain.mount('/', app)", False),
        ("app = FastAPI(lifespan=life)\nmain.mount('/', app=app)", False),
        ("app = FastAPI(lifespan=life)\nmain.mount(app)", True),
        ("app = FastAPI(lifespan=life)\nmain.mount('/', make(app))", True),
        (
            """
            def make():
                app = FastAPI(lifespan=life)
                main.mount('/', app)
            """,
            False,
        ),
        ("app.router.lifespan_context = life\nmain.mount('/', app)", True),
        ("app = FastAPI(on_startup=[life])\nmain.mount('/', app)", True),
    ],
)
def test_the_lifespan_of_a_mounted_application_is_not_run(text: str, wanted: bool) -> None:
    found = small(HEAD, "async def life(app): yield", text)
    assert is_run(found, handler(found)) is wanted


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("yield", 1),
        ("if URL: yield", 1),
        ("pass", 0),
        ("yield 1; yield 2", 0),
        ("return 1", 0),
        ("yield from other", 0),
        ("return (yield)", 1),
        ("yield; return", 1),
    ],
)
def test_a_lifespan_has_one_yield(body: str, wanted: int) -> None:
    life = function(project(block("def life():", f"before()\n{body}")), "life")
    places = [item.statement.index for item in life.exits if item.kind is ExitKind.YIELD]
    assert yield_of(life) == (places[0] if wanted else None)


def made(text: str, name: str = "life", head: str = "") -> list[str]:
    """The calls that the handler of a name certainly makes before the application serves."""
    found = small(HEAD, head, text)
    return [spelled(item) for item in before_serving(found, handler(found, name))]


def life(body: str) -> str:
    """An application with a lifespan."""
    return "app = FastAPI(lifespan=life)\n" + block("async def life(app):", body)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("first()\nyield", ["first()"]),
        (
            """
            first()
            second()
            yield
            third()
            """,
            ["first()", "second()"],
        ),
        ("yield first()", ["first()"]),
        ("yield\nfirst()", []),
        ("if URL: first()\nyield", []),
        ("for _ in URL: first()\nyield", []),
        ("while first(): second()\nyield", ["first()"]),
        ("with lock: first()\nyield", ["first()"]),
        (
            """
            async with lock:
                first()
                yield
            """,
            ["first()"],
        ),
        (
            """
            try: first()
            except E: second()
            yield
            """,
            ["first()"],
        ),
        ("[first() for _ in URL]\nyield", []),
        ("lambda: first()\nyield", []),
        ("first()", []),
        (
            """
            first()
            yield 1
            second()
            yield 2
            """,
            [],
        ),
    ],
)
def test_calls_before_the_yield_are_certain_unless_a_condition_stands_around(body: str, wanted: list[str]) -> None:
    assert made(life(body)) == wanted


@pytest.mark.parametrize("event", ["startup", "shutdown"])
def test_an_event_handler_is_run_to_its_end(event: str) -> None:
    text = f"""
        app = FastAPI()
        @app.on_event("{event}")
        def life():
            first()
            if URL: second()
            third()
    """
    assert made(text) == ["first()", "third()"]


def test_the_lifespan_of_a_mounted_application_makes_no_calls() -> None:
    text = life("first()\nyield")
    assert made(text) == ["first()"]
    assert made(f"{text}main.mount('/', app)") == []


HELPERS = """
    def plain(): in_plain()
    async def later(): in_later()
    def outer(): inner(); plain()
    def inner(): in_inner()
    def again(): in_again(); again()
    def ping(): in_ping(); pong()
    def pong(): in_pong(); ping()
    class Own:
        def __init__(self): in_own()
    def maybe():
        if URL: in_maybe()
    @asynccontextmanager
    async def opened():
        in_opened()
        yield
"""


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("plain()", ["plain()", "in_plain()"]),
        ("await later()", ["later()", "in_later()"]),
        ("later()", ["later()"]),
        ("x = later()", ["later()"]),
        ("spawn(later())", ["spawn(later())", "later()"]),
        ("async with opened(): pass", ["opened()", "in_opened()"]),
        ("outer()", ["outer()", "inner()", "plain()", "in_inner()", "in_plain()"]),
        ("plain(); plain()", ["plain()", "plain()", "in_plain()", "in_plain()"]),
        ("inner(); plain()", ["inner()", "plain()", "in_inner()", "in_plain()"]),
        ("again()", ["again()", "in_again()", "again()"]),
        ("ping()", ["ping()", "in_ping()", "pong()", "in_pong()", "ping()"]),
        ("Own()", ["Own()", "in_own()"]),
        ("maybe()", ["maybe()"]),
        ("if URL: plain()", []),
    ],
)
def test_functions_are_followed_where_they_are_certainly_run(body: str, wanted: list[str]) -> None:
    assert sorted(made(life(f"{body}\nyield"), head=HELPERS)) == sorted(wanted)


def test_functions_are_followed_in_the_order_of_their_calls_and_each_to_its_end() -> None:
    assert made(life("outer(); plain()\nyield"), head=HELPERS) == [
        *("outer()", "plain()"),
        *("inner()", "plain()", "in_inner()", "in_plain()"),
        "in_plain()",
    ]


def test_a_limited_number_of_calls_is_followed_from_a_handler() -> None:
    rows = "\n".join(f"def f{number}(): f{number + 1}()" for number in range(MAX_CALLS + 2))
    assert made(life("f0()\nyield"), head=rows) == [f"f{number}()" for number in range(MAX_CALLS + 1)]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("await session.execute(1)", ["session.execute(1)"]),
        ("await engine.connect()", ["engine.connect()"]),
        ("async with engine.begin(): pass", ["engine.begin()"]),
        ("async with engine.connect(): pass", ["engine.connect()"]),
        ("await asyncpg.create_pool(URL)", ["asyncpg.create_pool(URL)"]),
        ("async with asyncpg.create_pool(URL): pass", ["asyncpg.create_pool(URL)"]),
        ("asyncpg.create_pool(URL)", []),
        ("session.execute(1)", []),
        ("x = engine.connect()", []),
        ("async with session.begin(): pass", []),
        ("async with SessionLocal(): pass", []),
        ("with raw.begin(): pass", []),
        ("await session.close()", []),
        ("await engine.dispose()", []),
        ("await session.rollback()", []),
        ("await session.begin()", ["session.begin()"]),
        ("await unknown.execute(1)", []),
        ("await unknown()", []),
        ("await asyncio.sleep(1)", []),
        ("await asyncio.TaskGroup().create_task(1)", []),
        ("await own.mine()", []),
        ("await app.router.startup()", []),
    ],
)
def test_queries_are_calls_that_certainly_talk_to_the_database(line: str, wanted: list[str]) -> None:
    found = small(
        HEAD,
        """
        import asyncio, asyncpg
        class Own(AsyncSession):
            async def mine(self): pass
        app, session, raw, own = FastAPI(), SessionLocal(), Session(), Own()
        """,
        block("async def f():", line),
    )
    assert [spelled(item) for item in queries(found, iter(function(found, "f").calls))] == wanted


def stopped(*texts: str) -> str | None:
    """The handler that certainly runs `look()` when the application stops."""
    found = small(HEAD, *texts)
    at = call(found, "look")
    answer = at_stop(found, at.block.scope, at)
    return None if answer is None else answer.function.name


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("yield\nlook()", "life"),
        ("yield\nawait look()", "life"),
        ("try: yield\nfinally: look()", "life"),
        ("with lock: yield\nlook()", "life"),
        ("look()\nyield", None),
        ("yield look()", None),
        ("yield\nif URL: look()", None),
        ("yield\n[look() for _ in URL]", None),
        ("try: yield\nexcept E: look()", None),
        (
            """
            yield 1
            look()
            yield 2
            """,
            None,
        ),
        ("look()", None),
        ("yield\nlambda: look()", None),
    ],
)
def test_a_lifespan_certainly_runs_what_stands_after_its_yield(body: str, wanted: str | None) -> None:
    assert stopped(life(body)) == wanted


@pytest.mark.parametrize(
    ("event", "body", "wanted"),
    [
        ("shutdown", "look()", "stop"),
        ("shutdown", "await look()", "stop"),
        ("shutdown", "for _ in URL: pass\nlook()", "stop"),
        ("shutdown", "if URL: look()", None),
        ("startup", "look()", None),
    ],
)
def test_a_handler_for_shutdown_certainly_runs_all_of_it(event: str, body: str, wanted: str | None) -> None:
    assert stopped(f"app = FastAPI()\n@app.on_event('{event}')", block("async def stop():", body)) == wanted


def test_a_handler_for_shutdown_needs_no_yield_in_what_it_calls() -> None:
    text = """
        app = FastAPI()
        async def close(): look()
        @app.on_event("shutdown")
        async def stop(): await close()
    """
    assert stopped(text) == "stop"


@pytest.mark.parametrize(
    ("helper", "line", "wanted"),
    [
        ("async def close(): look()", "await close()", "life"),
        ("def close(): look()", "close()", "life"),
        ("async def close(): look()", "close()", None),
        ("async def close(): look()", "spawn(close())", None),
        ("async def close(): look()", "if URL: await close()", None),
        ("async def close():\n    if URL: look()", "await close()", None),
        ("async def close(): look()", "pass", None),
        ("async def close(): await deep()\nasync def deep(): look()", "await close()", "life"),
        ("async def close(): deep()\nasync def deep(): look()", "await close()", None),
        (
            """
            async def close():
                if URL: await deep()
            async def deep(): look()
            """,
            "await close()",
            None,
        ),
    ],
)
def test_a_helper_is_run_at_the_stop_when_every_call_down_to_it_is(helper: str, line: str, wanted: str | None) -> None:
    assert stopped(helper, life(f"yield\n{line}")) == wanted


def test_what_a_lifespan_calls_before_its_yield_is_not_run_at_the_stop() -> None:
    assert stopped("def close(): look()", life("close()\nyield")) is None


@pytest.mark.parametrize("more", ["main.mount('/', app)", ""])
def test_a_mounted_application_is_not_stopped(more: str) -> None:
    assert stopped(life("yield\nlook()"), more) == (None if more else "life")


def test_what_a_dependency_does_after_its_yield_is_not_run_at_the_stop() -> None:
    text = """
        from fastapi import Depends
        async def get():
            yield
            look()
        def route(x=Depends(get)): pass
    """
    assert stopped(text) is None


def test_another_handler_may_run_what_the_first_does_not() -> None:
    text = """
        def close(): look()
        async def life(app):
            close()
            yield
        app = FastAPI(lifespan=life)
        @app.on_event("shutdown")
        def stop(): close()
    """
    assert stopped(text) == "stop"


@pytest.mark.parametrize("text", ["look()", "class A: look()"])
def test_what_stands_in_no_function_is_not_run_at_the_stop(text: str) -> None:
    assert stopped(text) is None


def test_no_call_is_not_run_at_the_stop() -> None:
    found = small(HEAD, life("yield\nlook()"))
    assert at_stop(found, function(found, "life"), None) is None


def test_the_trigger_of_the_handler_is_told() -> None:
    found = small(HEAD, life("yield\nlook()"))
    answer = at_stop(found, function(found, "life"), call(found, "look"))
    assert answer is not None
    assert answer.trigger is Trigger.LIFESPAN
