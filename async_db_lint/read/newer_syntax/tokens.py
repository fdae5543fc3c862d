"""Python's tokens, as far as newer syntax needs them: from 3.8 to 3.15, on any interpreter.

CPython's `tokenize` knows only the f-strings of its own version.
"""

from __future__ import annotations

import re

LETTER = rb"[\w\x80-\xff]"
NAME = rb"[A-Za-z_\x80-\xff]" + LETTER + rb"*+"
GAP = rb"(?:[ \t\f]|\\\r?\n)*+"  # what may stand between two tokens of a line
QUOTED = (
    rb"(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}"
    rb"|\"(?:[^\"\\\r\n]|\\(?:\r\n|.))*+\"|'(?:[^'\\\r\n]|\\(?:\r\n|.))*+')"
)
TOKEN = re.compile(
    rb"(?P<formatted>(?P<prefix>[fFtT][rR]?|[rR][fFtT])(?P<quote>\"{3}|'{3}|\"|'))"  # only its start
    rb"|(?P<string>(?:[rR]?[bBuU]|[bBuU]?[rR])?" + QUOTED + rb")"
    rb"|(?P<word>" + NAME + rb")"
    rb"|(?P<number>\.?\d(?:[\w.]|(?<=[eE])[+-])*+)"
    rb"|(?P<blank>(?:[ \t\f]|\\(?:\r\n|\r|\n))++|\#[^\r\n]*+)"
    rb"|(?P<line>\r\n|\r|\n)"
    rb"|(?P<open>[(\[{])|(?P<close>[)\]}])"
    rb"|(?P<operator>!=|==|<=|>=|:=|->|\*\*|.)",
    re.DOTALL,
)


class NotUnderstood(Exception):
    """Text that no Python reads, or that is too involved to be written in an older way."""


def blanked(data: bytes) -> bytes:
    """As many blanks as there are bytes; line ends stay."""
    return re.sub(rb"[^\r\n]", b" ", data)


def closing(data: bytes, start: int) -> int:
    """Where the bracket that opens at a place is closed: the place after it.

    Raises NotUnderstood where it is not, or an f-string stands inside.
    """
    depth = 0
    for token in TOKEN.finditer(data, start):
        kind = token.lastgroup
        depth += (kind == "open") - (kind == "close")
        if depth == 0:
            return token.end()
        if kind == "formatted":
            break
    raise NotUnderstood
