"""The diagnostic format of reviewdog."""

from __future__ import annotations

import json
from collections.abc import Sequence

from async_db_lint.report.formats import Shown
from async_db_lint.rule.finding import Finding, Location, Severity

SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.ADVICE: "INFO"}


def render(findings: Sequence[Finding], shown: Shown) -> str:
    """The findings as one JSON object."""
    return json.dumps(
        {"source": {"name": "async-db-lint"}, "diagnostics": [_diagnostic(item, shown) for item in findings]}, indent=1
    )


def _diagnostic(finding: Finding, shown: Shown) -> dict[str, object]:
    return {
        "message": f"{finding.name}: {finding.message}",
        "location": _location(finding.location, shown),
        "severity": SEVERITIES[finding.severity],
        "code": {"value": finding.code},
        "related_locations": [
            {"message": note.message, "location": _location(note.location, shown)} for note in finding.related
        ],
    }


def _location(place: Location, shown: Shown) -> dict[str, object]:
    return {
        "path": shown(place.path),
        "range": {
            "start": {"line": place.line, "column": place.column},
            "end": {"line": place.end_line, "column": place.end_column},
        },
    }
