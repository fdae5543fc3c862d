"""F-strings and t-strings written as tuples of what their braces hold: `f"{a} b"` as `(  a,  )`."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from async_db_lint.read.newer_syntax.edits import Hole, StringParts
from async_db_lint.read.newer_syntax.tokens import TOKEN, NotUnderstood, blanked

PIECE = re.compile(
    rb"(?P<escape>\\(?:N\{[^{}]*\}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{1,3}|\r\n|[^{}]))"
    rb"|(?P<double>\{\{|\}\})|(?P<open>\{)|(?P<close>\})"
    rb"|(?P<quote>[\"']+)|(?P<line>\r\n|\r|\n)|(?P<text>[^\\{}\"'\r\n]++|\\)",
    re.DOTALL,
)
CONVERSION = re.compile(rb"\s*!\s*\w+\s*")
DEBUG = re.compile(rb"=\s*+(?=[!:}])")
MAX_DEPTH = 40  # f-strings within format specifications; CPython stops at two

ReadHole = Callable[[int], Hole]


@dataclass(slots=True)
class Run:
    """Strings that stand side by side, read from one place on."""

    data: bytes
    start: int
    may_break: bool  # inside brackets, where a line's end means nothing
    read_hole: ReadHole
    parts: list[str | Hole] = field(default_factory=list)
    prefixes: bytes = b""
    ends: list[int] = field(default_factory=list)

    def read(self) -> None:
        """Read them. Raises NotUnderstood where one has no end."""
        at = self.start
        while token := TOKEN.match(self.data, at):
            kind = token.lastgroup
            if kind == "string":
                self.parts.append(_evaluated(token[0]))
                at = token.end()
                self.ends.append(at)
            elif kind == "formatted":
                self.prefixes += token["prefix"].lower()
                at = self._formatted(token)
                self.ends.append(at)
            elif kind == "blank" or (kind == "line" and self.may_break):
                at = token.end()
            else:
                return

    @property
    def written(self) -> StringParts:
        """What was read."""
        return StringParts(tuple(_joined(self.parts)), tuple(self.ends), b"t" in self.prefixes)

    def changes(self) -> Iterator[tuple[int, bytes]]:
        """The changes that make it a tuple."""
        at, before = self.start, b"("
        for hole in self.written.holes:
            yield at, before + blanked(self.data[at + len(before) : hole.start])
            at, before = hole.end, b" " if hole.has_last_comma else b","
        yield at, before + blanked(self.data[at + len(before) : self.ends[-1] - 1]) + b")"

    def _formatted(self, start: re.Match[bytes]) -> int:
        """Read an f-string from its start; the place after it. Raises NotUnderstood where it has no end."""
        is_raw, quote, at = b"r" in start["prefix"].lower(), start["quote"], start.end()
        while piece := PIECE.match(self.data, at):
            kind, text = piece.lastgroup, piece[0]
            if kind == "open":
                at = self._hole(piece.end())
                continue
            if kind == "close" or (kind == "line" and len(quote) == 1):
                break
            closing = text.find(quote) if kind == "quote" else -1
            self._text(kind, text if closing < 0 else text[:closing], is_raw)
            if closing >= 0:
                return at + closing + len(quote)
            at = piece.end()
        raise NotUnderstood

    def _text(self, kind: str | None, text: bytes, is_raw: bool) -> None:
        """Note a piece of text as what it means."""
        if kind == "escape" and not is_raw:
            self.parts.append(_evaluated(b'"' + text + b'"'))
        elif kind == "line":
            self.parts.append("\n")
        else:
            self.parts.append((text[:1] if kind == "double" else text).decode(errors="replace"))

    def _hole(self, start: int) -> int:
        """Read what braces hold; the place after them."""
        hole = self.read_hole(start)
        at = hole.end
        if debug := DEBUG.match(self.data, at):
            at = debug.end()
            self.parts.append(self.data[start:at].decode(errors="replace"))
        self.parts.append(hole)
        if conversion := CONVERSION.match(self.data, at):
            at = conversion.end()
        return self._specification(at)

    def _specification(self, at: int) -> int:
        """Go past a format specification, which may hold braces itself; the place after the closing brace."""
        depth = 1
        while piece := PIECE.match(self.data, at):
            depth += {"open": 1, "close": -1}.get(piece.lastgroup or "", 0)
            at = piece.end()
            if piece.lastgroup == "double":
                depth += 2 if piece[0] == b"{{" else -2
            if depth <= 0:
                return at + depth
            if depth > MAX_DEPTH:
                break
        raise NotUnderstood


def _evaluated(text: bytes) -> str:
    """What a plain string means; the text itself where CPython refuses it."""
    try:
        found = ast.literal_eval(text.decode())
    except (SyntaxError, ValueError):
        return text.decode(errors="replace")
    return found if isinstance(found, str) else ""


def _joined(parts: list[str | Hole]) -> Iterator[str | Hole]:
    """Parts, with the texts that touch made one."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        yield part
        text = ""
    if text:
        yield text
