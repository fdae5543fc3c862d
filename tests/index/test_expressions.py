"""Symbolic expressions: what a call says of its arguments, and what is inside of what."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import (
    NOTHING,
    Attribute,
    Await,
    Call,
    Comprehension,
    Either,
    Element,
    Enter,
    Expr,
    Join,
    Lambda,
    Literal,
    Mapping,
    Name,
    Opaque,
    Part,
    Sequence,
    Starred,
    Subscript,
    Template,
    children,
    is_nothing,
    walk,
)
from tests.index.parts import call, expression, function

A, B, C = Name("a"), Name("b"), Name("c")


@pytest.mark.parametrize(
    ("text", "method", "receiver"),
    [
        ("a()", "a", None),
        ("a.b()", "b", A),
        ("a.b.c()", "c", Attribute(A, "b")),
        ("a[0]()", None, None),
        ("(lambda: 1)()", None, None),
    ],
)
def test_a_call_has_a_method_where_it_is_called_by_a_name_and_a_receiver_before_its_last_dot(
    text: str, method: str | None, receiver: Expr | None
) -> None:
    found = expression(text)
    assert isinstance(found, Call)
    assert (found.method, found.receiver) == (method, receiver)


def test_a_call_and_an_await_know_their_file() -> None:
    (awaited,) = function("async def f(): await g()").awaits
    assert awaited.path == "app.py"
    assert isinstance(awaited.value, Call)
    assert awaited.value.path == "app.py"


@pytest.mark.parametrize(
    ("text", "positional"),
    [
        ("f()", ()),
        ("f(a, b)", (A, B)),
        ("f(a, *b, c)", (A,)),
        ("f(*a, b)", ()),
        ("f(a, x=b)", (A,)),
        ("f(x=a, *b)", ()),
        ("f(**a)", ()),
        ("f(a, **b)", (A,)),
    ],
)
def test_positions_are_known_up_to_the_first_splat(text: str, positional: tuple[Expr, ...]) -> None:
    assert call(text, "f").positional == positional


@pytest.mark.parametrize(
    ("text", "wanted"), [("f(x=a)", A), ("f(y=b, x=a)", A), ("f(a)", None), ("f(**x)", None), ("f()", None)]
)
def test_a_keyword_is_one_that_is_written_out(text: str, wanted: Expr | None) -> None:
    assert call(text, "f").keyword("x") == wanted


@pytest.mark.parametrize(
    ("text", "position", "wanted"),
    [
        ("f(a)", 0, A),
        ("f(a, b)", 1, B),
        ("f(a, x=b)", 0, B),
        ("f(x=b)", 1, B),
        ("f(a)", 1, None),
        ("f(a)", None, None),
        ("f(x=a)", None, A),
        ("f(*a)", 0, None),
        ("f(y=a)", 0, None),
    ],
)
def test_an_argument_is_found_by_keyword_before_position(text: str, position: int | None, wanted: Expr | None) -> None:
    assert call(text, "f").argument("x", position) == wanted


@pytest.mark.parametrize(
    ("text", "splats"), [("f(**a)", (A,)), ("f(**a, b=c, **b)", (A, B)), ("f(*a, x=b)", ()), ("f({**a})", ())]
)
def test_the_splats_of_a_call_are_its_dicts(text: str, splats: tuple[Expr, ...]) -> None:
    assert call(text, "f").splats == splats


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [
        (A, ()),
        (Literal(1), ()),
        (NOTHING, ()),
        (Attribute(A, "x"), (A,)),
        (Starred(A), (A,)),
        (Enter(A, is_async=True), (A,)),
        (Element(A, is_async=False), (A,)),
        (Part(A, 0), (A,)),
        (Comprehension(A), (A,)),
        (Template((A, B)), (A, B)),
        (Sequence((A, B)), (A, B)),
        (Either((A, B)), (A, B)),
        (Opaque((A, B)), (A, B)),
        (Join("Add", A, B), (A, B)),
        (Subscript(A, B), (A, B)),
        (Mapping(((A, B), (None, C))), (A, B, C)),
    ],
)
def test_children_are_the_expressions_directly_inside_in_order(expr: Expr, wanted: tuple[Expr, ...]) -> None:
    assert children(expr) == wanted


def test_the_children_of_a_call_are_its_callee_and_its_arguments() -> None:
    assert children(expression("a(b, *c, x=b, **c)")) == (A, B, Starred(C), B, C)


def test_the_child_of_an_await_is_what_is_awaited() -> None:
    found = expression("await a")
    assert isinstance(found, Await)
    assert children(found) == (A,)


def test_the_inside_of_a_lambda_is_another_scope() -> None:
    found = expression("lambda: a")
    assert isinstance(found, Lambda)
    assert children(found) == ()


def test_walk_reaches_every_expression_inside() -> None:
    found = walk(expression("f(a[b], (c or d), f'{e}', [g], {h: i}, -j.x, [k for _ in y], await m, *n, o if y else p)"))
    names = {item.name for item in found if isinstance(item, Name)}
    assert names == set("abcdefghijkmnop")  # what is iterated is kept by its block, and a test by its scope


def test_walk_begins_with_the_expression_itself_and_goes_inwards() -> None:
    inner = Attribute(A, "x")
    assert walk(Sequence((inner, B))) == [Sequence((inner, B)), inner, B, A]
    assert walk(A) == [A]


@pytest.mark.parametrize(
    ("expr", "wanted"),
    [(Literal(None), True), (Literal(0), False), (Literal(""), False), (A, False), (NOTHING, False), (None, False)],
)
def test_only_the_literal_none_is_nothing(expr: Expr | None, wanted: bool) -> None:
    assert is_nothing(expr) is wanted
