"""SARIF 2.1.0, for code scanning: the findings, and the description of each rule."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from urllib.parse import quote

from async_db_lint import __version__
from async_db_lint.report.formats import Shown, fingerprints
from async_db_lint.report.rule_page import page
from async_db_lint.rule.change import Edit, Fix
from async_db_lint.rule.finding import Finding, Location, Severity
from async_db_lint.rule.rule import Rule
from async_db_lint.run.selection import all_rules

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "note"}


def render(findings: Sequence[Finding], shown: Shown) -> str:
    """The findings as a log with one run."""
    index = {rule.code: number for number, rule in enumerate(all_rules())}
    rows = zip(findings, fingerprints(findings), strict=True)
    run = {
        "tool": {"driver": {"name": "async-db-lint", "version": __version__, "rules": [_rule(r) for r in all_rules()]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, index[item.code], mark, shown) for item, mark in rows],
    }
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=1)


def _rule(rule: type[Rule]) -> dict[str, object]:
    return {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.name.split("-")),
        "shortDescription": {"text": rule.title()},
        "fullDescription": {"text": inspect.cleandoc(rule.__doc__ or "")},
        "help": {"text": inspect.cleandoc(rule.__doc__ or ""), "markdown": page(rule)},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.name]},
    }


def _result(finding: Finding, index: int, fingerprint: str, shown: Shown) -> dict[str, object]:
    fixes = {} if finding.fix is None else {"fixes": [_fix(finding.fix, shown)]}
    return {
        **fixes,
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.name}: {finding.message}"},
        "locations": [_location(finding.location, shown)],
        "relatedLocations": [
            {"id": number, **_location(note.location, shown), "message": {"text": note.message}}
            for number, note in enumerate(finding.related, 1)
        ],
        "partialFingerprints": {"asyncDbLint/v1": fingerprint},
    }


def _fix(fix: Fix, shown: Shown) -> dict[str, object]:
    by_path: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_path.setdefault(edit.path, []).append(edit)
    changes = [
        {"artifactLocation": _artifact(path, shown), "replacements": [_replacement(edit) for edit in edits]}
        for path, edits in by_path.items()
    ]
    return {"description": {"text": f"{fix.title} ({fix.safety.value})"}, "artifactChanges": changes}


def _replacement(edit: Edit) -> dict[str, object]:
    names = ("startLine", "startColumn", "endLine", "endColumn")
    region = dict(zip(names, edit.place, strict=True))
    return {"deletedRegion": region, "insertedContent": {"text": edit.text.decode(errors="replace")}}


def _artifact(path: str, shown: Shown) -> dict[str, str]:
    return {"uri": quote(shown(path).encode(errors="surrogateescape"))}


def _location(place: Location, shown: Shown) -> dict[str, object]:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(place.path, shown),
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        }
    }
