"""Units of code: what LibCST reads of a file, what it leaves alone, and where each node stands in the file."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.index.build import index
from async_db_lint.index.expressions import Call, Span
from async_db_lint.read.source import Source
from async_db_lint.rule import cst
from async_db_lint.rule.cst_units import (
    MAX_UNIT,
    Unit,
    is_readable,
    read_expression,
    read_function,
    read_lines,
    read_statement,
    statement_text,
)
from async_db_lint.rule.flatness import MAX_BRACKETS


def source_of(text: str) -> Source:
    return Source("app.py", dedent(text).lstrip("\n").encode())


def call_of(source: Source, name: str = "f") -> Call:
    """The call of a name in a file."""
    module = index(source.path, source.data)
    (found,) = [call for scope in module.inner() for call in scope.calls if call.method == name]
    return found


def code(unit: Unit | None) -> str | None:
    return None if unit is None else unit.module.code


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("x = f(1)  # why", "x = f(1)\n"),
        ("x = 1; y = f(2); z = 3", "       y = f(2)\n"),
        ("if a: f(1)", "      f(1)\n"),
        ("with f(1) as a, b: pass", "with f(1) as a, b: pass\n"),
        ("with f(1):\n    pass", "with f(1):\n    pass\n"),
        ("while f(1):\n    pass", "while f(1):\n    pass\n"),
        ("class A(f(1)):\n    pass", "class A(f(1)):\n    pass\n"),
        ("x = (\n    f(1)\n)", "x = (\n    f(1)\n)\n"),
        ("if True:\n    x = f(1)", "    x = f(1)\n"),
        ("if a:\n    pass\nelif f(1):\n    pass", None),
        ("match f(1):\n    case 1: pass", None),
    ],
)
def test_a_statement_is_read_alone_or_as_its_header(text: str, unit: str | None) -> None:
    source = source_of(text)
    assert statement_text(source, call_of(source).statement) == unit


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = f(1)", (1, 4, 1, 8)),
        ("a = 1\n\nx = f(1)", (3, 4, 3, 8)),
        ("if True:\n    x = f(1)", (2, 8, 2, 12)),
        ("x = (\n    1,\n    f(1),\n)", (3, 4, 3, 8)),
        ("with f(1) as a:\n    pass", (1, 5, 1, 9)),
        ("s = 'é'; x = f(1)", (1, 13, 1, 17)),
    ],
)
def test_a_node_of_a_statement_stands_where_the_file_has_it(text: str, place: tuple[int, int, int, int]) -> None:
    source = source_of(text)
    call = call_of(source)
    unit = read_statement(source, call.statement)
    assert unit is not None
    node = unit.find(call.span, "Call")
    assert node is not None
    assert code_of(node) == "f(1)"
    assert unit.range_of(node) == place


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("x = f(1)", "x = f(1)"),
        ("with f(1) as a: pass", "with f(1) as a: "),
        ("while f(1):\n    pass", "while f(1):\n    "),
    ],
)
def test_a_unit_knows_what_of_it_is_the_files_own(text: str, own: str) -> None:
    source = source_of(text)
    unit = read_statement(source, call_of(source).statement)
    assert unit is not None
    assert unit.module.code[: unit.offsets.extent] == own


@pytest.mark.parametrize("text", ["if a:\n    pass\nelif f(1):\n    pass", f"x = f({'[' * 80}{']' * 80})"])
def test_a_statement_that_cannot_stand_alone_or_is_too_deep_is_not_read(text: str) -> None:
    source = source_of(text)
    assert read_statement(source, call_of(source).statement) is None


def test_a_node_is_found_by_its_class_and_its_whole_span() -> None:
    source = source_of("x = f(1) + f(1)")
    (first, second) = index(source.path, source.data).calls
    unit = read_statement(source, first.statement)
    assert unit is not None
    assert unit.find(first.span, "Call") is not unit.find(second.span, "Call")
    assert unit.find(first.span, "Name") is None
    assert unit.find(Span(1, 4, 1, 7), "Call") is None


def test_a_header_is_found_by_its_class_alone() -> None:
    source = source_of("with f(1):\n    pass\n")
    unit = read_statement(source, call_of(source).statement)
    assert unit is not None
    assert isinstance(unit.find(Span(7, 0, 9, 0), "With"), cst.With)
    assert unit.find(Span(7, 0, 9, 0), "Call") is None


def test_a_node_of_another_unit_stands_nowhere() -> None:
    source = source_of("x = f(1)")
    unit = read_statement(source, call_of(source).statement)
    assert unit is not None
    assert unit.range_of(cst.Name("f")) is None


METHOD = """
    class A:
        @one
        async def m(self):
            return f(1)

    x = 1
"""


def test_a_function_is_read_with_its_decorators_and_its_indentation() -> None:
    source = source_of(METHOD)
    unit = read_function(source, 2, 4)
    assert unit is not None
    assert unit.module.code.endswith("    @one\n    async def m(self):\n        return f(1)\n")
    node = unit.find(Span(4, 15, 4, 19), "Call")
    assert node is not None
    assert unit.range_of(node) == (4, 15, 4, 19)


def test_a_function_is_read_in_the_indentation_of_its_file() -> None:
    unit = read_function(Source("app.py", b"class A:\n\tdef m(self):\n\t\treturn f(1)\n"), 2, 3)
    assert unit is not None
    assert unit.module.default_indent == "\t"
    assert unit.find(Span(3, 9, 3, 13), "Call") is not None


def test_a_function_that_is_indented_oddly_is_read_all_the_same() -> None:
    source = Source("app.py", b"if a:\n    pass\nclass A:\n   def m(self):\n      return f(1)\n")
    unit = read_function(source, 4, 5)
    assert unit is not None
    node = unit.find(Span(5, 13, 5, 17), "Call")
    assert node is not None
    assert unit.range_of(node) == (5, 13, 5, 17)


def test_lines_are_read_below_a_statement_of_our_own() -> None:
    source = source_of("import a\n# why\nx = f(1)\n")
    unit = read_lines(source, 2, 3)
    assert code(unit) == "pass\n# why\nx = f(1)\n"
    assert unit is not None
    node = unit.find(Span(3, 4, 3, 8), "Call")
    assert node is not None
    assert unit.range_of(node) == (3, 4, 3, 8)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("x = f(1) + 1", Span(1, 4, 1, 8)),
        ("x = (\n    f(\n        1\n    )\n)", Span(2, 4, 4, 5)),
        ("é = f(1)", Span(1, 5, 1, 9)),
    ],
)
def test_an_expression_is_read_alone(text: str, span: Span) -> None:
    source = source_of(text)
    unit = read_expression(source, span)
    assert unit is not None
    node = unit.find(span, "Call")
    assert node is not None
    start = (span.line, source.character(span.line, span.column))
    assert unit.range_of(node) == (*start, span.end_line, source.character(span.end_line, span.end_column))


@pytest.mark.parametrize("text", ["x = (", "x = f(1)) + 1"])
def test_what_is_no_code_is_not_read(text: str) -> None:
    assert read_expression(source_of(text), Span(1, 4, 1, len(text))) is None
    assert read_lines(source_of(text), 1, 1) is None


@pytest.mark.parametrize(
    ("text", "readable"),
    [
        ("x" * MAX_UNIT, True),
        ("x" * (MAX_UNIT + 1), False),
        ("[" * MAX_BRACKETS + "]" * MAX_BRACKETS, True),
        ("[" * (MAX_BRACKETS + 1) + "]" * (MAX_BRACKETS + 1), False),
        ("({[" * 21, False),
        ("[]" * 100, True),
        ("", True),
    ],
    ids=["long", "too long", "deep", "too deep", "too deep in brackets of each kind", "flat", "empty"],
)
def test_what_is_too_large_or_too_deep_is_not_read(text: str, readable: bool) -> None:
    assert is_readable(text) is readable
