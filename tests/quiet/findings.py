"""Findings made by hand, for what keeps findings quiet."""

from __future__ import annotations

from async_db_lint.rule.finding import Finding, Location, Note, Severity

NAMES = {"ADB104": "echo-enabled", "ADB301": "missing-await"}


def at(
    line: int,
    code: str = "ADB104",
    path: str = "app.py",
    message: str = "wrong",
    end: int | None = None,
    related: tuple[tuple[str, int], ...] = (),
) -> Finding:
    """A finding at a line, or from one to another, with related places by path and line."""
    notes = tuple(Note(Location(where, there, 1, there, 2), "here") for where, there in related)
    place = Location(path, line, 1, line if end is None else end, 2)
    return Finding(code, NAMES.get(code, code.lower()), Severity.WARNING, place, message, notes)
