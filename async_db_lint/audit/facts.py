"""What speaks for an item of the checklist: facts with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from async_db_lint.rule.finding import Location


class Standing(Enum):
    """Whether a fact holds for an item, is not stated in the code, or does not apply."""

    PROVEN = "proven"
    OPEN = "open"
    EXEMPT = "exempt"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, in a sentence, and the places that show it."""

    standing: Standing
    text: str
    places: tuple[Location, ...] = ()


Facts = Iterator[Fact]


def proven(text: str, *places: Location) -> Fact:
    """A fact that shows that an item holds."""
    return Fact(Standing.PROVEN, text, places)


def unclear(text: str, *places: Location) -> Fact:
    """Something that the code does not say."""
    return Fact(Standing.OPEN, text, places)


def exempt(text: str, *places: Location) -> Fact:
    """A place that the item does not ask about, and why."""
    return Fact(Standing.EXEMPT, text, places)
