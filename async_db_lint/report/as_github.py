"""Workflow commands, from which GitHub makes annotations on the lines of a change."""

from __future__ import annotations

from collections.abc import Sequence

from async_db_lint.report.formats import Shown
from async_db_lint.report.remedy import remedy
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Finding, Severity

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}


def render(findings: Sequence[Finding], shown: Shown) -> str:
    """A command for each finding."""
    return "\n".join(_command(item, shown) for item in findings)


def _command(finding: Finding, shown: Shown) -> str:
    place = finding.location
    properties = {
        "file": shown(place.path),
        "line": str(place.line),
        "endLine": str(place.end_line),
        "col": str(place.column),
        "endColumn": str(place.end_column),
        "title": f"{finding.code} {finding.name}",
    }
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{COMMANDS[finding.severity]} {listed}::{_data(finding.message)}{_help(finding)}"


def _help(finding: Finding) -> str:
    """A line of its own, below the message: `%0A` ends one."""
    return f"%0Ahelp: {_data(remedy(finding.code))}" if remedy(finding.code) else ""


def _data(text: str) -> str:
    """A text in a command: `%` begins an escape, and controls would end the line (GitHub's `toolkit`, `command.ts`)."""
    return escaped(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
