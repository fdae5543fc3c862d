"""What a fix is: a change of LibCST nodes as a rule offers it, and the edits of bytes that come of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import libcst as cst


class Safety(Enum):
    """Whether a fix can change what working code does."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Needed(NamedTuple):
    """A name that a file must import: `from module import name`."""

    path: str
    module: str
    name: str


class Orphan(NamedTuple):
    """A name that a file may no longer need to import."""

    path: str
    name: str


class Change(NamedTuple):
    """What a rule offers: nodes that it was shown, and what to put in place of each."""

    title: str
    safety: Safety
    replacements: tuple[tuple[cst.CSTNode, Replacement], ...]
    needed: tuple[Needed, ...] = ()
    orphans: tuple[Orphan, ...] = ()


if TYPE_CHECKING:
    Replacement = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]


class Edit(NamedTuple):
    """Bytes of a file to put in place of others; they belong to the code that lies from `first` to `last`.

    `place` says the same as `start` and `end` in lines and columns from 1, columns in characters.
    """

    path: str
    start: int
    end: int
    text: bytes
    first: int
    last: int
    place: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Fix:
    """The edits of one fix, all or none of which are made; imports are settled when it is known what else changes."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...]
    needed: tuple[Needed, ...] = ()
    orphans: tuple[Orphan, ...] = ()
