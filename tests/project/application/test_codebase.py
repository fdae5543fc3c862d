"""The words in which a project is asked: its calls, scopes, functions, roles, sessions and what is started."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Name
from async_db_lint.index.scopes import BlockKind
from async_db_lint.project.application.application import Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.libraries import library
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.surroundings import Surroundings
from async_db_lint.read.source import Role
from tests.project.inference.parts import ENGINE, SESSION, call, end, function, small
from tests.projects import described, project

MAIN = "if __name__ == '__main__': uvicorn.run(app)\n"


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("app.py", "", True),
        ("scripts/serve.py", f"import uvicorn\n{MAIN}", True),
        ("scripts/serve.py", "import hypercorn", True),
        ("scripts/serve.py", "import other", False),
        ("tests/test_app.py", f"import uvicorn\n{MAIN}", False),
        ("migrations/env.py", "import uvicorn", False),
    ],
)
def test_files_count_that_can_start_an_application(path: str, text: str, wanted: bool) -> None:
    assert (path in project({path: text}).counted) is wanted


def test_a_file_without_a_role_is_of_the_application() -> None:
    modules = project({"tests/a.py": "look()"}).modules
    found = Codebase(modules, {}, Names(modules), Surroundings())
    assert list(found.counted) == ["tests/a.py"]
    assert found.role(next(found.table.named("look"))) is Role.APPLICATION


CALLS = """
    session, raw = SessionLocal(), unknown
    session.execute(1)
    session.scalar(2)
    raw.execute(3)
    execute(4)
    go = session.execute
    go(5)
"""


@pytest.mark.parametrize(
    ("names", "on", "wanted"),
    [
        (("execute",), None, ["session.execute(1)", "raw.execute(3)", "execute(4)", "go(5)"]),
        (("execute",), library.SESSIONS, ["session.execute(1)"]),
        (("scalar", "execute"), library.SESSIONS, ["session.scalar(2)", "session.execute(1)"]),
        (("execute",), [library.ENGINE], []),
        (("execute",), [], []),
        (("missing",), None, []),
        ((), None, []),
    ],
)
def test_calls_are_found_by_name_and_by_what_they_are_called_on(
    names: tuple[str, ...], on: list[str] | None, wanted: list[str]
) -> None:
    found = small(CALLS)
    assert [spelled(item.call) for item in found.calls(*names, on=on)] == wanted


def test_a_renamed_method_is_no_method_of_its_own_name() -> None:
    found = small(
        """
        from db import execute as commit
        session = SessionLocal()
        session.commit()
        """,
        db="def execute(): pass",
    )
    assert [spelled(item.call) for item in found.calls("execute", on=library.SESSIONS)] == []


def test_calls_to_a_library_are_found_by_its_canonical_name() -> None:
    found = small(
        """
        from sqlalchemy import text
        from sqlalchemy.sql import text as sql
        from other import text as own
        text(1)
        sql(2)
        own(3)
        unknown.text(4)
        """
    )
    assert [spelled(item.call) for item in found.calls_to("sqlalchemy.text")] == ["text(1)", "sql(2)"]
    assert [spelled(item.call) for item in found.calls_to("other.text", "sqlalchemy.text")] == [
        "own(3)",
        "text(1)",
        "sql(2)",
    ]


def test_everything_of_all_files_is_gone_through() -> None:
    found = project(
        {
            "one.py": """
                class A:
                    async def f(self):
                        await first()
                        with lock: pass
            """,
            "two.py": "async def g(): return await second(), (lambda: 1), [_ for _ in URL]\n",
        }
    )
    assert [item.name for item in found.scopes()] == ["one.py", "A", "f", "two.py", "g", "<lambda>"]
    assert [item.name for item in found.functions()] == ["f", "g", "<lambda>"]
    assert [spelled(item.value) for item in found.awaits()] == ["first()", "second()"]
    assert {item.kind for item in found.blocks()} == {BlockKind.WITH, BlockKind.COMPREHENSION}


STARTED = """
    from fastapi import Depends, FastAPI
    def needed(): pass
    async def life(app): yield
    app = FastAPI(lifespan=life)
    @app.get("/")
    def route(x=Depends(needed)): pass
    @app.on_event("startup")
    def start(): pass
    @app.on_event("shutdown")
    def stop(): pass
    @app.websocket("/")
    def socket(): pass
    @app.middleware("http")
    def around(): pass
    def helper(): pass
    class Own: pass
"""


@pytest.mark.parametrize(
    ("name", "trigger", "is_per_request", "is_started"),
    [
        ("route", Trigger.ROUTE, True, True),
        ("needed", Trigger.DEPENDENCY, True, True),
        ("socket", Trigger.WEBSOCKET, True, True),
        ("around", Trigger.MIDDLEWARE, True, True),
        ("life", Trigger.LIFESPAN, False, True),
        ("start", Trigger.STARTUP, False, True),
        ("stop", Trigger.SHUTDOWN, False, True),
        ("helper", None, False, False),
    ],
)
def test_a_function_is_run_per_request_or_around_serving(
    name: str, trigger: Trigger | None, is_per_request: bool, is_started: bool
) -> None:
    found = project(STARTED)
    holder = function(found, name)
    assert [item for item in Trigger if holder in list(found.functions_run_as(item))] == ([trigger] if trigger else [])
    assert found.is_per_request(holder) is is_per_request
    assert found.is_started(holder) is is_started


def test_the_top_of_a_module_is_started_when_an_application_imports_it() -> None:
    found = project({"app.py": f"{STARTED}    import db\n", "db.py": "", "other.py": ""})
    assert {path: found.is_started(module) for path, module in found.modules.items()} == {
        "app.py": True,
        "db.py": True,
        "other.py": False,
    }
    assert not found.is_per_request(found.modules["app.py"])


@pytest.mark.parametrize(("path", "wanted"), [("app.py", True), ("tests/a.py", False), ("scripts/a.py", False)])
def test_an_item_is_in_the_application_by_its_file(path: str, wanted: bool) -> None:
    found = project({path: "def f(): look()"})
    assert found.is_in_application(function(found, "f")) is wanted
    assert found.is_in_application(call(found, "look")) is wanted
    assert (found.role(call(found, "look")) is Role.APPLICATION) is wanted


def test_values_are_asked_at_a_call_an_await_or_a_place() -> None:
    found = small(
        """
        async def f():
            x = engine
            await look()
            x = SessionLocal
        """
    )
    [waiting] = found.awaits()
    at = call(found, "look")
    answers = [found.value(Name("x"), at), found.value(Name("x"), waiting), found.value_at(Name("x"), place_of(at))]
    assert [described(item) for item in answers] == [ENGINE] * 3
    assert found.value(None, at) is None
    assert found.value_at(Name("x"), end(found)) is None
    assert found.site(at).call is at


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("SessionLocal()", (True, False)),
        ("sqlmodel.ext.asyncio.session.AsyncSession(engine)", (True, False)),
        ("Session()", (False, True)),
        ("sqlmodel.Session()", (False, True)),
        ("engine", (False, False)),
        ("unknown", (False, False)),
    ],
)
def test_sessions_are_told_from_synchronous_ones(text: str, wanted: tuple[bool, bool]) -> None:
    found = small("import sqlmodel\nfrom sqlalchemy.orm import Session", f"x = {text}")
    value = found.value_at(Name("x"), end(found))
    assert (found.is_session(value), found.is_sync_session(value)) == wanted
    assert found.is_a(value, library.SESSION) is wanted[0]


def test_a_member_of_a_value_is_known() -> None:
    found = small("x = SessionLocal()")
    session = found.value_at(Name("x"), end(found))
    assert session is not None
    assert described(found.member(session, "sync_session")) == "INSTANCE sqlalchemy.Session"
    assert found.member(session, "missing") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = SessionLocal()\ndef f(): x.look()", True),
        ("x = SessionLocal()\nx.look()", True),
        (
            """
            def f():
                x = SessionLocal()
                x.look()
            """,
            False,
        ),
        ("def f(x: AsyncSession): x.look()", False),
        ("def f(x: AsyncSession):\n    def g(): x.look()", False),
        ("x = engine\ndef f(): x.look()", False),
        ("def f(): x.look()", False),
        ("def f(): SessionLocal().look()", False),
        ("def f(): look()", False),
    ],
)
def test_a_session_of_a_module_is_bound_outside_of_functions(text: str, wanted: bool) -> None:
    found = small(text)
    assert found.is_on_session_of_module(call(found, "look")) is wanted


@pytest.mark.parametrize(
    ("text", "is_local", "is_bound_locally"),
    [
        ("x = 1\ndef f(): look()", False, False),
        ("def f(x): look()", True, True),
        ("def f(x):\n    def g(): look()", True, True),
        (
            """
            class A:
                x = 1
                look()
            """,
            False,
            True,
        ),
        ("def f(): look()", True, False),
    ],
)
def test_a_name_is_local_to_the_function_or_class_that_binds_it(
    text: str, is_local: bool, is_bound_locally: bool
) -> None:
    found = project(text)
    place = place_of(call(found, "look"))
    assert found.is_local(Name("x"), place) is is_local
    assert found.is_bound_locally(Name("x"), place) is is_bound_locally


def test_a_session_is_known_by_name() -> None:
    found = small("""
        async def f():
            async with SessionLocal() as x:
                look()
    """)
    assert described(found.value(Name("x"), call(found, "look"))) == SESSION
