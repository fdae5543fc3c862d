"""Places: which bindings of a name reach one, and which blocks exclude, dominate or may be skipped."""

from __future__ import annotations

from textwrap import dedent

import pytest

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Call, Literal
from async_db_lint.index.scopes import Block, Module, Scope
from async_db_lint.project.names.places import (
    END,
    Place,
    dominates,
    end_of,
    excludes,
    is_certain,
    is_unconditional,
    place_of,
    reaching,
)


def module(text: str) -> Module:
    return index("app.py", dedent(text).encode())


def call_of(text: Module, name: str) -> Call:
    return next(call for scope in text.inner() for call in scope.calls if call.method == name)


def block_of(text: Module, name: str) -> Block:
    return call_of(text, name).block


def owner_of(text: Module, name: str) -> Scope:
    """The first scope that binds a name."""
    return next(scope for scope in text.inner() if name in scope.bindings)


def numbers(text: str) -> list[int]:
    """The numbers that `x` may have where `here()` is called, in order."""
    found = module(text)
    bindings = owner_of(found, "x").bindings["x"]
    values = [item.value for item in reaching(bindings, place_of(call_of(found, "here")))]
    assert all(isinstance(value, Literal) for value in values)
    return sorted(value.value for value in values if isinstance(value, Literal) and isinstance(value.value, int))


# Where things stand.


def test_a_call_stands_in_its_block_at_its_statement() -> None:
    found = module("""
        first()
        if x:
            second()
    """)
    first, second = place_of(call_of(found, "first")), place_of(call_of(found, "second"))
    assert first.block is found.body
    assert second.block is not found.body
    assert first.at < second.at
    assert first.scope is second.scope is found


def test_the_end_of_a_scope_is_after_all_its_statements() -> None:
    found = module("x = 1")
    assert end_of(found) == Place(found.body, END)
    assert end_of(found).at > place_of(found.bindings["x"][0]).at


# Bindings.


@pytest.mark.parametrize(
    "text",
    [
        """
        x = 1
        here()
        """,
        """
        here()
        x = 1
        """,
        """
        if a:
            x = 1
        else:
            here()
        """,
        """
        def f():
            here()
        x = 1
        """,
    ],
    ids=["before", "after", "another branch", "another scope"],
)
def test_a_single_binding_reaches_every_place(text: str) -> None:
    assert numbers(text) == [1]


def test_of_bindings_in_a_row_the_last_one_before_the_place_reaches_it() -> None:
    text = """
        x = 1
        x = 2
        here()
        x = 3
    """
    assert numbers(text) == [2]


def test_the_bindings_own_statement_is_not_yet_bound_by_it() -> None:
    found = module("""
        x = 1
        x = here()
    """)
    assert reaching(found.bindings["x"], place_of(call_of(found, "here"))) == found.bindings["x"][:1]


@pytest.mark.parametrize(
    "head",
    ["if a:", "for a in b:", "while a:"],
)
def test_what_may_be_skipped_hides_nothing(head: str) -> None:
    text = f"""
        x = 1
        {head}
            x = 2
        here()
    """
    assert numbers(text) == [1, 2]


def test_what_stands_in_the_same_loop_hides_what_stands_before_it() -> None:
    text = """
        x = 1
        for a in b:
            x = 2
            here()
    """
    assert numbers(text) == [2]


@pytest.mark.parametrize("head", ["with a:", "async with a:", "if __name__ == '__main__':"])
def test_what_is_always_run_hides_what_stands_before_it(head: str) -> None:
    text = f"""
        async def f():
            x = 1
            {head}
                x = 2
            here()
    """
    assert numbers(text) == [2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            """
            x = 1
            if a:
                x = 2
            else:
                here()
            """,
            [1],
        ),
        (
            """
            x = 1
            if a:
                x = 2
            elif b:
                x = 3
            else:
                here()
            """,
            [1],
        ),
        (
            """
            x = 1
            if a:
                x = 2
            elif b:
                x = 3
                here()
            """,
            [3],
        ),
        (
            """
            x = 1
            match a:
                case 1:
                    x = 2
                case 2:
                    here()
            """,
            [1],
        ),
        (
            """
            x = 1
            if a:
                x = 2
            if b:
                here()
            """,
            [1, 2],
        ),
        (
            """
            if a:
                x = 1
            else:
                x = 2
            here()
            """,
            [1, 2],
        ),
    ],
    ids=["else", "elif", "own branch", "match", "another if", "after both"],
)
def test_branches_that_exclude_the_place_are_left_out(text: str, wanted: list[int]) -> None:
    assert numbers(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            """
            x = 1
            try:
                x = 2
            except E:
                x = 3
            here()
            """,
            [2, 3],
        ),
        (
            """
            x = 1
            try:
                pass
            except E:
                x = 2
            except F:
                here()
            """,
            [1],
        ),
        (
            """
            x = 1
            try:
                pass
            finally:
                x = 2
            here()
            """,
            [2],
        ),
        (
            """
            x = 1
            try:
                pass
            except E:
                pass
            else:
                x = 2
            here()
            """,
            [2],
        ),
    ],
    ids=["except", "another except", "finally", "else"],
)
def test_a_try_is_taken_to_run_and_an_except_may(text: str, wanted: list[int]) -> None:
    assert numbers(text) == wanted


def test_a_place_before_all_bindings_is_reached_by_all_of_them() -> None:
    text = """
        while a:
            here()
            x = 1
            x = 2
    """
    assert numbers(text) == [1, 2]


def test_a_place_whose_bindings_are_all_in_other_branches_is_reached_by_all_of_them() -> None:
    text = """
        if a:
            x = 1
        elif b:
            x = 2
        else:
            here()
    """
    assert numbers(text) == [1, 2]


def test_what_another_function_binds_may_have_been_bound_at_any_time() -> None:
    text = """
        x = 1
        x = 2
        here()
        def f():
            global x
            x = 3
    """
    assert numbers(text) == [2, 3]


def test_the_end_of_a_scope_is_reached_by_the_last_binding() -> None:
    found = module("""
        x = 1
        x = 2
    """)
    assert reaching(found.bindings["x"], end_of(found)) == found.bindings["x"][1:]


# Blocks.


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            """
            one()
            other()
            """,
            True,
        ),
        (
            """
            one()
            if a:
                other()
            """,
            True,
        ),
        (
            """
            if a:
                one()
            other()
            """,
            False,
        ),
        (
            """
            with a:
                with b:
                    one()
            other()
            """,
            True,
        ),
        (
            """
            with a:
                if b:
                    one()
            other()
            """,
            False,
        ),
        (
            """
            if a:
                with b:
                    one()
            other()
            """,
            False,
        ),
        (
            """
            if a:
                with b:
                    one()
                other()
            """,
            True,
        ),
        (
            """
            try:
                one()
            except E:
                pass
            other()
            """,
            True,
        ),
        (
            """
            try:
                pass
            except E:
                one()
            other()
            """,
            False,
        ),
        (
            """
            for a in b:
                one()
            other()
            """,
            False,
        ),
        (
            """
            if TYPE_CHECKING:
                one()
            other()
            """,
            False,
        ),
    ],
)
def test_a_block_dominates_what_is_only_reached_after_it(text: str, wanted: bool) -> None:
    found = module(text)
    assert dominates(block_of(found, "one"), block_of(found, "other")) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            """
            if a:
                one()
            else:
                other()
            """,
            True,
        ),
        (
            """
            if a:
                with b:
                    one()
            elif c:
                for d in e:
                    other()
            """,
            True,
        ),
        (
            """
            if TYPE_CHECKING:
                one()
            else:
                other()
            """,
            True,
        ),
        (
            """
            try:
                pass
            except E:
                one()
            except F:
                other()
            """,
            True,
        ),
        (
            """
            try:
                one()
            except E:
                other()
            """,
            False,
        ),
        (
            """
            for a in b:
                one()
            else:
                other()
            """,
            False,
        ),
        (
            """
            if a:
                one()
            if a:
                other()
            """,
            False,
        ),
        (
            """
            if a:
                one()
                other()
            """,
            False,
        ),
        (
            """
            if a:
                one()
                if b:
                    other()
            """,
            False,
        ),
    ],
)
def test_blocks_exclude_each_other_as_branches_of_one_statement(text: str, wanted: bool) -> None:
    found = module(text)
    assert excludes(block_of(found, "one"), block_of(found, "other")) is wanted
    assert excludes(block_of(found, "other"), block_of(found, "one")) is wanted


@pytest.mark.parametrize(
    ("text", "certain", "unconditional"),
    [
        ("here()", True, True),
        ("with a: here()", True, True),
        ("if a: here()", False, False),
        ("if a:\n    with b: here()", False, False),
        ("for a in b: here()", False, True),
        ("while a: here()", False, True),
        ("[here() for a in b]", False, True),
        ("if __name__ == '__main__': here()", True, True),
        (
            """
            if a:
                pass
            else:
                here()
            """,
            False,
            False,
        ),
        (
            """
            match a:
                case 1:
                    here()
            """,
            False,
            False,
        ),
        (
            """
            try:
                here()
            finally:
                pass
            """,
            True,
            True,
        ),
        (
            """
            try:
                pass
            finally:
                here()
            """,
            True,
            True,
        ),
        (
            """
            try:
                pass
            except E:
                here()
            """,
            False,
            False,
        ),
        (
            """
            try:
                pass
            except E:
                pass
            else:
                here()
            """,
            False,
            True,
        ),
        (
            """
            if a:
                def f():
                    here()
            """,
            True,
            True,
        ),
    ],
)
def test_a_block_is_certain_or_at_least_unconditional_within_its_function(
    text: str, certain: bool, unconditional: bool
) -> None:
    block = block_of(module(text), "here")
    assert is_certain(block) is certain
    assert is_unconditional(block) is unconditional
