"""Words for the part of a node: what each finds, and where it finds nothing."""

from __future__ import annotations

import libcst as cst
import pytest

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule.pointers import (
    argument,
    argument_of,
    header_item,
    keyword,
    keyword_of,
    whole,
    written_keyword,
)


def call(text: str) -> cst.Call:
    return cst.ensure_type(cst.parse_expression(text), cst.Call)


def written(node: cst.CSTNode | None) -> str | None:
    return None if node is None else code_of(node)


def test_the_whole_is_the_node_itself() -> None:
    node = call("f(1)")
    assert whole(node) is node


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("f(url, echo=True)", "echo=True"),
        ("f(url, echo=True, pool_size=1)", "echo=True, "),
        ("f(url)", "f(url)"),
        ("f(echo)", "f(echo)"),
        ("f(**{'echo': True})", "f(**{'echo': True})"),
    ],
)
def test_a_keyword_is_pointed_at_or_else_the_call(text: str, found: str) -> None:
    assert written(keyword("echo")(call(text))) == found


@pytest.mark.parametrize(("text", "found"), [("f(echo=True)", "echo=True"), ("f(echo)", None), ("f(**options)", None)])
def test_a_written_keyword_is_pointed_at_or_nothing(text: str, found: str | None) -> None:
    node = call(text)
    assert written(written_keyword("echo")(node)) == found
    assert written(keyword_of(node, "echo")) == found


@pytest.mark.parametrize(
    ("text", "position", "found"),
    [
        ("f(a, b)", 0, "a"),
        ("f(a, b)", 1, "b"),
        ("f(a)", 1, None),
        ("f()", 0, None),
        ("f(a, text=b)", 0, "b"),
        ("f(a, other=b)", 1, None),
        ("f(*a)", 0, None),
        ("f(*a, b)", 1, None),
        ("f(a, *b)", 0, "a"),
        ("f(**a)", 0, None),
        ("f(*a, text=b)", 0, "b"),
    ],
)
def test_an_argument_is_found_by_keyword_or_position(text: str, position: int, found: str | None) -> None:
    node = call(text)
    assert written(argument("text", position)(node)) == found
    assert written(argument_of(node, "text", position)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("with a() as b, c(): pass", "a()"),
        ("with a: pass", "a"),
        ("for a in b(): pass", "b()"),
    ],
)
def test_a_header_is_pointed_at_by_what_it_enters_or_runs_over(text: str, found: str) -> None:
    header = cst.parse_statement(text)
    assert isinstance(header, (cst.With, cst.For))
    assert written(header_item(header)) == found
