"""SQL that is given as text: its constant parts, and what is put between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Join, Literal, Name, Sequence, Template
from async_db_lint.index.scopes import Parameter, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place, place_of

BUILDERS = ("sqlalchemy.text", "sqlalchemy.literal_column")
ASYNCPG = "execute executemany fetch fetchrow fetchval prepare cursor".split()
DOUBLED = re.compile(r"%%(?!\w)|\{\{|\}\}")  # which mean one such sign
SLOT = re.compile(r"%\(\w+\)s|%[sdr]|\{[^{}]*\}")
PASSING = frozenset("strip lstrip rstrip".split())
MAX_HOPS = 8  # names and concatenations followed


class Piece(NamedTuple):
    """Something that is put into a text: the expression, where it is written, and the text just before it.

    Example: `for piece in item.pieces:`.
    """

    expr: Expr
    place: Place
    before: str


class SqlText(NamedTuple):
    """A call that takes SQL as text, what it takes, and the pieces in it. Example: `item.pieces`."""

    call: Call
    given: Expr
    pieces: tuple[Piece, ...]
    beginning: str


class Assembled(NamedTuple):
    """What was read of a text so far: its constant parts with `x` for each piece, and the pieces."""

    text: str = ""
    pieces: tuple[Piece, ...] = ()

    def plus(self, other: Assembled) -> Assembled:
        """This text with another one after it."""
        moved = tuple(piece._replace(before=self.text + piece.before) for piece in other.pieces)
        return Assembled(self.text + other.text, (*self.pieces, *moved))


def piece_of(expr: Expr, place: Place) -> Assembled:
    """A text of which only one piece is known."""
    return Assembled("x", (Piece(expr, place, ""),))


class SqlTexts:
    """Reads SQL that is put together."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference

    def all(self) -> Iterator[SqlText]:
        """Every call that takes SQL as text with something put into it."""
        for call, given in self._calls():
            if isinstance(given, Literal):
                continue
            found = self._read(given, place_of(call), MAX_HOPS)
            if found.pieces:
                yield SqlText(call, given, found.pieces, found.text)

    def _calls(self) -> Iterator[tuple[Call, Expr]]:
        for site in self.codebase.calls_to(*BUILDERS):
            given = site.argument("text", 0)
            if given is not None:
                yield site.call, given
        for site in self.codebase.calls("exec_driver_sql", on=(library.CONNECTION, library.SYNC_CONNECTION)):
            given = site.argument("statement", 0)
            if given is not None:
                yield site.call, given
        for site in self.codebase.calls(*ASYNCPG, on=(library.POOL, library.ASYNCPG_CONNECTION)):
            given = site.argument("query", 0) or site.argument("command", 0)
            if given is not None and site.target is None:
                yield site.call, given

    def _read(self, expr: Expr, place: Place, hops: int) -> Assembled:
        """Read an expression that is a text, part by part."""
        match expr:
            case Literal(str() as text):
                return Assembled(text)
            case Template(parts):
                return _joined([self._read(part, place, hops - 1) for part in parts])
            case Join("Add", left, right):
                return self._read(left, place, hops - 1).plus(self._read(right, place, hops - 1))
            case Join("Mod", left, right):
                return self._filled(left, right.items if isinstance(right, Sequence) else (right,), place, hops)
            case Call() if expr.method == "format" and expr.receiver is not None:
                return self._filled(expr.receiver, tuple(item.value for item in expr.arguments), place, hops)
            case Call() if hops > 0:
                inner = expr.argument("text", 0) if expr.method == "dedent" else None
                inner = expr.receiver if expr.method in PASSING else inner
                return piece_of(expr, place) if inner is None else self._read(inner, place, hops - 1)
            case Name() if hops > 0:
                return self._named(expr, place, hops - 1)
        return piece_of(expr, place)

    def _filled(self, template: Expr, values: tuple[Expr, ...], place: Place, hops: int) -> Assembled:
        """Read a text with slots, and what fills them, in order."""
        inner = self._read(template, place, hops - 1)
        if inner.pieces:
            return piece_of(template, place)
        first, *texts = (Assembled(text) for text in SLOT.split(DOUBLED.sub("%", inner.text)))
        pairs = zip(values, texts, strict=False)
        return _joined([first, *(piece_of(value, place).plus(text) for value, text in pairs)])

    def _named(self, name: Name, place: Place, hops: int) -> Assembled:
        """Read what a name was bound to: one text, or one to which others are added; else the name is a piece."""
        found = bindings_of(name.name, place)
        rows = [] if found is None else found[1]
        is_own = any(name.name in block.names for block in place.block.outward())
        if is_own or any(isinstance(row.value, Parameter) or row.value is None for row in rows):
            return piece_of(name, place)
        texts = [(row.value, place_of(row)) for row in rows if is_expression(row.value)]
        texts = texts if len(texts) == len(rows) else definitions(self.inference, name, place)
        if not texts or not all(_is_text(text) for text, _ in texts):
            return piece_of(name, place)
        ordered = sorted(texts, key=lambda item: item[1].at)
        return _joined([self._read(text, where, hops // len(texts)) for text, where in ordered])


def _joined(parts: list[Assembled]) -> Assembled:
    found = Assembled()
    for part in parts:
        found = found.plus(part)
    return found


def _is_text(expr: Expr) -> bool:
    """Whether an expression is certainly a text that is put together here."""
    match expr:
        case Literal(value):
            return isinstance(value, str)
        case Template() | Join("Add" | "Mod"):
            return True
    return isinstance(expr, Call) and (expr.method in PASSING or expr.method in ("format", "dedent"))
