"""A rule on one screen: never longer or wider than that, and with what a reader in a hurry needs."""

from __future__ import annotations

import pytest

from async_db_lint.report.rule_card import card
from async_db_lint.rule.rule import Rule
from async_db_lint.run.selection import all_rules, find

SCREEN = 30  # lines of a terminal that people have open
WIDTHS = (60, 80, 100)


def of(code: str, width: int = 100) -> str:
    rule = find(code)
    assert rule is not None
    return card(rule, width)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_card_fits_a_screen(rule: type[Rule]) -> None:
    text = card(rule, 100)
    assert len(text.splitlines()) <= SCREEN
    for heading in ("What happens\n  ", "\n\nInstead\n  "):
        assert heading in text
    if rule.code not in ("ADB900", "ADB901"):
        assert "\n\nReported, for example\n  " in text


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_only_code_is_wider_than_the_terminal(rule: type[Rule], width: int) -> None:
    prose, _, rest = card(rule, width).partition("\n\nReported, for example\n")
    lines = [*prose.splitlines()[1:], *rest.splitlines()[2:-1]]
    assert [line for line in lines if len(line) > width and not line.startswith("      ")] == []


def test_a_card_says_all_that_is_needed() -> None:
    text = of("ADB301")
    assert text.startswith("ADB301 missing-await (error, unsafe fix)\nA coroutine of a session")
    assert "Measured: rows after an INSERT and `commit()`: 0; done right: 1" in text
    assert text.endswith("async-db-lint rule ADB301 --full")


def test_code_keeps_its_lines() -> None:
    assert "\n      async def load(query):\n          async with SessionLocal() as session:\n" in of("ADB207", 60)
