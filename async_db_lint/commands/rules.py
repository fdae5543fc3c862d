"""The commands `rule` and `rules`: the page of one rule, and the list of all."""

from __future__ import annotations

import sys

from async_db_lint.exits import CLEAN, FAILED
from async_db_lint.report.rule_page import as_data, page
from async_db_lint.run.selection import all_rules, find
from async_db_lint.settings.keys import nearest


def explain(name: str) -> int:
    """Print the explanation of a rule, by code or name; returns the exit status."""
    rule = find(name) or find(name.upper()) or find(name.lower())
    if rule is None:
        known = [item for each in all_rules() for item in (each.code, each.name)]
        print(f"error: unknown rule `{name}`{nearest(name, known)}", file=sys.stderr)
        return FAILED
    print(page(rule))
    return CLEAN


def list_rules(output_format: str) -> int:
    """Print every rule: as lines, or as JSON; returns the exit status."""
    if output_format == "json":
        import json

        print(json.dumps([as_data(rule) for rule in all_rules()], indent=1))
        return CLEAN
    for rule in all_rules():
        print(f"{rule.code}  {rule.severity.label:8}  {rule.name:32}  {rule.title()}")
    return CLEAN
