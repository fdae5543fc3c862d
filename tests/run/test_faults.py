"""Faults: a rule's failure as a value."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Span
from async_db_lint.rule.finding import Severity
from async_db_lint.rule.rule import Rule
from async_db_lint.rule.suspect import suspect_file
from async_db_lint.run.faults import fault


class Failing(Rule):
    """It fails."""

    code = "ADB999"
    name = "failing"
    severity = Severity.ERROR


def failure() -> Exception:
    with pytest.raises(ValueError, match="no such thing") as caught:
        raise ValueError("no such thing")
    return caught.value


def test_a_fault_names_the_rule_the_place_and_the_error() -> None:
    found = fault(Failing(), failure(), suspect_file("app.py", Span(3, 1, 3, 2), "it is wrong"))
    assert (found.code, found.path, found.line, found.error) == ("ADB999", "app.py", 3, "ValueError: no such thing")


def test_a_fault_without_a_suspect_stands_nowhere() -> None:
    found = fault(Failing(), failure(), None)
    assert (found.path, found.line) == ("", 0)


def test_a_fault_keeps_the_whole_trace() -> None:
    trace = fault(Failing(), failure(), None).trace
    assert trace.startswith("Traceback (most recent call last):\n")
    assert 'raise ValueError("no such thing")' in trace
    assert trace.endswith("ValueError: no such thing\n")
