"""Names looked up from a place, what one binding gives, and what is put into a collection."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Attribute, Name, Subscript
from async_db_lint.project.inference.lookup import (
    binding_value,
    bound_value,
    items_of,
    name_value,
    target_value,
)
from async_db_lint.project.names.names import Found, LibraryName, Package
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.values import Kind
from async_db_lint.project.project import Project
from tests.project.inference.parts import ENGINE, FACTORY, SESSION, call, end, function, of, small
from tests.projects import described


def looked(found: Project, name: str = "x") -> str | None:
    """What a name is where `look()` is called."""
    return described(name_value(found.inference, name, place_of(call(found, "look"))))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = engine\nlook()", ENGINE),
        ("look()\nx = engine", ENGINE),
        ("x = engine\ndef f(): look()", ENGINE),
        (
            """
            x = engine
            x = SessionLocal
            look()
            """,
            FACTORY,
        ),
        (
            """
            x = engine
            look()
            x = SessionLocal
            """,
            ENGINE,
        ),
        (
            """
            x = engine
            x = SessionLocal
            def f(): look()
            """,
            None,
        ),
        (
            """
            x = None
            x = engine
            def f(): look()
            """,
            ENGINE,
        ),
        ("x = None\nlook()", None),
        ("x = x\nlook()", None),
        (
            """
            x = y
            y = x
            look()
            """,
            None,
        ),
        ("import x\nlook()", "LIBRARY x"),
        ("def x(): pass\nlook()", "FUNCTION x"),
        ("class x: pass\nlook()", "CLASS x"),
        ("def f(x: AsyncSession): look()", SESSION),
        ("x: AsyncSession\nlook()", SESSION),
        ("x: AsyncSession = unknown()\nlook()", SESSION),
        (
            """
            from somewhere import thing
            x: AsyncSession = thing()
            look()
            """,
            SESSION,
        ),
        (
            """
            from somewhere import thing
            x: unknown = thing()
            look()
            """,
            "FOREIGN somewhere.thing",
        ),
        ("x: AsyncSession = engine\nlook()", ENGINE),
        (
            """
            class A:
                x = engine
                look()
            """,
            ENGINE,
        ),
        (
            """
            class A:
                x = engine
                def f(self): look()
            """,
            None,
        ),
        ("from elsewhere import *\nlook()", None),
        ("look()", None),
    ],
)
def test_a_name_is_what_is_bound_to_it_where_it_is_read(text: str, wanted: str | None) -> None:
    assert looked(small(text)) == wanted


@pytest.mark.parametrize(
    ("text", "name", "wanted"),
    [
        ("look()", "print", "LIBRARY builtins.print"),
        ("print = engine\nlook()", "print", ENGINE),
        ("from db import *\nlook()", "print", FACTORY),
        ("from db import *\nlook()", "own", FACTORY),
        (
            """
            from db import *
            own = engine
            look()
            """,
            "own",
            ENGINE,
        ),
        ("from db import own\nlook()", "own", FACTORY),
        ("import db\nlook()", "db", "MODULE db.py"),
        ("from db import missing\nlook()", "missing", None),
        ("look()", "own", None),
    ],
)
def test_beyond_its_scopes_a_name_comes_from_stars_and_then_from_builtins(
    text: str, name: str, wanted: str | None
) -> None:
    db = """
        from sqlalchemy.ext.asyncio import async_sessionmaker
        own = print = async_sessionmaker()
    """
    assert looked(small(text, db=db), name) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[look() for x in [engine]]", ENGINE),
        ("x = SessionLocal\n[look() for x in [engine]]", ENGINE),
        ("x = SessionLocal\n[look() for y in [engine]]", FACTORY),
        ("{1: look() for x in [engine] if x}", ENGINE),
        ("[look() for y in [[engine]] for x in [engine]]", ENGINE),
        ("[[look() for z in []] for x in [engine]]", ENGINE),
        ("[[look() for x in [engine]] for x in [SessionLocal]]", ENGINE),
        ("[look() for x in unknown]", None),
        ("x = [engine]\n[look() for x in x]", ENGINE),
    ],
)
def test_a_comprehension_binds_its_names_inside_only(text: str, wanted: str | None) -> None:
    assert looked(small(text)) == wanted


def test_what_a_comprehension_binds_is_not_seen_after_it() -> None:
    assert looked(small("[x for x in [engine]]\nlook()")) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = None\nx = engine", ENGINE),
        ("x = engine\nx = create_async_engine(URL)", ENGINE),
        ("x = engine\nx = unknown", None),
        ("x = unknown\nx = engine", None),
        ("x = engine\nx = SessionLocal", None),
        ("x = None", None),
    ],
)
def test_several_bindings_are_one_value_when_all_but_none_agree(text: str, wanted: str | None) -> None:
    found = small(text)
    module = found.modules["app.py"]
    assert described(bound_value(found.inference, module, module.bindings["x"])) == wanted


def test_several_bindings_have_all_their_origins() -> None:
    found = small("x = engine\nx = create_async_engine(URL)")
    module = found.modules["app.py"]
    value = bound_value(found.inference, module, module.bindings["x"])
    assert value is not None
    assert {item.span.line for item in value.origins} == {3, 7}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x = engine", ["engine", "x"]),
        ("class A: pass\nx = A()", ["x"]),
        ("x = SessionLocal.begin", []),
        ("x = lambda: 1", []),
        ("x = [engine]", []),
    ],
)
def test_a_binding_is_a_step_of_an_object_only(text: str, wanted: list[str]) -> None:
    found = small(text)
    module = found.modules["app.py"]
    value = binding_value(found.inference, module, module.bindings["x"][0])
    assert value is not None
    assert [step.text for step in value.chain] == wanted


def test_a_step_tells_the_file_and_the_statement() -> None:
    found = small(
        "import db\nx = db.made", db="from sqlalchemy.ext.asyncio import AsyncSession\nmade = AsyncSession()\n"
    )
    module = found.modules["app.py"]
    value = binding_value(found.inference, module, module.bindings["x"][0])
    assert value is not None
    assert [(step.path, step.span.line, step.text) for step in value.chain] == [
        ("db.py", 2, "made"),
        ("app.py", 7, "x"),
    ]


def test_a_target_is_what_an_import_leads_to() -> None:
    found = small(
        """
        x = None
        x = engine
        y = unknown
        """,
        db="",
    )
    module = found.modules["app.py"]
    asked = {
        "library": target_value(found.inference, LibraryName("somewhere.thing")),
        "module": target_value(found.inference, found.modules["db.py"]),
        "package": target_value(found.inference, Package("pack")),
        "known": target_value(found.inference, Found(module, tuple(module.bindings["x"]))),
        "unknown": target_value(found.inference, Found(module, tuple(module.bindings["y"]))),
    }
    assert {name: value and value.kind for name, value in asked.items()} == {
        "library": Kind.LIBRARY,
        "module": Kind.MODULE,
        "package": Kind.MODULE,
        "known": Kind.INSTANCE,
        "unknown": None,
    }


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("cache[1] = engine", ENGINE),
        ("cache[1] = engine\ncache[2] = create_async_engine(URL)", ENGINE),
        ("def put():\n    cache[1] = engine", ENGINE),
        (
            """
            class A:
                def put(self):
                    self.cache[1] = engine
            """,
            ENGINE,
        ),
        ("cache[1] = engine\nother[1] = SessionLocal", ENGINE),
        ("cache[1] = engine\ncache[2] = SessionLocal", None),
        ("cache[1] = engine\ncache[2] = unknown", None),
        ("cache[1] = unknown\ncache[2] = engine", None),
        ("cache[1][2] = engine", None),
        ("cache()[1] = engine", None),
        ("cache[1] = cache[2]", None),
        ("", None),
    ],
)
def test_items_of_a_collection_are_what_its_file_puts_there(text: str, wanted: str | None) -> None:
    found = small(text, db="cache = {}\ncache[1] = 2\n")
    assert described(items_of(found.inference, Name("cache"), end(found))) == wanted


@pytest.mark.parametrize("attribute", [False, True])
def test_a_collection_is_known_by_its_last_name(attribute: bool) -> None:
    found = small("cache[1] = engine")
    owner = Attribute(Name("self"), "cache") if attribute else Name("cache")
    assert described(items_of(found.inference, owner, end(found))) == ENGINE


def test_a_name_that_is_bound_anew_is_another_thing_at_each_place() -> None:
    found = small("\n".join(["x = engine\nlook(x)", "x = SessionLocal\nlook(x)"] * 20))
    places = [place_of(item) for item in found.table.named("look")]
    assert [described(name_value(found.inference, "x", place)) for place in places] == [ENGINE, FACTORY] * 20


def test_a_collection_without_a_name_has_no_items() -> None:
    found = small("cache[1] = engine")
    assert items_of(found.inference, Subscript(Name("cache"), Name("cache")), end(found)) is None


def test_items_of_another_file_do_not_count() -> None:
    found = small("", db="from app import engine\ncache[1] = engine\n")
    assert items_of(found.inference, Name("cache"), end(found)) is None
    assert described(items_of(found.inference, Name("cache"), end(found, "db.py"))) == ENGINE


def test_a_function_of_the_class_around_is_not_seen_by_its_bare_name() -> None:
    found = small(
        """
        class A:
            def x(self): pass
            def f(self): look()
        """
    )
    assert looked(found) is None
    assert function(found, "x").owner is not None


def test_a_function_sees_what_the_functions_around_it_bind() -> None:
    text = """
        def outer(y: AsyncSession):
            def f():
                x = y
    """
    assert of(text) == SESSION
