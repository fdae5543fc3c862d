"""What was measured when a rule's examples were run on PostgreSQL: the proof on its page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

NAMES = {"sqlalchemy": "SQLAlchemy", "asyncpg": "asyncpg", "fastapi": "FastAPI", "postgresql": "PostgreSQL"}
Rows = Sequence[Mapping[str, str]]


def proof(folder: Path, code: str) -> Iterator[str]:
    """The lines of a rule's proof, from its fixture folder; none when the rule has no run-time effect."""
    path = folder / "proof.json"
    if not path.is_file():
        return
    known = json.loads(path.read_text())
    versions = [f"{NAMES[name]} {version}" for name, version in known["ran_with"].items()]
    yield from ("", "## Proof", "")
    yield f"Both examples were run, with {', '.join(versions[:-1])} and {versions[-1]}. Python's garbage collector was"
    yield "off meanwhile: it closes some of what is left open, at a time that nobody can rely on."
    yield from ("", *_table(known["rows"]))
    for others, rows in known["elsewhere"].items():
        different = [row for row in rows if row not in known["rows"]]
        yield from ("", f"With {others} instead:", "", *_table(different))
    yield from ("", f"`pytest tests/proofs -k {code}` runs them again, and compares.")


def _table(rows: Rows) -> Iterator[str]:
    yield "| measured | reported | not reported |"
    yield "| --- | --- | --- |"
    for row in rows:
        yield f"| {row['what']} | {row['bad']} | {row['good']} |"
