"""GitLab's Code Quality report."""

from __future__ import annotations

import json
from collections.abc import Sequence

from async_db_lint.report.formats import Shown, fingerprints
from async_db_lint.report.remedy import remedy
from async_db_lint.rule.finding import Finding, Severity

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.ADVICE: "info"}


def render(findings: Sequence[Finding], shown: Shown) -> str:
    """The findings as a JSON array of issues."""
    rows = zip(findings, fingerprints(findings), strict=True)
    return json.dumps([_issue(item, mark, shown) for item, mark in rows], indent=1)


def _issue(finding: Finding, fingerprint: str, shown: Shown) -> dict[str, object]:
    place = finding.location
    return {
        "description": f"{finding.code} {finding.name}: {finding.message}",
        "check_name": finding.code,
        "content": {"body": remedy(finding.code)},
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": shown(place.path),
            "positions": {
                "begin": {"line": place.line, "column": place.column},
                "end": {"line": place.end_line, "column": place.end_column},
            },
        },
    }
