"""Findings: severities, places as they are printed, and their order."""

from __future__ import annotations

import pytest

from async_db_lint.index.expressions import Span
from async_db_lint.read.source import Source
from async_db_lint.rule.finding import Finding, Location, Severity, in_order


def test_an_error_is_worse_than_a_warning_and_that_than_advice() -> None:
    assert Severity.ADVICE < Severity.WARNING < Severity.ERROR


@pytest.mark.parametrize("severity", list(Severity))
def test_a_severity_is_printed_in_small_letters(severity: Severity) -> None:
    assert severity.label == severity.name.lower()


@pytest.mark.parametrize(
    ("text", "span", "location"),
    [
        ("x = f(1)", Span(1, 4, 1, 8), Location("app.py", 1, 5, 1, 9)),
        ("é = f(1)", Span(1, 5, 1, 9), Location("app.py", 1, 5, 1, 9)),
        ("x = f(\n'漢', 1)", Span(1, 4, 2, 9), Location("app.py", 1, 5, 2, 8)),
    ],
)
def test_a_place_is_printed_in_characters_from_1(text: str, span: Span, location: Location) -> None:
    assert Location.of(Source("app.py", text.encode()), span) == location


def finding(path: str, line: int, column: int, code: str) -> Finding:
    return Finding(code, "name", Severity.ERROR, Location(path, line, column, line, column + 1), "message")


def test_findings_are_in_order_of_file_place_and_code() -> None:
    rows = [
        finding("a.py", 1, 2, "ADB301"),
        finding("a.py", 1, 2, "ADB302"),
        finding("a.py", 1, 3, "ADB101"),
        finding("a.py", 2, 1, "ADB101"),
        finding("b.py", 1, 1, "ADB101"),
    ]
    shuffled = [rows[place] for place in (3, 0, 4, 2, 1)]
    assert sorted(shuffled, key=in_order) == rows


def test_a_finding_is_confirmed_and_has_no_fix_unless_it_is_told() -> None:
    found = finding("a.py", 1, 1, "ADB301")
    assert found.is_confirmed
    assert found.fix is None
    assert found.related == ()
