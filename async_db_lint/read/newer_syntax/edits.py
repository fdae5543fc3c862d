"""What is written in place of newer syntax, byte for byte, and what must be put right in the tree afterwards."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hole:
    """The code in the braces of an f-string: where it stands, in bytes, and whether it is a tuple."""

    start: int
    end: int
    is_tuple: bool
    has_last_comma: bool


@dataclass(frozen=True, slots=True)
class StringParts:
    """An f-string or t-string, with the plain strings beside it: its text and its holes, in order.

    `ends` are the places after each of them, in bytes.
    """

    parts: tuple[str | Hole, ...]
    ends: tuple[int, ...]
    is_template: bool  # a t-string

    @property
    def holes(self) -> tuple[Hole, ...]:
        """What is put in."""
        return tuple(part for part in self.parts if isinstance(part, Hole))


@dataclass(slots=True)
class Edits:
    """Changes to a text of which no byte moves.

    `strings` are those written as tuples; `aliases`, `handlers` and `lazy` (by the `import` of each) are statements.
    All are known by where they start, in bytes.
    """

    changes: list[tuple[int, bytes]] = field(default_factory=list)
    strings: dict[int, StringParts] = field(default_factory=dict)
    aliases: set[int] = field(default_factory=set)
    handlers: set[int] = field(default_factory=set)
    lazy: dict[int, int] = field(default_factory=dict)

    def applied(self, data: bytes) -> bytes:
        """The text with its changes; of two at one place, the later holds."""
        found = bytearray(data)
        for start, new in self.changes:
            found[start : start + len(new)] = new
        return bytes(found)
