"""A text as it was put together: its constant parts, and the pieces between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr
from async_db_lint.project.names.places import Place
from async_db_lint.project.sql.placeholders import NO_CODE


class Piece(NamedTuple):
    """Something that is put into a text: the expression, where it is written, and the text around it.

    Example: `for piece in item.pieces:`.
    """

    expr: Expr
    place: Place
    before: str = ""
    after: str = ""

    @property
    def is_in_string(self) -> bool:
        """Whether it stands between the quotes of a string. Example: `if piece.is_in_string:`."""
        return NO_CODE.sub("", self.before).count("'") % 2 == 1


class Assembled(NamedTuple):
    """What was read of a text so far: its constant parts with `x` for each piece, and the pieces."""

    text: str = ""
    pieces: tuple[Piece, ...] = ()

    def plus(self, other: Assembled) -> Assembled:
        """This text with another one after it."""
        own = tuple(piece._replace(after=piece.after + other.text) for piece in self.pieces)
        moved = tuple(piece._replace(before=self.text + piece.before) for piece in other.pieces)
        return Assembled(self.text + other.text, (*own, *moved))


class SqlText(NamedTuple):
    """A call that takes SQL as text, or that passes it to such a call; and the text. Example: `item.text.pieces`."""

    call: Call
    text: Assembled


def piece_of(expr: Expr, place: Place) -> Assembled:
    """A text of which only one piece is known."""
    return Assembled("x", (Piece(expr, place),))


def joined(parts: Iterable[Assembled]) -> Assembled:
    """Texts one after the other."""
    found = Assembled()
    for part in parts:
        found = found.plus(part)
    return found
