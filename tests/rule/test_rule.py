"""Rules: what each says about itself, and what one that says nothing does."""

from __future__ import annotations

import re

import pytest

from async_db_lint.rule.finding import Severity
from async_db_lint.rule.rule import CODE, About, Rule
from async_db_lint.run.selection import all_rules
from tests.projects import project

RULES = all_rules()
PARTS = ("Happens:", "Instead:", "Silent:")


class Bare(Rule):
    """The first sentence.

    Another one.
    """

    code = "ADB999"
    name = "bare"
    severity = Severity.WARNING


class Speechless(Rule):
    code = "ADB998"
    name = "speechless"
    severity = Severity.WARNING


def test_the_title_is_the_first_line_of_the_documentation() -> None:
    assert Bare.title() == "The first sentence."
    assert Speechless.title() == ""


def test_a_rule_has_no_suspects_by_itself() -> None:
    with pytest.raises(NotImplementedError):
        Bare().suspects(project({"app.py": "x = 1\n"}))


def test_a_rule_is_about_code_without_a_fix_unless_it_says_otherwise() -> None:
    assert (Bare.about, Bare.fix, Bare.guide, Bare.yields_to) == (About.CODE, None, "", ())


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_has_a_code_a_name_and_a_title(rule: type[Rule]) -> None:
    assert CODE.fullmatch(rule.code)
    assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", rule.name)
    assert rule.title().endswith((".", ":"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_the_documentation_has_its_parts_in_order(rule: type[Rule]) -> None:
    text = rule.__doc__ or ""
    places = [text.find(part) for part in PARTS]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_a_rule_yields_to_others_that_there_are(rule: type[Rule]) -> None:
    codes = {other.code for other in RULES} - {rule.code}
    assert codes.issuperset(rule.yields_to)


def test_codes_and_names_are_each_of_one_rule() -> None:
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("text", "is_code"), [("ADB104", True), ("ADB10", False), ("ADB1044", False), ("adb104", False), ("XADB104", False)]
)
def test_a_code_is_three_letters_and_three_digits(text: str, is_code: bool) -> None:
    assert bool(CODE.fullmatch(text)) is is_code
