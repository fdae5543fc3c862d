"""What to write instead, and what was measured: what a reader in a hurry needs besides the message."""

from __future__ import annotations

import json
from functools import cache

from async_db_lint.report.rule_page import fixture_folder
from async_db_lint.rule.rule import Rule
from async_db_lint.run.selection import find


@cache
def remedy(code: str) -> str:
    """What the page of a rule says to write instead, as one paragraph; empty for a code that is none."""
    rule = find(code)
    return "" if rule is None else rule.remedy()


@cache
def measured(code: str) -> str:
    """What the proof of a rule has measured first: `rows after …: 0; done right: 1`; empty for a rule without one."""
    rule = find(code)
    return "" if rule is None else _measured(rule)


def _measured(rule: type[Rule]) -> str:
    path = fixture_folder(rule) / "proof.json"
    if not path.is_file():
        return ""
    rows = (row for row in json.loads(path.read_text())["rows"] if row["bad"] != row["good"])
    return next((f"{row['what']}: {row['bad']}; done right: {row['good']}" for row in rows), "")
