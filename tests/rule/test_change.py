"""Changes: the values in which a rule says what a fix puts in the place of what, and what is needed for it."""

from __future__ import annotations

import pytest

from async_db_lint.fixes.render import rendered
from async_db_lint.project.names.imports import Needed
from async_db_lint.read.source import Source
from async_db_lint.rule import cst
from async_db_lint.rule.change import Change, Edit, Fix, Orphan, Safety
from async_db_lint.rule.cst_units import read_lines
from async_db_lint.rule.syntax import Syntax

SOURCE = Source("app.py", b"import a\nx = f(1)\n")


def fix_of(change: Change, syntax: Syntax) -> Fix | None:
    return rendered(change, syntax.units)


def opened() -> tuple[cst.Call, Syntax]:
    """The call in the second line, and what it was read with."""
    unit = read_lines(SOURCE, 2, 2)
    assert unit is not None
    (call,) = [node for node in unit.positions if isinstance(node, cst.Call)]
    return call, Syntax(lambda path: SOURCE, unit)


def test_a_change_says_what_it_is_and_needs_nothing_by_itself() -> None:
    call, _ = opened()
    change = Change("Do it", Safety.SAFE, ((call, cst.Name("y")),))
    assert (change.needed, change.orphans) == ((), ())


@pytest.mark.parametrize("safety", list(Safety))
def test_a_change_becomes_a_fix_of_the_bytes_that_differ(safety: Safety) -> None:
    call, syntax = opened()
    needed, orphan = Needed("app.py", "b", "g"), Orphan("app.py", "f")
    change = Change("Do it", safety, ((call, call.with_changes(func=cst.Name("g"))),), (needed,), (orphan,))
    edit = Edit("app.py", 13, 14, b"g", 13, 17, (2, 5, 2, 6))
    assert fix_of(change, syntax) == Fix("Do it", safety, (edit,), (needed,), (orphan,))


def test_a_change_of_a_node_that_was_not_read_is_no_fix() -> None:
    _, syntax = opened()
    assert fix_of(Change("Do it", Safety.SAFE, ((cst.Name("f"), cst.Name("g")),)), syntax) is None


def test_safe_and_unsafe_are_two() -> None:
    assert [safety.value for safety in Safety] == ["safe", "unsafe"]
