"""Files that could not be read, with what CPython said of them."""

from __future__ import annotations

import re
from typing import NamedTuple


class Unreadable(NamedTuple):
    """A file that has no index: where it goes wrong, in lines and characters from 1, and why."""

    path: str
    line: int
    column: int
    reason: str


def unreadable(path: str, data: bytes, error: Exception | MemoryError) -> Unreadable:
    """The problem in a file, taken from the error that CPython's parser raised."""
    if isinstance(error, SyntaxError):
        reason = error.msg + _remark(data, error)
        return Unreadable(path, error.lineno or 1, max(error.offset or 1, 1), reason)
    if isinstance(error, (RecursionError, MemoryError)):
        return Unreadable(path, 1, 1, "nested too deeply to be parsed")
    return Unreadable(path, 1, 1, str(error))


# Syntax newer than Python 3.11, by the line on which an older parser stops.
NEWER = (
    (re.compile(r"^\s*type\s+\w++.*="), "3.12"),
    (re.compile(r"^\s*(async\s+)?(def|class)\s+\w+\s*\["), "3.12"),
    (re.compile(r"^\s*except\s+[\w.]++\s*+,\s*[\w.]+"), "3.14"),
    (re.compile(r"\bt[\"']"), "3.14"),
)


CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")


def _remark(data: bytes, error: SyntaxError) -> str:
    """What else is known of the line on which the parser stopped: newer syntax, or what a merge left there."""
    import sys

    running = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if error.msg.startswith("f-string") and sys.version_info < (3, 12):  # PEP 701 allows more inside the braces
        return f" (Python 3.12 may read it; this is Python {running}: run async-db-lint with 3.12 or newer)"
    lines = data.splitlines()
    number = error.lineno or 1
    line = lines[number - 1].decode(errors="replace") if number <= len(lines) else ""
    if line.startswith(CONFLICT):
        return " (an unresolved merge conflict)"
    for pattern, version in NEWER:
        if pattern.search(line) and sys.version_info < tuple(int(part) for part in version.split(".")):
            return f" (Python {version} syntax; this is Python {running}: run async-db-lint with {version} or newer)"
    return ""
