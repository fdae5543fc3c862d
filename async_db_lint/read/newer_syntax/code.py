"""The code between statements' starts: brackets, strings, and stars in comprehensions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from async_db_lint.read.newer_syntax.edits import Edits, Hole
from async_db_lint.read.newer_syntax.strings import DEBUG, Run
from async_db_lint.read.newer_syntax.tokens import TOKEN, NotUnderstood

MAX_HOLES = 40  # f-strings in f-strings


@dataclass(slots=True)
class Bracket:
    """An open bracket, and a star that stands first in it."""

    is_empty: bool = True
    star: tuple[int, bytes] | None = None


class Code:
    """A pass over code: where it is, which brackets are open, and what is to be changed."""

    def __init__(self, data: bytes, with_strings: bool) -> None:
        self.data = data
        self.with_strings = with_strings  # whether f-strings are to be changed, as t-strings are
        self.edits = Edits()
        self.at = 0
        self.brackets: list[Bracket] = []
        self.holes = 0

    def take(self, token: re.Match[bytes]) -> None:
        """Go past a token. Raises NotUnderstood."""
        kind, text = token.lastgroup, token[0]
        if kind in ("string", "formatted"):
            self._strings(token.start())
        else:
            self.at = token.end()
        if kind in ("blank", "line"):
            return
        if kind == "close":
            del self.brackets[-1:]
        elif self.brackets:
            self._unpack(token.start(), text)
        if kind == "open":
            self.brackets.append(Bracket())

    def _strings(self, start: int) -> None:
        run = Run(self.data, start, bool(self.brackets or self.holes), self.hole)
        run.read()
        self.at = run.ends[-1]
        if b"t" in run.prefixes or (b"f" in run.prefixes and self.with_strings):
            self.edits.changes += run.changes()
            self.edits.strings[start] = run.written

    def hole(self, start: int) -> Hole:
        """Read the code in the braces of an f-string. Raises NotUnderstood where they do not end."""
        outer, self.brackets, self.at = self.brackets, [], start
        self.holes += 1
        is_tuple, last = False, b""
        while (token := TOKEN.match(self.data, self.at)) and not self._ends_hole(token):
            if token.lastgroup not in ("blank", "line"):
                last = token[0]
            is_tuple = is_tuple or (last == b"," and not self.brackets)
            self.take(token)
        if token is None or not last or self.holes > MAX_HOLES:
            raise NotUnderstood
        self.brackets = outer
        self.holes -= 1
        return Hole(start, self.at, is_tuple, last == b",")

    def _ends_hole(self, token: re.Match[bytes]) -> bool:
        if self.brackets:
            return False
        return token[0] in (b"}", b"!", b":", b":=") or (
            token[0] == b"=" and DEBUG.match(self.data, self.at) is not None
        )

    def _unpack(self, start: int, text: bytes) -> None:
        """Write `~` for a star before the element of a comprehension."""
        bracket = self.brackets[-1]
        if bracket.is_empty and text in (b"*", b"**"):
            bracket.star = (start, text)
        elif text == b",":
            bracket.star = None
        elif text == b"for" and bracket.star is not None:
            place, stars = bracket.star
            self.edits.changes.append((place, b"~" * len(stars)))
            bracket.star = None
        bracket.is_empty = False
