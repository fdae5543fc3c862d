"""Values: when two are the same thing, what several make together, and how far provenance is kept."""

from __future__ import annotations

from itertools import permutations

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Span
from async_db_lint.project.names.values import MAX_CHAIN, Kind, Step, Value, merged, wrapped

MODULE = index(
    "app.py",
    b"""
def f(): a(); b()
def g(): pass
""",
)
F, G = MODULE.functions
A, B = F.calls
ENGINE = Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine")
SESSION = Value(Kind.INSTANCE, "sqlalchemy.AsyncSession")


def step(number: int) -> Step:
    return Step("app.py", Span(number, 0, number, 1), "x")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ENGINE, Value(Kind.INSTANCE, "sqlalchemy.AsyncEngine", origins=frozenset({A}), chain=(step(1),))),
        (Value(Kind.FUNCTION, definition=F), Value(Kind.FUNCTION, definition=F)),
        (wrapped(Kind.COROUTINE, ENGINE), wrapped(Kind.COROUTINE, ENGINE)),
        (wrapped(Kind.COROUTINE, None), wrapped(Kind.COROUTINE, None)),
    ],
)
def test_values_are_the_same_wherever_they_came_from(one: Value, other: Value) -> None:
    assert one.same_as(other)
    assert other.same_as(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ENGINE, SESSION),
        (ENGINE, Value(Kind.METHOD, "sqlalchemy.AsyncEngine")),
        (Value(Kind.FUNCTION, definition=F), Value(Kind.FUNCTION, definition=G)),
        (wrapped(Kind.COROUTINE, ENGINE), wrapped(Kind.COROUTINE, SESSION)),
        (wrapped(Kind.COROUTINE, ENGINE), wrapped(Kind.COROUTINE, None)),
        (wrapped(Kind.COROUTINE, wrapped(Kind.MANAGER, ENGINE)), wrapped(Kind.COROUTINE, wrapped(Kind.MANAGER, None))),
    ],
)
def test_values_that_differ_in_a_part_are_not_the_same(one: Value, other: Value) -> None:
    assert not one.same_as(other)
    assert not other.same_as(one)


@pytest.mark.parametrize(
    "values", [[], [None], [None, ENGINE], [ENGINE, None], [ENGINE, SESSION], [ENGINE, None, ENGINE]]
)
def test_several_values_are_unknown_when_one_is_or_when_they_disagree(values: list[Value | None]) -> None:
    assert merged(values) is None


def test_several_values_that_agree_are_one_with_all_origins_in_any_order() -> None:
    made: list[Value | None] = [Value(Kind.INSTANCE, "engine", origins=frozenset(origin)) for origin in ([A], [B], [])]
    for order in permutations(made):
        assert merged(list(order)) == Value(Kind.INSTANCE, "engine", origins=frozenset({A, B}))


def test_one_value_alone_is_itself() -> None:
    assert merged([ENGINE]) is ENGINE


def test_a_value_that_is_wrapped_is_the_inner_one() -> None:
    assert wrapped(Kind.MANAGER, ENGINE) == Value(Kind.MANAGER, inner=ENGINE)


def test_a_step_is_added_at_the_end_and_the_value_stays_what_it_was() -> None:
    assert ENGINE.through(step(1)).through(step(2)).chain == (step(1), step(2))
    assert ENGINE.chain == ()
    assert ENGINE.through(step(1)).same_as(ENGINE)


def test_a_step_that_was_taken_is_not_taken_again() -> None:
    assert ENGINE.through(step(1)).through(step(2)).through(step(1)).chain == (step(1), step(2))


def test_no_more_steps_are_kept_than_would_be_read() -> None:
    value = ENGINE
    for number in range(MAX_CHAIN + 3):
        value = value.through(step(number))
    assert value.chain == tuple(step(number) for number in range(MAX_CHAIN))
