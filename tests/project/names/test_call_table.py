"""Calls, assignments and definitions by their last name, also under the names by which they are imported."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Name
from async_db_lint.project.names.call_table import CallTable


def table(*texts: str) -> CallTable:
    """The table of some files, named by letters."""
    return CallTable(
        [index(f"{letter}.py", dedent(text).encode()) for letter, text in zip("abcd", texts, strict=False)]
    )


def where(found: CallTable, name: str) -> list[tuple[str, int]]:
    """The file and line of each call of a name."""
    return [(call.path, call.span.line) for call in found.named(name)]


def test_calls_are_found_by_their_last_name_in_every_file_and_scope() -> None:
    first = """
        make()
        a.b.make()
        def f():
            make()
            class A:
                x = lambda: make()
    """
    assert sorted(where(table(first, "make(make())"), "make")) == [
        ("a.py", 2),
        ("a.py", 3),
        ("a.py", 5),
        ("a.py", 7),
        ("b.py", 1),
        ("b.py", 1),
    ]


@pytest.mark.parametrize("text", ["make", "make.other()", "make()()", "make[0]()", "other(make=1)", ""])
def test_what_is_no_call_of_the_name_is_not_found(text: str) -> None:
    assert len(where(table(text), "make")) == text.count("make()")


@pytest.mark.parametrize(
    "text",
    [
        "from lib import make as build\nbuild()",
        "build = make\nbuild()",
        "build = lib.make\nlib.build()",
    ],
)
def test_calls_are_found_under_the_name_by_which_a_file_imports(text: str) -> None:
    found = table(text)
    assert found.spellings("make") == ("make", "build")
    assert where(found, "make") == [("a.py", 2)]


def test_a_name_of_one_file_is_looked_for_in_all() -> None:
    found = table("from lib import make as build", "from a import build", "build()\nmake()")
    assert sorted(where(found, "make")) == [("c.py", 1), ("c.py", 2)]


@pytest.mark.parametrize("text", ["from lib import make", "make = make", "build = make()", "import make as build", ""])
def test_a_name_that_nobody_renames_has_one_spelling(text: str) -> None:
    assert table(text).spellings("make") == ("make",)


def test_a_name_that_is_local_to_a_function_is_no_spelling() -> None:
    text = """
        def f():
            build = make
    """
    assert table(text).spellings("make") == ("make",)


def test_targets_are_found_by_attribute_and_items_by_an_empty_name() -> None:
    text = """
        def f():
            b.x = 2
            c[0] = 3
    """
    found = table("a.x = 1", text)
    assert [(scope.name, target.owner) for scope, target in found.targets("x")] == [
        ("a.py", Name("a")),
        ("f", Name("b")),
    ]
    assert [target.owner for _, target in found.targets("")] == [Name("c")]
    assert found.targets("y") == []


def test_functions_and_classes_are_listed() -> None:
    text = """
        def f():
            class A:
                def g(self): pass
        class B: pass
        lambda: 1
    """
    found = table(text, "def h(): pass")
    assert {item.name for item in found.functions} == found.function_names == {"f", "g", "h", "<lambda>"}
    assert {item.name for item in found.classes} == {"A", "B"}


def test_a_table_without_files_finds_nothing() -> None:
    found = table()
    assert (where(found, "make"), found.targets("x"), found.functions, found.classes) == ([], [], [], [])
