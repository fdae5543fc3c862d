"""Counts as they are said."""

from __future__ import annotations


def counted(count: int, word: str) -> str:
    """How many there are of what a word names: `1 route`, `2 routes`, `0 queries`."""
    plural = "queries" if word == "query" else f"{word}s"
    return f"{count} {word if count == 1 else plural}"
