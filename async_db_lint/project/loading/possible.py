"""One answer for several that are possible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, Self, TypeVar


class Mergeable(Protocol):
    """An answer that may be merged with another one of its kind; None where they contradict each other."""

    def merged(self, other: Self) -> Self | None:
        """One for both."""


Answer = TypeVar("Answer", bound=Mergeable)


def merged(found: Iterable[Answer | None]) -> Answer | None:
    """One for several that are possible: known only when there are some, all are known, and none contradict."""
    first: Answer | None = None
    for position, item in enumerate(found):
        if item is None:
            return None
        first = item if not position else None if first is None else first.merged(item)
        if first is None:
            return None
    return first
