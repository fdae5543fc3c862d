"""A fix: the change of LibCST nodes that a rule offers, and the edits of bytes that are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.project.names.imports import Needed

if TYPE_CHECKING:
    from async_db_lint.rule import cst


class Safety(Enum):
    """Whether a fix can change what working code does."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Orphan(NamedTuple):
    """A name that a file may no longer need to import."""

    path: str
    name: str


class Change(NamedTuple):
    """What a rule offers: its title, its safety, and pairs of a node and what takes its place.

    `needed` are names that must be imported then, `orphans` names that may no longer be.
    """

    title: str
    safety: Safety
    replacements: tuple[tuple[cst.CSTNode, Replacement], ...]
    needed: tuple[Needed, ...] = ()
    orphans: tuple[Orphan, ...] = ()


if TYPE_CHECKING:
    Replacement = cst.CSTNode | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNode]


class Edit(NamedTuple):
    """Bytes of a file that take the place of others.

    The edit belongs to the code that lies from byte `first` to byte `last`. `place` says the same as `start` and
    `end` in lines and columns from 1, columns in characters.
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
    """The edits of one fix: all are made or none; imports are added when it is known what else changes."""

    title: str
    safety: Safety
    edits: tuple[Edit, ...]
    needed: tuple[Needed, ...] = ()
    orphans: tuple[Orphan, ...] = ()
