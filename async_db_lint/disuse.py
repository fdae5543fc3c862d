"""Takes a code out of a suppression comment, and the comment away when no code is left."""

from __future__ import annotations

import re

from async_db_lint.fix import Fix, Safety
from async_db_lint.rendering import edit
from async_db_lint.source import Source
from async_db_lint.suppressions import Suppression


def without_code(source: Source, item: Suppression, code: str) -> Fix | None:
    """The fix that removes a code from a comment; None where more than that stands in the comment."""
    line = source.line(item.line)
    rest = line[item.column + len(item.text) :]
    if line[item.column :][:1] != "#" or not line[item.column :].startswith(item.text):
        return None
    kept = [other for other in re.split(r"[,\s]+", _codes_of(item)) if other and other != code]
    if kept:
        new = item.text.replace(_codes_of(item), ", ".join(kept))
        return _fix(source, item, item.column, item.column + len(item.text), new, code)
    if rest.strip() and not rest.strip().startswith("#"):
        return None  # words about it would be left
    before = line[: item.column].rstrip()
    if not before and not rest.strip():
        return _whole_line(source, item, code)
    needs_space = bool(before and rest.strip()) and not rest.startswith("  ")
    return _fix(source, item, len(before), item.column + len(item.text), "  " if needs_space else "", code)


def _codes_of(item: Suppression) -> str:
    """The codes as they are written."""
    if item.is_ours:
        return item.text.partition("[")[2].rpartition("]")[0]
    return item.text.partition(":")[2].strip()


def _fix(source: Source, item: Suppression, start: int, end: int, text: str, code: str) -> Fix:
    first, last = source.offset(item.line, start), source.offset(item.line, end)
    change = edit(source, first, last, text.encode(source.codec), first, last)
    return Fix(f"Remove `{code}` from the comment", Safety.SAFE, (change,))


def _whole_line(source: Source, item: Suppression, code: str) -> Fix:
    first = source.starts[item.line - 1]
    last = source.starts[item.line] if item.line < len(source.starts) else len(source.data)
    change = edit(source, first, last, b"", first, last)
    return Fix(f"Remove `{code}` from the comment", Safety.SAFE, (change,))
