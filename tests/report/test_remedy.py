"""What is said besides the message: what to write instead of it, and what was measured."""

from __future__ import annotations

import pytest

from async_db_lint.report.remedy import measured, remedy
from async_db_lint.rule.rule import Rule
from async_db_lint.run.selection import all_rules

# Architecture, which has no effect at run time of its own; types; and what is about comments and files.
WITHOUT_PROOF = {"ADB107", "ADB402", "ADB602", "ADB610", "ADB900", "ADB901"}


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_rule_says_what_to_write_in_a_sentence(rule: type[Rule]) -> None:
    text = remedy(rule.code)
    assert text[0] == "`" or text[0].isupper() or text.startswith("asyncpg"), text
    assert text.endswith("."), text
    assert "  " not in text
    assert "\n" not in text
    assert len(text) < 320


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rule_with_a_proof_says_what_was_measured(rule: type[Rule]) -> None:
    assert bool(measured(rule.code)) == (rule.code not in WITHOUT_PROOF)


def test_it_says_what_the_proof_says() -> None:
    assert measured("ADB301") == "rows after an INSERT and `commit()`: 0; done right: 1"
    assert remedy("ADB301").startswith("`await session.commit()`. In a plain `def` that cannot await,")


def test_a_code_that_is_none_has_neither() -> None:
    assert remedy("ADB000") == measured("ADB000") == ""
