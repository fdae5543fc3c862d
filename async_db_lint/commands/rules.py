"""The commands `rule` and `rules`: the page of one rule, and the list of all."""

from __future__ import annotations

import sys
from shutil import get_terminal_size

from async_db_lint.exits import CLEAN, FAILED
from async_db_lint.report.rule_card import card
from async_db_lint.report.rule_page import as_data, page
from async_db_lint.run.selection import all_rules, find
from async_db_lint.settings.keys import nearest

WIDEST = 100  # columns of a card
MOST_NAMED = 12  # rules that a hint names


def explain(name: str, is_full: bool = False) -> int:
    """Print a rule's card, or its full page, by code or name; returns the exit status."""
    rule = find(name) or find(name.upper()) or find(name.lower())
    if rule is None:
        print(f"error: unknown rule `{name}`{_meant(name)}", file=sys.stderr)
        return FAILED
    print(page(rule) if is_full else card(rule, _width()))
    return CLEAN


def _width() -> int:
    """The columns of the terminal; of a pipe, what is easy to read."""
    return min(get_terminal_size().columns, WIDEST) if sys.stdout.isatty() else WIDEST


def _meant(name: str) -> str:
    """A hint at the rules that may be meant: those of which it is the beginning, else the nearest."""
    beginning = [rule.code for rule in all_rules() if rule.code.startswith(name.upper())]
    if beginning:
        return f"; there are {', '.join(beginning[:MOST_NAMED])}{', …' if len(beginning) > MOST_NAMED else ''}"
    return nearest(name, [item for rule in all_rules() for item in (rule.code, rule.name)])


def list_rules(output_format: str) -> int:
    """Print every rule: as lines, or as JSON; returns the exit status."""
    if output_format == "json":
        import json

        print(json.dumps([as_data(rule) for rule in all_rules()], indent=1))
        return CLEAN
    for rule in all_rules():
        fix = "" if rule.fix is None else rule.fix.value
        print(f"{rule.code}  {rule.severity.label:8}  {fix:6}  {rule.name:32}  {rule.title()}")
    return CLEAN
