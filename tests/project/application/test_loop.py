"""What runs on the event loop while it serves, the way that requests take there, and what blocks it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.project.application.loop import MAX_CONDITIONS, MAX_HELPERS
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.project import Project
from tests.project.inference.parts import block, call, function, small
from tests.projects import described, project

HEAD = """
    import asyncio
    from fastapi import Depends, FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session
    app = FastAPI()
"""
ROUTE = "@app.get('/')\nasync def route(): "


def proof(*texts: str, name: str = "look") -> tuple[str, list[str]] | None:
    """The `async def` in which a function runs on the loop, and the calls from there down to it."""
    found = small(HEAD, "def one(): look()\nasync def deep(): look()", *texts)
    answers = found.loop.of(function(found, name))
    return (answers[0].root.name, [spelled(item) for item in answers[0].helpers]) if answers else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"def look(): pass\n{ROUTE}look()", ("route", ["look()"])),
        (f"def look(): pass\n{ROUTE}one()", ("route", ["one()", "look()"])),
        (f"async def look(): pass\n{ROUTE}await look()", ("look", [])),
        (f"def look(): pass\n{ROUTE}await deep()", ("deep", ["look()"])),
        ("@app.get('/')\nasync def look(): pass", ("look", [])),
        ("async def look(): pass\ndef route(x=Depends(look)): pass", ("look", [])),
        ("@app.get('/')\ndef look(): pass", None),
        (f"def look(): yield\n{ROUTE}look()", None),
        (f"async def look(): pass\n{ROUTE}asyncio.run(look())", None),
        (f"async def look(): pass\n{ROUTE}loop.run_until_complete(look())", None),
        (f"async def look(): pass\n{ROUTE}asyncio.run_coroutine_threadsafe(look(), loop)", None),
        (f"async def look(): pass\n{ROUTE}spawn(look())", ("look", [])),
        (f"async def look(): pass\n{ROUTE}await look(); asyncio.run(other())", ("look", [])),
        (f"async def look(): pass\n{ROUTE}x = look(); asyncio.run(x)", ("look", [])),
        (f"async def look(): pass\n{ROUTE}spawn(look()); asyncio.run(other())", ("look", [])),
        (f"def look(): pass\n{ROUTE}asyncio.to_thread(look)", None),
        (f"def look(): pass\n{ROUTE}return lambda: look()", None),
        ("def look(): pass\nasync def lone(): look()", None),
        ("def look(): pass\nlook()", None),
        ("def look(): look()", None),
        ("def look(): pass", None),
        ("async def look(): pass", None),
        ("app.on_event('startup')\nasync def look(): pass", None),
    ],
)
def test_a_function_runs_on_the_loop_when_calls_lead_to_it_from_a_request(
    text: str, wanted: tuple[str, list[str]] | None
) -> None:
    assert proof(text) == wanted


@pytest.mark.parametrize("order", ["look()\n{}", "{}\nlook()"])
def test_a_helper_that_is_also_called_by_its_module_runs_on_the_loop(order: str) -> None:
    assert proof("def look(): pass", order.format(f"{ROUTE}look()")) == ("route", ["look()"])
    assert proof("def look(): pass", order.format("class A: look()")) is None


@pytest.mark.parametrize(("more", "wanted"), [(0, "route"), (1, None)])
def test_a_limited_number_of_helpers_stands_between(more: int, wanted: str | None) -> None:
    names = ["look", *(f"f{number}" for number in range(1, MAX_HELPERS + more))]
    helpers = [f"def {name}(): {inner}()" for name, inner in zip(names[1:], names, strict=False)]
    answer = proof("def look(): pass", *helpers, f"{ROUTE}{names[-1]}()")
    assert (answer and answer[0]) == wanted


def test_the_way_with_the_fewest_helpers_is_the_proof() -> None:
    text = """
        def look(): pass
        def one(): look(1)
        @app.get("/one")
        async def far(): one()
        @app.get("/two")
        async def near(): look(2)
    """
    assert proof(text) == ("near", ["look(2)"])


def test_helpers_in_a_circle_are_followed_once() -> None:
    assert proof("def look(): two()\ndef two(): look()") is None
    assert proof("def look(): two()\ndef two(): look()", f"{ROUTE}two()") == ("route", ["two()", "look()"])


@pytest.mark.parametrize(
    ("path", "wanted"), [("helper.py", True), ("tests/helper.py", False), ("scripts/helper.py", False)]
)
def test_only_files_of_the_application_run_on_its_loop(path: str, wanted: bool) -> None:
    module = path.removesuffix(".py").replace("/", ".")
    text = f"{dedent(HEAD)}from {module} import look\n{ROUTE}look()"
    found = project({path: "def look(): pass", "app.py": text})
    assert bool(found.loop.of(function(found, "look"))) is wanted


def test_the_call_in_the_root_leads_to_a_call_in_the_function() -> None:
    found = small(HEAD, "def one(): two()\ndef two(): look()", f"{ROUTE}one(); other()")
    [deep], [near] = (found.loop.of(function(found, name)) for name in ("two", "route"))
    assert deep.call_in_root(call(found, "look")) is call(found, "one")
    assert near.call_in_root(call(found, "other")) is call(found, "other")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("@app.get('/')\nasync def look(): pass", True),
        (f"async def look(): pass\n{ROUTE}await look()", True),
        (
            """
            @app.get('/')
            def route(): asyncio.run(look())
            async def look(): pass
            """,
            False,
        ),
        (
            """
            def plain(): look()
            async def look(): pass
            @app.get('/')
            def route(): plain()
            """,
            False,
        ),
        ("@app.on_event('startup')\nasync def look(): pass", False),
        ("async def look(): pass", False),
        ("async def look(): pass\nx = look()", False),
    ],
)
def test_an_async_function_serves_when_a_request_certainly_leads_to_it(text: str, wanted: bool) -> None:
    found = small(HEAD, text)
    assert found.loop.serves(function(found, "look")) is wanted


def is_taken(*texts: str) -> bool:
    """Whether requests take the way from the root down to `look()`."""
    found = small(HEAD, *texts)
    at = call(found, "look")
    [holder] = [item for item in found.functions() if item is at.block.scope]
    [answer] = found.loop.of(holder)
    return found.loop.is_taken(answer, at)


@pytest.mark.parametrize(
    ("parameters", "line", "wanted"),
    [
        ("on=False", "if on: look()", False),
        ("on=None", "if on: look()", False),
        ("on=0", "if on: look()", False),
        ("on=True", "if on: look()", True),
        ("on=other", "if on: look()", True),
        ("on", "if on: look()", True),
        ("off=False", "if on: look()", True),
        ("on=False", "if not on: look()", True),
        ("on=False", "if on.x: look()", True),
        ("on=False", "while on: look()", True),
        ("on=False", "with on: look()", True),
        ("on=False", "look()", True),
        ("on=False", "if on: pass\nelse: look()", True),
        ("on=False", "if on:\n    with lock: look()", False),
        ("*, on=False", "if on: look()", False),
    ],
)
def test_what_stands_behind_a_parameter_that_is_off_is_not_taken(parameters: str, line: str, wanted: bool) -> None:
    assert is_taken("@app.get('/')", block(f"async def route({parameters}):", line)) is wanted


def test_a_helper_may_be_called_behind_a_parameter_that_is_off() -> None:
    assert is_taken("def one(): look()\n@app.get('/')", block("async def route(on=True):", "if on: one()"))
    assert not is_taken("def one(): look()\n@app.get('/')", block("async def route(on=False):", "if on: one()"))


@pytest.mark.parametrize(
    ("inner", "outer", "wanted"),
    [
        ("look()", "one()", True),
        ("if URL: look()", "one()", True),
        ("look()", "if URL: one()", True),
        ("if URL: look()", "if URL: one()", False),
        ("if URL:\n    if URL: look()", "one()", True),
        ("for _ in URL: look()", "if URL: one()", True),
        ("match URL:\n    case 1: look()", "if URL: pass\nelse: one()", False),
    ],
)
def test_conditions_in_two_functions_may_not_hold_together(inner: str, outer: str, wanted: bool) -> None:
    assert MAX_CONDITIONS == 2
    assert is_taken(block("def one():", inner), "@app.get('/')", block("async def route():", outer)) is wanted


def held(*texts: str) -> str | None:
    """The name of the async session that is open around `look()`."""
    found = small(HEAD, *texts)
    return found.loop.session_held_at(call(found, "look"))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async def f():\n    async with SessionLocal() as s: look()", "s"),
        ("async def f():\n    async with SessionLocal.begin() as s: look()", "s"),
        (
            """
            async def f():
                async with AsyncSession(engine) as s:
                    if URL: look()
            """,
            "s",
        ),
        (
            """
            async def f():
                async with SessionLocal() as one:
                    async with SessionLocal() as two: look()
            """,
            "two",
        ),
        ("async def f():\n    async with lock, SessionLocal() as s: look()", "s"),
        ("async def f():\n    async with lock as key, SessionLocal() as s: look()", "s"),
        ("async def f():\n    async with SessionLocal(): x = 1; look()", None),
        ("async def f():\n    async with SessionLocal() as s, lock: look()", "s"),
        ("async def f():\n    async with SessionLocal(): look()", None),
        (
            """
            async def f():
                async with SessionLocal() as s: pass
                look()
            """,
            None,
        ),
        ("async def f():\n    with SessionLocal() as s: look()", None),
        ("async def f():\n    async with engine.connect() as s: look()", None),
        ("async def f():\n    async with lock as s: look()", None),
        ("async def f(s: AsyncSession): look()", "s"),
        ("async def f(s: AsyncSession):\n    async with SessionLocal() as own: look()", "own"),
        ("async def f(s: AsyncSession): return lambda: look()", None),
        (
            """
            async def f():
                s = SessionLocal()
                look()
            """,
            None,
        ),
        ("look()", None),
    ],
)
def test_a_session_is_held_in_the_block_that_opens_it(text: str, wanted: str | None) -> None:
    assert held(text) == wanted


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ("s=Depends(get)", "s"),
        ("x, s=Depends(get)", "s"),
        ("s: AsyncSession = Depends(unknown)", "s"),
        ("s=Depends(unknown)", None),
        ("s=Depends(raw)", None),
        ("s=Depends(connect)", None),
        ("", None),
    ],
)
def test_a_session_that_a_function_is_given_is_held_by_it(parameters: str, wanted: str | None) -> None:
    head = """
        async def get():
            async with SessionLocal() as session:
                yield session
        def raw(): return Session()
        def connect(): return engine
    """
    assert held(head, f"async def f({parameters}): look()") == wanted


SYNC = """
    import psycopg, psycopg2
    from sqlalchemy import Connection, create_engine
    from sqlalchemy.orm import Session
    session, other = Session(), create_engine(URL)
"""


def blocking(found: Project) -> list[tuple[str, str | None]]:
    return [(spelled(item), described(owner)) for item, owner in found.loop.blocking_calls()]


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("session.execute(1)", "INSTANCE sqlalchemy.Session"),
        ("session.commit()", "INSTANCE sqlalchemy.Session"),
        ("other.connect()", "INSTANCE sqlalchemy.Engine"),
        ("other.begin()", "INSTANCE sqlalchemy.Engine"),
        ("c.execute(1)", "INSTANCE sqlalchemy.Connection"),
        ("psycopg2.connect(URL)", None),
        ("psycopg.connect(URL)", None),
        ("psycopg.Connection.connect(URL)", None),
    ],
)
def test_blocking_calls_wait_for_the_database_in_their_own_thread(line: str, owner: str | None) -> None:
    assert blocking(small(SYNC, f"async def f(c: Connection): {line}")) == [(line, owner)]


@pytest.mark.parametrize(
    "line",
    [
        "session.add(1)",
        "session.close()",
        "other.dispose()",
        "engine.connect()",
        "SessionLocal().execute(1)",
        "unknown.execute(1)",
        "await session.execute(1)",
        "execute(1)",
        "psycopg.AsyncConnection.connect(URL)",
        "unknown.connect(URL)",
    ],
)
def test_other_calls_do_not_block(line: str) -> None:
    assert blocking(small(SYNC, f"async def f(c: Connection): {line}")) == []


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        ("from sqlalchemy.orm import Session", ["sqlalchemy"]),
        ("from sqlalchemy import orm\nSession = orm.Session", ["sqlalchemy"]),
        ("import sqlalchemy.orm\nSession = sqlalchemy.orm.Session", ["sqlalchemy"]),
        ("import sqlmodel\nSession = sqlmodel.Session", ["sqlmodel"]),
        ("from sqlmodel import Session", ["sqlmodel"]),
        ("from other import Session", []),
    ],
)
def test_sessions_block_however_they_are_imported(head: str, wanted: list[str]) -> None:
    found = project(f"{head}\ndef f(s: Session): s.execute(1)")
    assert blocking(found) == [("s.execute(1)", f"INSTANCE {library}.Session") for library in wanted]


@pytest.mark.parametrize(
    ("head", "is_looked_for"),
    [
        ("from sqlalchemy.orm import Session", True),
        ("import sqlalchemy", True),
        ("import os", False),
        ("from sqlalchemy import text", False),
        ("from other import Session", False),
    ],
)
def test_synchronous_sessions_are_looked_for_where_an_import_tells_of_them(head: str, is_looked_for: bool) -> None:
    found = small(head, "async def f(s: AsyncSession): s.sync_session.execute(1)")
    assert bool(blocking(found)) is is_looked_for


def test_each_async_function_that_leads_to_a_helper_is_a_proof() -> None:
    text = """
        def look(): pass
        def two(): look()
        @app.get('/1')
        async def first(): look()
        @app.get('/2')
        async def second(): two()
        @app.get('/3')
        def threaded(): look()
        async def nobody(): look()
    """
    found = small(HEAD, text)
    proofs = found.loop.of(function(found, "look"))
    assert sorted(item.root.name for item in proofs) == ["first", "second"]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("await s.execute(1)", True),
        ("x = await s.scalar(1)", True),
        ("x = (await s.scalars(1)).all()", True),
        ("await s.commit(); await s.refresh(x)", True),
        ("", False),
        ("s.add(x)", False),
        ("await s.execute(1); await s.commit()", False),
        ("await s.execute(1); await s.rollback()", False),
        ("await s.execute(1); await s.close()", False),
        ("await other.execute(1)", False),
        ("if x: await s.execute(1)", False),
        ("async def inner(): await s.execute(1)", False),
    ],
)
def test_a_connection_is_held_after_a_statement_and_until_the_transaction_ends(lines: str, wanted: bool) -> None:
    body = "".join(f"    {line}\n" for line in lines.splitlines())
    found = small(HEAD, f"async def f(s: AsyncSession, x):\n{body}    look()\n    await s.execute(2)")
    assert found.loop.connection_held_at(call(found, "look")) == ("s" if wanted else None)
