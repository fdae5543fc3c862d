"""Files that could not be read, with what CPython said of them."""

from __future__ import annotations

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


CONFLICT = ("<<<<<<< ", "=======", ">>>>>>> ")


def _remark(data: bytes, error: SyntaxError) -> str:
    """What a merge left on the line where the parser stopped."""
    lines = data.splitlines()
    number = error.lineno or 1
    line = lines[number - 1].decode(errors="replace") if number <= len(lines) else ""
    return " (an unresolved merge conflict)" if line.startswith(CONFLICT) else ""
