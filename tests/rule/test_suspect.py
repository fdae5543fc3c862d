"""Suspects: what is made of a call, an `await`, a header or a file, and what explains it."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent

import libcst as cst
import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Call, Span
from async_db_lint.index.scopes import BlockKind, Module
from async_db_lint.project.names.values import Step
from async_db_lint.rule.pointers import header_item, keyword, whole
from async_db_lint.rule.suspect import (
    Related,
    Shape,
    related_calls,
    steps_of,
    suspect,
    suspect_file,
    suspect_header,
)
from tests.projects import project


def module_of(text: str) -> Module:
    return index("app.py", dedent(text).lstrip("\n").encode())


def calls(text: str) -> Iterator[Call]:
    for scope in module_of(text).inner():
        yield from scope.calls


CALL, OTHER = calls("first.open(1)\nsecond()\n")
WHERE = Span(1, 0, 1, 13)


def test_a_call_is_suspect_where_it_stands() -> None:
    found = suspect(CALL, "it is wrong")
    assert (found.path, found.span, found.message) == ("app.py", WHERE, "it is wrong")
    assert found.shape == Shape("Call", "open")
    assert found.statement is CALL.statement


def test_the_call_of_a_site_is_suspect() -> None:
    (call,) = project({"app.py": "first.open(1)\n"}).calls("open")
    assert suspect(call, "").span == WHERE
    assert suspect(call, "").shape == Shape("Call", "open")


def test_a_suspect_points_at_its_whole_and_has_no_fix_unless_it_is_told() -> None:
    pointer = keyword("echo")
    assert suspect(CALL, "").at is whole
    assert suspect(CALL, "").fix is None
    assert suspect(CALL, "", at=pointer).at is pointer
    assert suspect(CALL, "", fix=lambda node, syntax: None).fix is not None


def test_an_await_is_suspect_where_it_stands() -> None:
    function = module_of("async def f():\n    await g()\n").functions[0]
    found = suspect(function.awaits[0], "")
    assert (found.span, found.shape) == (Span(2, 4, 2, 13), Shape("Await"))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("with a: pass", Shape("With")),
        ("for a in b: pass", Shape("For")),
        ("async def f():\n    async for a in b: pass", Shape("For")),
    ],
)
def test_a_header_is_suspect_by_its_block(text: str, shape: Shape) -> None:
    kinds = (BlockKind.WITH, BlockKind.FOR, BlockKind.ASYNC_FOR)
    (block,) = [block for scope in module_of(text).inner() for block in scope.blocks if block.kind in kinds]
    found = suspect_header(block, "it is wrong")
    assert (found.path, found.message, found.shape) == ("app.py", "it is wrong", shape)
    assert found.at is header_item
    assert found.statement is block.opener
    assert block.opener is not None
    assert found.span == block.opener.span


def test_a_file_is_suspect_without_a_shape() -> None:
    found = suspect_file("other.py", WHERE, "it is broken")
    assert (found.path, found.span, found.message) == ("other.py", WHERE, "it is broken")
    assert found.shape is None
    assert found.statement is None


def test_places_that_explain_come_after_those_that_are_there() -> None:
    one, other = (Related("app.py", WHERE, text) for text in ("first", "second"))
    found = suspect(CALL, "").with_related([one]).with_related([other])
    assert found.related == (one, other)


def test_places_of_the_same_defect_come_after_those_that_are_there() -> None:
    found = suspect(CALL, "").with_same_as([CALL]).with_same_as([OTHER])
    assert found.same_as == (("app.py", CALL.span), ("app.py", OTHER.span))


def test_calls_explain_with_one_message() -> None:
    assert list(related_calls([CALL, OTHER])) == [
        Related("app.py", CALL.span, "called from here"),
        Related("app.py", OTHER.span, "called from here"),
    ]
    assert [item.message for item in related_calls([CALL], "made here")] == ["made here"]


def test_steps_explain_where_a_value_comes_from() -> None:
    chain = [Step("app.py", WHERE, "session"), Step("other.py", WHERE, "Depends")]
    assert list(steps_of(chain)) == [
        Related("app.py", WHERE, "`session` is bound here"),
        Related("other.py", WHERE, "injected here"),
    ]
    assert [item.message for item in steps_of(chain[:1], "{} comes from here")] == ["session comes from here"]


@pytest.mark.parametrize(
    ("shape", "text", "fits"),
    [
        (Shape("Call", "open"), "open()", True),
        (Shape("Call", "open"), "first.open()", True),
        (Shape("Call", "open"), "open.first()", False),
        (Shape("Call", "open"), "close()", False),
        (Shape("Call", "open"), "open()()", False),
        (Shape("Call"), "open()()", True),
        (Shape("Call"), "close()", True),
        (Shape("Name", "open"), "close", True),
    ],
)
def test_a_shape_fits_a_call_by_its_last_name(shape: Shape, text: str, fits: bool) -> None:
    assert shape.fits(cst.parse_expression(text)) is fits
