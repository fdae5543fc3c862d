"""The trees that a fix is made from: functions, lines and statements of any file, and what stands around a node."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.index.build import index
from async_db_lint.index.expressions import Call, Span
from async_db_lint.index.scopes import Function, Module
from async_db_lint.read.sources import Sources
from async_db_lint.rule import cst
from async_db_lint.rule.cst_units import read_statement
from async_db_lint.rule.syntax import Syntax


class Opened:
    """Two files, their indexes, and the syntax that a finding at the call of `f` in the first would get."""

    def __init__(self, text: str, other: str = "") -> None:
        self.sources = Sources({"app.py": dedented(text), "other.py": dedented(other)})
        self.module, self.other = (index(path, self.sources(path).data) for path in ("app.py", "other.py"))
        self.call = call_of(self.module, "f")
        unit = read_statement(self.sources("app.py"), self.call.statement)
        assert unit is not None
        self.unit = unit
        self.syntax = Syntax(self.sources, unit)
        node = unit.find(self.call.span, "Call")
        assert isinstance(node, cst.Call)
        self.node = node


def dedented(text: str) -> bytes:
    return dedent(text).lstrip("\n").encode()


def call_of(module: Module, name: str) -> Call:
    (found,) = [call for scope in module.inner() for call in scope.calls if call.method == name]
    return found


def function_of(module: Module, name: str) -> Function:
    (found,) = [scope for scope in module.inner() if isinstance(scope, Function) and scope.name == name]
    return found


def test_the_node_around_another_is_known() -> None:
    opened = Opened("x = g(f(1))")
    around = opened.syntax.parent(opened.node)
    assert isinstance(around, cst.Arg)
    assert opened.syntax.parent(opened.unit.module) is None


def test_the_nearest_node_of_some_classes_is_found() -> None:
    opened = Opened("x = g(h(f(1)))")
    found = opened.syntax.around(opened.node, cst.Call)
    assert found is not None
    assert code_of(found) == "h(f(1))"
    assert isinstance(opened.syntax.around(opened.node, cst.If, cst.Assign), cst.Assign)
    assert opened.syntax.around(opened.node, cst.If) is None


def test_a_node_that_was_never_read_has_nothing_around_it() -> None:
    opened = Opened("x = f(1)")
    stranger = cst.Name("y")
    assert opened.syntax.parent(stranger) is None
    assert opened.syntax.around(stranger, cst.Call) is None
    assert opened.syntax.at(stranger, opened.call.span, cst.Call) is None


def test_a_node_is_found_at_a_span_of_its_file() -> None:
    opened = Opened("x = f(1)")
    assert opened.syntax.at(opened.node, opened.call.span, cst.Call) is opened.node
    assert opened.syntax.at(opened.node, opened.call.span, cst.Name) is None
    assert opened.syntax.at(opened.node, Span(1, 0, 1, 3), cst.Call) is None


FUNCTIONS = """
    x = f(1)

    @one
    async def top(a):
        return a

    class A:
        def inner(self):
            return 1
"""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("top", "@one\nasync def top(a):\n    return a"),
        ("inner", "def inner(self):\n    return 1"),
    ],
)
def test_a_function_is_read_wherever_it_stands(name: str, code: str) -> None:
    opened = Opened(FUNCTIONS)
    found = opened.syntax.function(function_of(opened.module, name))
    assert found is not None
    assert code_of(found).strip() == code


def test_a_function_of_another_file_is_read() -> None:
    opened = Opened("x = f(1)", "def there():\n    return 1\n")
    found = opened.syntax.function(function_of(opened.other, "there"))
    assert found is not None
    assert found.name.value == "there"


def test_a_function_is_read_once() -> None:
    opened = Opened(FUNCTIONS)
    function = function_of(opened.module, "top")
    assert opened.syntax.function(function) is opened.syntax.function(function)
    assert len(opened.syntax.units) == 2


def test_a_lambda_is_no_function_to_be_read() -> None:
    opened = Opened("x = f(1)\ny = lambda: 1\n")
    (function,) = [scope for scope in opened.module.inner() if isinstance(scope, Function)]
    assert opened.syntax.function(function) is None


def test_a_function_that_libcst_cannot_read_is_none() -> None:
    deep = "[" * 80 + "]" * 80
    opened = Opened(f"x = f(1)\ndef g():\n    return {deep}\n")
    assert opened.syntax.function(function_of(opened.module, "g")) is None


LINES = """
    import a
    # why
    # and how
    x = f(1)
    y = g(2); z = 3
"""


def test_a_line_is_read_with_the_comments_above() -> None:
    opened = Opened(LINES)
    found = opened.syntax.line("app.py", opened.call.statement)
    assert found is not None
    assert code_of(found) == "# why\n# and how\nx = f(1)\n"


def test_a_line_that_holds_other_code_is_not_read() -> None:
    opened = Opened(LINES)
    assert opened.syntax.line("app.py", call_of(opened.module, "g").statement) is None
    assert opened.syntax.call_in_line(call_of(opened.module, "g")) is None


def test_a_line_that_libcst_cannot_read_is_none() -> None:
    opened = Opened("x = f(1)", f"y = g({'[' * 80}{']' * 80})\n")
    assert opened.syntax.line("other.py", call_of(opened.other, "g").statement) is None
    assert opened.syntax.call_in_line(call_of(opened.other, "g")) is None


def test_a_call_is_found_with_its_line() -> None:
    opened = Opened(LINES)
    found = opened.syntax.call_in_line(opened.call)
    assert found is not None
    line, call = found
    assert code_of(call) == "f(1)"
    assert opened.syntax.around(call, cst.SimpleStatementLine) is line


def test_a_statement_of_another_file_is_read() -> None:
    opened = Opened("x = f(1)", "URL = g(2)\n")
    found = opened.syntax.statement("other.py", call_of(opened.other, "g").statement)
    assert isinstance(found, cst.Module)
    assert found.code == "URL = g(2)\n"


def test_a_statement_that_cannot_stand_alone_is_not_read() -> None:
    opened = Opened("x = f(1)", "if a:\n    pass\nelif g(2):\n    pass\n")
    assert opened.syntax.statement("other.py", call_of(opened.other, "g").statement) is None


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("x = f(1)", 1),
        ("# why\nx = f(1)", 1),
        ("import a\n# why\n# how\nx = f(1)", 2),
        ("# why\n\nx = f(1)", 3),
        ("import a  # why\nx = f(1)", 2),
        ("if a:\n    # why\n    pass\nx = f(1)", 4),
    ],
)
def test_the_comments_right_above_a_line_belong_to_it(text: str, first: int) -> None:
    opened = Opened(text)
    assert opened.syntax.first_comment("app.py", opened.call.span.line) == first


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("x = f(1)", 2),
        ("\nx = f(1)", 2),
        ("import a\nimport b\nx = f(1)", 0),
        ("import a\n\nx = f(1)", 1),
        ("import a\n\n\nx = f(1)", 2),
        ("import a\n\n\n\nx = f(1)", 2),
        ("import a\n\n# why\nx = f(1)", 1),
        ("import a\nimport b\n# why\nx = f(1)", 0),
    ],
)
def test_empty_lines_are_counted_above_a_line_and_its_comments(text: str, blank: int) -> None:
    opened = Opened(text)
    assert opened.syntax.blank_above("app.py", opened.call.span.line) == blank
