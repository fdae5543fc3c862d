"""The code that a name stands for: through scopes, imports, re-exports and stars."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Attribute, Expr, Literal, Name
from async_db_lint.project.inference.definitions import bindings_of, definitions, written
from async_db_lint.project.names.places import Place, end_of, place_of
from async_db_lint.project.project import Project
from tests.project.inference.parts import call, cls, end, function, small
from tests.projects import project


def literals(found: Project, expr: Expr, place: Place) -> list[object]:
    """The literals that an expression is bound to."""
    return [item.value for item, _ in definitions(found.inference, expr, place) if isinstance(item, Literal)]


SCOPES = """
    x = 1
    def outer():
        x = 2
        def inner():
            look()
    class Holder:
        x = 3
        def method(self):
            look_past()
        look_in()
    def without(y): look_out()
    def taken():
        global x
        look_over()
        x = 5
"""


@pytest.mark.parametrize(
    ("name", "scope", "wanted"),
    [
        ("look", "outer", [2]),
        ("look_past", "app.py", [1, 5]),
        ("look_in", "Holder", [3]),
        ("look_out", "app.py", [1, 5]),
        ("look_over", "app.py", [1, 5]),
    ],
)
def test_a_name_is_bound_in_the_nearest_scope_that_is_seen(name: str, scope: str, wanted: list[int]) -> None:
    found = project(SCOPES)
    answer = bindings_of("x", place_of(call(found, name)))
    assert answer is not None
    holder, bindings = answer
    assert holder.name == scope
    assert [getattr(item.value, "value", None) for item in bindings] == wanted


def test_a_name_that_no_scope_binds_has_no_bindings() -> None:
    found = project(SCOPES)
    assert bindings_of("missing", place_of(call(found, "look"))) is None
    assert bindings_of("y", place_of(call(found, "look"))) is None


def test_in_its_own_scope_only_the_bindings_that_reach_a_place_count() -> None:
    found = project(
        """
        x = 1
        first()
        x = 2
        second()
        """
    )
    assert literals(found, Name("x"), place_of(call(found, "first"))) == [1]
    assert literals(found, Name("x"), place_of(call(found, "second"))) == [2]


def test_from_a_scope_inside_all_bindings_of_the_scope_around_count() -> None:
    found = project(
        """
        x = 1
        def f(): look()
        x = 2
        """
    )
    assert literals(found, Name("x"), place_of(call(found, "look"))) == [1, 2]


OTHERS = {
    "db.py": "url = 'one'\n",
    "again.py": "from db import url\n",
    "stars.py": "from db import *\n",
    "pack/__init__.py": "from .inside import url\n",
    "pack/inside.py": "url = 'two'\n",
}


@pytest.mark.parametrize(
    ("text", "expr", "wanted"),
    [
        ("from db import url", Name("url"), ["one"]),
        ("from db import url as own", Name("own"), ["one"]),
        ("from again import url", Name("url"), ["one"]),
        ("from stars import url", Name("url"), ["one"]),
        ("from db import *", Name("url"), ["one"]),
        ("import db", Attribute(Name("db"), "url"), ["one"]),
        ("import again", Attribute(Name("again"), "url"), ["one"]),
        ("import pack", Attribute(Name("pack"), "url"), ["two"]),
        ("import pack", Attribute(Attribute(Name("pack"), "inside"), "url"), ["two"]),
        (
            """
            if DEBUG:
                from db import url
            else:
                url = 'own'
            """,
            Name("url"),
            ["own", "one"],
        ),
        ("", Name("url"), []),
        ("from db import missing", Name("missing"), []),
        ("from db import *", Name("missing"), []),
        ("from somewhere import url", Name("url"), []),
        ("from somewhere import *", Name("url"), []),
        ("import db", Name("db"), []),
        ("import db", Attribute(Name("db"), "missing"), []),
        ("import somewhere", Attribute(Name("somewhere"), "url"), []),
        ("", Attribute(Name("missing"), "url"), []),
        ("def url(): pass", Name("url"), []),
        ("class A:\n    url = 'own'", Attribute(Name("A"), "url"), []),
        ("url: str", Name("url"), []),
        ("url = 'own'", Literal("own"), []),
    ],
)
def test_definitions_are_found_through_imports(text: str, expr: Expr, wanted: list[str]) -> None:
    found = project({**OTHERS, "app.py": text})
    assert literals(found, expr, end(found)) == wanted


def test_a_definition_comes_with_the_place_where_it_is_written() -> None:
    found = project({**OTHERS, "app.py": "from again import url\n"})
    [(_, place)] = definitions(found.inference, Name("url"), end(found))
    assert place.scope.module.path == "db.py"


def test_a_parameter_is_bound_but_has_no_definition() -> None:
    found = small("def f(x=1): look()\n")
    place = place_of(call(found, "look"))
    answer = bindings_of("x", place)
    assert answer is not None
    assert answer[0] is function(found, "f")
    assert definitions(found.inference, Name("x"), place) == []


def test_a_class_is_seen_by_what_stands_in_it_only() -> None:
    found = project(SCOPES)
    assert literals(found, Name("x"), end_of(cls(found, "Holder"))) == [3]
    assert literals(found, Name("x"), end_of(function(found, "method"))) == [1, 5]


ALIASED = """
    import sqlalchemy
    from other import THREE, text
    ONE = "one"
    TWO = ONE
    TWICE = "first"
    TWICE = "second"
    LOOP = LOOP
    def before(): use(TWICE)
    def changed():
        global SWITCHED
        SWITCHED = "changed"
    SWITCHED = "kept"
    def look(given, perhaps=None):
        if given:
            perhaps = "branch"
        local = "local"
        [comprehended(ONE) for ONE in given]
        look_here()
"""
OTHER = 'import sqlalchemy\nTHREE = "three"\ndef text(): ...\n'


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (Literal("itself"), "itself"),
        (Name("ONE"), "one"),
        (Name("TWO"), "one"),
        (Name("THREE"), "three"),
        (Name("local"), "local"),
        (Name("TWICE"), None),  # which one depends on when the function runs
        (Name("SWITCHED"), None),
        (Name("LOOP"), None),
        (Name("given"), None),
        (Name("perhaps"), None),
        (Name("text"), None),
        (Name("missing"), None),
        (Attribute(Name("sqlalchemy"), "text"), None),
    ],
)
def test_what_a_name_is_written_as_is_certain_or_not_said(expr: Expr, wanted: str | None) -> None:
    found = project({"app.py": ALIASED, "other.py": OTHER})
    answer = written(found.inference, expr, place_of(call(found, "look_here")))
    assert (answer.value if isinstance(answer, Literal) else None) == wanted


def test_a_comprehension_has_its_own_name() -> None:
    found = project({"app.py": ALIASED, "other.py": OTHER})
    assert written(found.inference, Name("ONE"), place_of(call(found, "comprehended"))) is None
