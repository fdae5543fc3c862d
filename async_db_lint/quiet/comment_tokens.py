"""A file's comments, and which of its lines count as one for `noqa`: as tokenize has them, and so flake8."""

from __future__ import annotations

import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from async_db_lint.read.source import Source

ENDS = (tokenize.NL, tokenize.NEWLINE)
UNPLACED = (tokenize.ENDMARKER, tokenize.DEDENT)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: its line from 1, its column from 0 in characters, its text, and whether there is code before it."""

    line: int
    column: int
    text: str
    is_alone: bool


class Comments:
    """The comments of one file; it is tokenized when the first question comes."""

    def __init__(self, source: Source) -> None:
        """Take the file."""
        self.source = source

    @cached_property
    def _tokens(self) -> list[tokenize.TokenInfo]:
        """The tokens, up to where they make sense."""
        text = "".join(f"{line}\n" for line in self.source.lines)
        found = _tokens(text)
        if sys.version_info < (3, 12) and any(map(_is_cut, found)):
            from async_db_lint.read.newer_syntax.tokenizable import tokenizable

            return _tokens(tokenizable(text))
        return found

    def all(self) -> Iterator[Comment]:
        """Every comment, in order."""
        for token in self._tokens:
            if token.type == tokenize.COMMENT:
                line, column = token.start
                yield Comment(line, column, token.string, not token.line[:column].strip())

    @cached_property
    def ranges(self) -> dict[int, tuple[int, int]]:
        """The first and last of the lines that count as one with each line, where there are several.

        Those between two ends of lines that tokenize sees: a string that runs over lines, a backslash.
        """
        found: dict[int, tuple[int, int]] = {}
        first, last = sys.maxsize, -1
        for token in self._tokens:
            if token.type in UNPLACED:
                continue
            first, last = min(first, token.start[0]), max(last, token.end[0])
            if token.type in ENDS:
                if last > first:
                    found.update(dict.fromkeys(range(first, last + 1), (first, last)))
                first, last = sys.maxsize, -1
        return found

    def joined(self, line: int) -> tuple[int, int]:
        """The first and last of the lines that count as one with a line."""
        return self.ranges.get(line, (line, line))


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    found: list[tokenize.TokenInfo] = []
    try:
        found.extend(tokenize.generate_tokens(io.StringIO(text, newline="\n").readline))
    except (tokenize.TokenError, SyntaxError, IndentationError):
        return found
    return found


def _is_cut(token: tokenize.TokenInfo) -> bool:
    """Whether a token may be a part of an f-string of Python 3.12: braces that are not closed, or an odd quote."""
    return token.type == tokenize.ERRORTOKEN or (
        token.type == tokenize.STRING and token.string.count("{") != token.string.count("}")
    )
