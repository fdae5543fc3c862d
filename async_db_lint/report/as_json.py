"""Findings as a JSON array, for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from async_db_lint.report.remedy import remedy
from async_db_lint.rule.change import Fix
from async_db_lint.rule.finding import Finding, Location


def render(findings: Sequence[Finding], shown: Callable[[str], str]) -> str:
    """The findings as JSON text; `shown` turns a path from the root into one from the current folder."""
    return json.dumps([as_data(item, shown) for item in findings], indent=1)


def as_data(finding: Finding, shown: Callable[[str], str]) -> dict[str, Any]:
    """One finding as JSON has it."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.label,
        **_location(finding.location, shown),
        "message": finding.message,
        "help": remedy(finding.code),
        "related": [{**_location(item.location, shown), "message": item.message} for item in finding.related],
        "fix": None if finding.fix is None else _fix(finding.fix, shown),
    }


def _fix(fix: Fix, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "title": fix.title,
        "safety": fix.safety.value,
        "edits": [
            {
                "path": shown(edit.path),
                **dict(zip(("line", "column", "end_line", "end_column"), edit.place, strict=True)),
                "text": edit.text.decode(errors="replace"),
            }
            for edit in fix.edits
        ],
    }


def _location(location: Location, shown: Callable[[str], str]) -> dict[str, Any]:
    return {
        "path": shown(location.path),
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }
