"""LibCST confirms a suspect where CPython says the code is, or finds nothing there."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Span
from async_db_lint.read.sources import Sources
from async_db_lint.rule import cst
from async_db_lint.rule.suspect import Shape, Suspect, suspect
from async_db_lint.run.confirm import Confirmation, Seen
from async_db_lint.run.selection import Selection
from async_db_lint.settings.config import Config


def see(text: str, suspect: Suspect[cst.Call]) -> Seen | None:
    """What LibCST sees at a suspect's place in `a.py`."""
    return Confirmation(Sources({"a.py": text.encode()}), Selection.of(Config()), ()).see(suspect)


def sight_of(text: str, name: str) -> tuple[int, int, int, int] | None:
    """Where LibCST sees the call of a name; None when it does not."""
    module = index("a.py", text.encode())
    call = next(call for scope in module.inner() for call in scope.calls if call.method == name)
    seen = see(text, suspect(call, ""))
    return None if seen is None else seen.unit.range_of(seen.node)


@pytest.mark.parametrize(
    "text",
    [
        "x = f(1)",
        """
        def g():
            return (
                f(1)
            )
        """,
        """
        if a:
            b()
        elif f(1):
            c()
        """,
        """
        try:
            a()
        except f(1):
            pass
        """,
        """
        match f(1):
            case 1: pass
        """,
        """
        async def g():
            async with f(1) as x:  # why
                pass
        """,
        """
        @f(1)
        def g(): pass
        """,
        "a(); f(1); b()",
        "if a: f(1)",
        "x = 'é' + f(1)",
        "class A(f(1)): pass",
        """
        def g():
        \tx = f(1)
        """,
    ],
)
def test_the_node_stands_where_cpython_says(text: str) -> None:
    source = dedent(text).lstrip("\n") + "\n"
    found = sight_of(source, "f")
    assert found is not None
    line, column, end_line, end_column = found
    assert source.splitlines()[line - 1][column:end_column] == "f(1)"
    assert line == end_line


def test_what_libcst_cannot_read_as_a_statement_is_read_as_an_expression_alone() -> None:
    assert sight_of("x = " + "(" * 70 + "f(1)" + ")" * 70 + "\n", "f") is not None


@pytest.mark.parametrize("argument", ["[" * 70 + "]" * 70, "'" + "a" * 70_000 + "'"], ids=["deep", "long"])
def test_what_libcst_should_not_be_given_is_not_read(argument: str) -> None:
    assert sight_of(f"x = f({argument})\n", "f") is None


def test_a_place_without_such_a_node_is_not_seen() -> None:
    text = "x = 1\n"
    statement = index("a.py", text.encode()).bindings["x"][0].statement
    nothing: Suspect[cst.Call] = Suspect("a.py", Span(1, 0, 1, 1), "", Shape("Call"), statement)
    assert see(text, nothing) is None
