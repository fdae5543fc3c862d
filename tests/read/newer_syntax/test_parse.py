"""Newer syntax on any interpreter: the tree is that of the same code in older syntax, at the places of the file."""

from __future__ import annotations

import ast
import sys

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Opaque
from async_db_lint.index.scopes import Import
from async_db_lint.read.newer_syntax.nodes import TypeAlias
from async_db_lint.read.newer_syntax.parse import newer_tree
from tests.read.newer_syntax.samples import SAMPLES

OLD = (3, 11)


def parsed(text: str) -> ast.Module:
    tree = newer_tree(text.encode(), OLD)
    assert tree is not None
    return tree


@pytest.mark.parametrize(("newer", "older"), SAMPLES.values(), ids=SAMPLES)
def test_the_tree_is_that_of_older_syntax(newer: str, older: str) -> None:
    assert ast.unparse(parsed(newer)) == ast.unparse(unshown(ast.parse(older)))


def unshown(tree: ast.Module) -> ast.Module:
    """The tree without how f-strings show their values: that is no matter of the index."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue):
            node.conversion, node.format_spec = -1, None
    return tree


@pytest.mark.parametrize("newer", [newer for newer, _ in SAMPLES.values()], ids=SAMPLES)
@pytest.mark.parametrize("before", ["", "é = 'ü'\n"])
def test_every_name_stands_where_the_file_has_it(newer: str, before: str) -> None:
    text = before + newer
    lines = text.split("\n")
    for node in (node for node in ast.walk(parsed(text)) if isinstance(node, ast.Name)):
        assert lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode() == node.id


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the interpreter itself reads some of it")
@pytest.mark.parametrize("newer", [newer for newer, _ in SAMPLES.values()], ids=SAMPLES)
def test_the_tree_is_the_interpreters_own(newer: str) -> None:
    try:
        native = ast.parse(newer)
    except SyntaxError:
        pytest.skip("newer than the interpreter")
    assert places(parsed(newer)) == places(native)


def places(tree: ast.Module) -> list[tuple[str, int, int, int | None, int | None]]:
    """The statements and expressions of a tree, but type parameters, and what an f-string is made of."""
    left_out = (ast.Constant, ast.FormattedValue, ast.Tuple)
    parameters = {
        inner for node in ast.walk(tree) for item in getattr(node, "type_params", []) for inner in ast.walk(item)
    }
    return sorted(
        (type(node).__name__, node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        for node in ast.walk(unshown(tree))
        if isinstance(node, (ast.expr, ast.stmt)) and not isinstance(node, left_out) and node not in parameters
    )


@pytest.mark.parametrize(
    "text",
    ["type A = list[b]", "type A[T] = list[b]", "type A[\n  T: int = 3,\n] = list[b]", "x = 1; type \\\n A=list[b]"],
)
def test_a_type_statement_is_one(text: str) -> None:
    alias = parsed(text).body[-1]
    assert isinstance(alias, TypeAlias)
    assert (alias.name.id, ast.unparse(alias.value)) == ("A", "list[b]")
    module = index("a.py", text.encode())
    assert module.bindings["A"][-1].value is not None
    assert "ß" not in module.bindings


@pytest.mark.parametrize("text", ['x = t"{a} b {c["d"]}"', "x = t'{a}' t'{c[0]}'", 'x = f"{t"{a} {c}"}"[0]'])
def test_a_t_string_is_no_f_string(text: str) -> None:
    module = index("a.py", text.encode())
    assert {"a", "c"} <= module.mentions
    (binding,) = module.bindings["x"]
    if text[4] == "t":
        assert isinstance(binding.value, Opaque)


def test_a_lazy_import_is_an_import() -> None:
    module = index("a.py", b"def f(): pass\nlazy from a.b import c\n")
    (binding,) = module.bindings["c"]
    assert binding.value == Import("a.b", "c", 0)
    assert binding.statement.span[:2] == (2, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x = 1",
        "type = 3\ntype (4)\ntype in x\ntype[0] = 1\nlazy = type",
        "print 'x'",
        "x = (",
        "match a:\n    case [*b]: pass\n    case {**c}: pass",
        "try: a\nexcept (A, B) as c: d",
        "except = 3",
        "def f[T",
        "type A[] = 3",
        "x = t'{a'",
        "x = t'{}'",
        "x = t'{a}",
        "x = t'}'",
        "x = t'\n'",
        "x = " + "t'{" * 60 + "a" + "}'" * 60,
    ],
)
def test_what_is_not_newer_is_left_alone(text: str) -> None:
    assert newer_tree(text.encode(), (3, 12)) is None


@pytest.mark.parametrize("text", ["type A = (", "def f[T](a): b c", "x = t'{lambda: 1}'", "type A = 1\nprint 'x'"])
def test_what_no_python_reads_is_refused(text: str) -> None:
    with pytest.raises(SyntaxError):
        newer_tree(text.encode(), OLD)
    with pytest.raises(SyntaxError):
        index("a.py", text.encode())


def test_a_backslash_in_an_f_string_is_read() -> None:
    found = ast.dump(parsed("x = f'{\"\\n\".join(a)}'"))
    assert r"Constant(value='\n')" in found


def test_other_encodings_and_line_ends_keep_their_places() -> None:
    text = '# coding: latin-1\r\né = 1; type A = b\r\nx = (f"ü{c["d"]}"\r\n  )'
    tree = newer_tree(text.encode("latin-1"), OLD)
    assert tree is not None
    found = {node.id: (node.lineno, node.col_offset) for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert found == {"é": (2, 0), "A": (2, 13), "b": (2, 17), "x": (3, 0), "c": (3, 10)}
