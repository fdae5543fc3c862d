"""The mutants: the reference application with one mistake each, and the code that must be reported for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.change import Change

ROOT = Path(__file__).parents[2]
APPLICATION = ROOT / "reference_app"


@dataclass(frozen=True)
class Mutant:
    """One mistake: its changes, the code it must get, and where: a path and what stands in the line.

    `count` is how often the code is right, `also` are other codes that are right as well, each as often as it is there. `behaves` says whether the application behaves
    differently; otherwise the mistake is one of style, of the tool, or of code that never runs.
    `raw` is text appended to a file that no tree can be made of, `beside` are other files, by path and text.
    """

    name: str
    code: str
    changes: tuple[Change, ...]
    at: tuple[str, str]
    also: tuple[str, ...] = ()
    count: int = 1
    behaves: bool = True
    raw: tuple[str, str] | None = None
    beside: tuple[tuple[str, str], ...] = ()

    def files(self) -> dict[str, str]:
        """The changed files by path from the application's folder."""
        changed: dict[str, str] = {}
        for change in self.changes:
            text = changed.get(change.path) or (APPLICATION / change.path).read_text()
            changed[change.path] = change.applied(text)
        if self.raw is not None:
            changed[self.raw[0]] = (APPLICATION / self.raw[0]).read_text() + self.raw[1]
        return {**changed, **dict(self.beside)}


def mutants() -> Iterator[Mutant]:
    """All mutants, each with a name of its own."""
    from tests.mutants import asyncpg, awaiting, engines, fastapi, loading, queries, sessions, tool, transactions

    for module in (engines, sessions, awaiting, queries, fastapi, transactions, loading, asyncpg, tool):
        yield from module.MUTANTS
