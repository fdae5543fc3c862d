"""The text of a file for CPython's `tokenize`, which ends an f-string at its first quote before Python 3.12."""

from __future__ import annotations

import re

from async_db_lint.read.newer_syntax.edits import Edits, StringParts
from async_db_lint.read.newer_syntax.statements import edits_of
from async_db_lint.read.newer_syntax.tokens import QUOTED, TOKEN, NotUnderstood

OLD_STRING = re.compile(rb"[A-Za-z]{0,2}" + QUOTED, re.DOTALL)


def tokenizable(text: str) -> str:
    """The text with strings that an older `tokenize` would cut written in another way; no line and comment moves."""
    data = text.encode()
    try:
        edits = edits_of(data, with_strings=True)
    except NotUnderstood:
        return text
    is_cut = bytearray(len(data))
    for start, written in edits.strings.items():
        if _is_cut(data, start, written):
            is_cut[start : written.ends[-1]] = b"x" * (written.ends[-1] - start)
    return Edits([change for change in edits.changes if is_cut[change[0]]]).applied(data).decode()


def _is_cut(data: bytes, start: int, written: StringParts) -> bool:
    """Whether an older tokenizer sees other strings."""
    at = start
    for end in written.ends:
        found = OLD_STRING.match(data, at)
        if found is None or found.end() != end:
            return True
        at = _after_gap(data, end)
    return False


def _after_gap(data: bytes, at: int) -> int:
    while (token := TOKEN.match(data, at)) and token.lastgroup in ("blank", "line"):
        at = token.end()
    return at
