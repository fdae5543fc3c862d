"""Which rules run, and how severe each is."""

from __future__ import annotations

from typing import Any

import pytest

from async_db_lint.rule.finding import Severity
from async_db_lint.rule.rule import About
from async_db_lint.run.selection import (
    Selection,
    all_rules,
    canonical,
    codes_about,
    default,
    find,
    matching,
    severities,
)
from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import ConfigError

ADVICE = {rule.code for rule in all_rules() if rule.severity is Severity.ADVICE}
EVERY = {rule.code for rule in all_rules()}
LEVELS = severities(Config())


def chosen(**settings: Any) -> set[str]:
    """The codes that a configuration selects."""
    return set(Selection.of(Config(**settings)).codes)


def test_every_rule_is_found_by_its_file_in_order_of_its_code() -> None:
    codes = [rule.code for rule in all_rules()]
    assert codes == sorted(codes)
    assert {"ADB101", "ADB212", "ADB901"} <= set(codes)


def test_errors_and_warnings_run_by_default() -> None:
    assert chosen() == EVERY - ADVICE
    assert {rule.code for rule in default(LEVELS)} == EVERY - ADVICE


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({"select": ("ADB106",)}, {"ADB106"}),
        ({"select": ("echo-enabled",)}, {"ADB106"}),
        ({"select": ("ADB90",)}, {"ADB900", "ADB901"}),
        ({"select": ("ADB106", "ADB107")}, {"ADB106", "ADB107"}),
        ({"select": ("ADB90",), "ignore": ("ADB900",)}, {"ADB901"}),
        ({"select": ("ADB106",), "extend_select": ("ADB107",)}, {"ADB106", "ADB107"}),
        ({"select": ("ADB106",), "extend_select": ("ADB107",), "ignore": ("ADB107",)}, {"ADB106"}),
        ({"select": ("ADB602",), "ignore": ("ADVICE",)}, set()),
        ({"select": ("ALL",)}, EVERY),
        ({"select": ("ADVICE",)}, ADVICE),
        ({"extend_select": ("ADVICE",)}, EVERY),
        ({"ignore": ("ADVICE",)}, EVERY - ADVICE),
        ({"ignore": ("ALL",)}, set()),
    ],
    ids=str,
)
def test_a_configuration_selects(settings: dict[str, tuple[str, ...]], codes: set[str]) -> None:
    assert chosen(**settings) == codes


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"select": ("ADB999",)}, "unknown rule `ADB999`"),
        ({"extend_select": ("missing-awit",)}, "unknown rule `missing-awit`.*missing-await"),
        ({"ignore": ("advice",)}, "unknown rule `advice`"),
        ({"per_file_ignores": (("a.py", ("ADB999",)),)}, "unknown rule `ADB999`"),
        ({"severity": (("ADB999", "error"),)}, "unknown rule `ADB999`"),
    ],
    ids=str,
)
def test_a_selector_that_selects_nothing_is_an_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Selection.of(Config(**settings))


def test_advice_that_is_not_selected_is_known() -> None:
    selection = Selection.of(Config(select=("ADB106", "ADB602")))
    assert {rule.code for rule in selection.unselected_advice} == ADVICE - {"ADB602"}


def test_a_severity_is_configured() -> None:
    levels = severities(Config(severity=(("ADB602", "error"), ("echo-enabled", "advice"))))
    assert (levels["ADB602"], levels["ADB106"]) == (Severity.ERROR, Severity.ADVICE)
    assert levels["ADB107"] is Severity.ADVICE


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_severities_the_one_that_names_more_counts(order: int) -> None:
    rows = (("ADB6", "error"), ("ADB602", "warning"))[::order]
    levels = severities(Config(severity=rows))
    assert (levels["ADB602"], levels["ADB601"]) == (Severity.WARNING, Severity.ERROR)


def test_what_a_severity_makes_of_a_rule_decides_whether_it_runs() -> None:
    raised = (("ADB602", "warning"),)
    assert "ADB602" in chosen(severity=raised)
    assert "ADB106" not in chosen(severity=(("ADB106", "advice"),))
    assert "ADB602" not in chosen(select=("ADVICE",), severity=raised)


@pytest.mark.parametrize(
    ("pattern", "code", "path", "left_out"),
    [
        ("tests/*", "ADB106", "tests/a.py", True),
        ("tests/*", "ADB106", "tests/deep/a.py", True),
        ("tests/*", "ADB106", "app.py", False),
        ("app.py", "echo-enabled", "app.py", True),
        ("app.py", "ADB1", "app.py", True),
        ("app.py", "ALL", "app.py", True),
        ("app.py", "ADB107", "app.py", False),
    ],
)
def test_a_rule_is_left_out_for_some_files(pattern: str, code: str, path: str, left_out: bool) -> None:
    selection = Selection.of(Config(per_file_ignores=(("other.py", ("ALL",)), (pattern, (code,)))))
    rule = find("ADB106")
    assert rule is not None
    assert selection.leaves_out(rule, path) is left_out


@pytest.mark.parametrize(
    ("name", "code"), [("ADB106", "ADB106"), ("echo-enabled", "ADB106"), ("ADB10", None), ("echo", None), ("", None)]
)
def test_a_rule_is_found_by_code_or_name(name: str, code: str | None) -> None:
    rule = find(name)
    assert (None if rule is None else rule.code) == code
    assert canonical(name) == (code or name)


def test_codes_are_known_by_what_they_are_about() -> None:
    assert codes_about(About.FILE) == ("ADB900",)
    assert codes_about(About.COMMENT, About.FILE) == ("ADB900", "ADB901")
    assert set(codes_about(About.CODE)) == EVERY - {"ADB900", "ADB901"}


def test_selectors_match_by_the_levels_that_they_are_given() -> None:
    levels = {**LEVELS, "ADB602": Severity.ERROR}
    assert {rule.code for rule in matching(["ADVICE"], levels)} == ADVICE - {"ADB602"}
    assert matching([], levels) == set()
