"""A call and what is known about it: where it stands, what it is called on, what it gives."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Literal, Name, Usage
from async_db_lint.index.scopes import BlockKind
from async_db_lint.project.application.call_site import CallSite, enclosing_function
from async_db_lint.project.names.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.read.source import Role
from tests.project.inference.parts import ENGINE, SESSION, call, function, small
from tests.projects import described, project


def site(found: Project, name: str = "look") -> CallSite:
    return CallSite(call(found, name), found.application)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("look()", None),
        ("def f(): look()", "f"),
        ("def f(): return lambda: look()", "f"),
        ("def f(): return lambda: lambda: look()", "f"),
        ("lambda: look()", None),
        ("class A: look()", None),
        ("class A:\n    key = lambda: look()", None),
        ("def f():\n    class A: look()", None),
        ("def f():\n    def g(): look()", "g"),
    ],
)
def test_a_lambda_is_asked_for_the_function_around_it(text: str, wanted: str | None) -> None:
    found = project(text)
    answers = [site(found).function, enclosing_function(site(found).scope)]
    assert [getattr(item, "name", None) for item in answers] == [wanted, wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("async def f(): look()", True),
        (
            """
            async def f():
                for _ in URL:
                    if URL: look()
            """,
            True,
        ),
        ("def f(): look()", False),
        ("look()", False),
        ("class A: look()", False),
        ("async def f(): return [look() for _ in URL]", False),
        ("async def f(): return lambda: look()", False),
        ("async def f():\n    def g(): look()", False),
    ],
)
def test_await_may_stand_in_an_async_function_itself(text: str, wanted: bool) -> None:
    assert site(project(text)).can_await is wanted


def test_a_site_tells_where_its_call_stands() -> None:
    found = project({"shop/db.py": "def f():\n    with lock: value = look(1)\n"})
    found_site = site(found)
    assert (found_site.name, found_site.path, found_site.span.line) == ("look", "shop/db.py", 2)
    assert found_site.usage is Usage.BOUND
    assert found_site.block.kind is BlockKind.WITH
    assert found_site.scope is function(found, "f")
    assert found_site.place == place_of(found_site.call)


def test_a_call_without_a_name_has_an_empty_one() -> None:
    found = project("make()()\n")
    names = sorted(CallSite(item, found.application).name for item in found.modules["app.py"].calls)
    assert names == ["", "make"]


def test_sites_are_equal_when_they_are_of_one_call() -> None:
    found = project("look()\nother()\n")
    assert site(found) == site(found)
    assert len({site(found), site(found), site(found, "other")}) == 2
    assert site(found) != site(found, "other")
    assert site(found) != site(found).call


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("app.py", Role.APPLICATION),
        ("tests/a.py", Role.TEST),
        ("migrations/a.py", Role.MIGRATION),
        ("scripts/a.py", Role.SCRIPT),
    ],
)
def test_a_site_has_the_role_of_its_file(path: str, wanted: Role) -> None:
    found = site(project({path: "look()"}))
    assert found.role is wanted
    assert found.is_in_application is (wanted is Role.APPLICATION)


@pytest.mark.parametrize(("head", "wanted"), [("import db", True), ("import other", False)])
def test_a_module_that_an_application_imports_is_known(head: str, wanted: bool) -> None:
    found = project({"db.py": "look()", "app.py": f"import fastapi; {head}\napp = fastapi.FastAPI()"})
    assert site(found).is_imported_by_application is wanted


@pytest.mark.parametrize(
    ("text", "owner", "gives", "library", "method", "target"),
    [
        ("engine.look()", ENGINE, None, None, None, None),
        ("SessionLocal().commit()", SESSION, "COROUTINE", None, "sqlalchemy.AsyncSession.commit", None),
        ("create_async_engine(URL)", None, ENGINE, "sqlalchemy.create_async_engine", None, None),
        ("own()", None, ENGINE, None, None, "own"),
        ("a.go()", "OBJECT A", ENGINE, None, None, "go"),
        ("unknown()", None, None, None, None, None),
        ("unknown.go()", None, None, None, None, None),
    ],
)
def test_a_site_tells_what_is_called(
    text: str, owner: str | None, gives: str | None, library: str | None, method: str | None, target: str | None
) -> None:
    head = """
        def own(): return engine
        class A:
            def go(self): return engine
        a = A()
    """
    found = small(head, f"def f(): {text}")
    [last] = [item for item in function(found, "f").calls if item.usage is Usage.STATEMENT]
    answer = CallSite(last, found.application)
    assert {
        "owner": described(answer.owner),
        "gives": described(answer.gives),
        "library": answer.library_name,
        "method": answer.method_name,
        "target": getattr(answer.target, "name", None),
    } == {"owner": owner, "gives": gives, "library": library, "method": method, "target": target}


def test_arguments_and_options_are_those_of_the_call() -> None:
    found = small("OPTIONS = {'echo': True}\nlook(engine, size=1, **OPTIONS)\n")
    answer = site(found)
    assert answer.argument("first", 0) == Name("engine")
    assert answer.argument("first") is None
    assert answer.argument("size") == Literal(1)
    assert answer.argument("echo") is None
    assert answer.option("echo").value == Literal(True)
    assert described(answer.value_of(answer.argument("first", 0))) == ENGINE
    assert answer.value_of(None) is None
