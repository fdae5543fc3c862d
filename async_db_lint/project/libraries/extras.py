"""Whether a project's files ask for what SQLAlchemy's asyncio extension needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

REQUIREMENT = re.compile(
    r"(?:^|(?<=[\s\"'\[,(]))sqlalchemy(?P<extras>[ \t]*\[[^\]]*\])?[ \t]*(?P<rest>(?:[<>=!~;,)\"'\]][^\n]*)?)$",
    re.IGNORECASE | re.MULTILINE,
)
BRINGING = re.compile(r"asyncio|asyncpg|aio|asyncmy", re.IGNORECASE)
"""Names of SQLAlchemy's extras that bring greenlet."""
NO_REQUIREMENTS = re.compile(r"(?:constraint|override)-dependencies\s*=\s*\[(?:[^\[\]]|\[[^\]]*\])*\]")
GREENLET = re.compile(
    r"\b(greenlet|gevent|eventlet|playwright|advanced[-_]alchemy|fastapi[-_]users|prefect|apache[-_]airflow)",
    re.IGNORECASE,
)
"""Packages that are greenlet or need it."""


class Requirement(NamedTuple):
    """The line in which a file asks for SQLAlchemy. Example: `item.path`."""

    path: str
    line: int


def without_greenlet(files: Iterable[tuple[str, str]]) -> Requirement | None:
    """The first requirement of SQLAlchemy, where none of a project's files asks for greenlet in any way.

    Takes the files' names and texts. None where one does, or none asks for SQLAlchemy.
    """
    read = list(files)
    if any(GREENLET.search(text) or "[tool.pixi" in text for _, text in read):  # conda's package brings it
        return None
    found = [(item, extras) for path, text in read for item, extras in _required(path, text)]
    return found[0][0] if found and not any(BRINGING.search(extras) for _, extras in found) else None


def _required(path: str, text: str) -> Iterator[tuple[Requirement, str]]:
    """The requirements of SQLAlchemy in a file, with what says which extras are wanted."""
    if path.endswith((".lock", "METADATA", ".ini")):
        return
    text = NO_REQUIREMENTS.sub("", text)
    for match in REQUIREMENT.finditer(text):
        is_table = match["rest"].lstrip("= ").startswith("{")  # Poetry names the extras there, perhaps over lines
        table = text[match.start() : text.find("}", match.start())] if is_table else ""
        yield Requirement(path, text.count("\n", 0, match.start()) + 1), f"{match['extras'] or ''}{table}"
