"""Which files are worth parsing, found in their bytes: a linear search, before any parsing.

Those that mention the field; those that import a name which carries it; and, below these, what they call that may
block or use a session, the models that their responses are made of, and the constants that they are given.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from async_db_lint.read.carried_names import CarriedNames, Text
from async_db_lint.read.imported import ImportStatement, Modules

FIELD = (
    b"sqlalchemy",
    b"sqlmodel",
    b"asyncpg",
    b"psycopg",
    b"fastapi",
    b"starlette",
    b"dishka",
    b"advanced_alchemy",
    b"postgresql+",
    b"postgresql://",
    b"postgres://",
    b"aiosqlite",
    b"BaseSettings",
    b".on_event",
    b".add_event_handler",
    b"adb: ignore",
    b"adb: off",
    b"noqa: ADB",
)
# What helpers do that need not mention a library of the field: block the event loop, or use a session they are given.
ACTIVE = (
    *(b"time.sleep", b"from time import", b"import time as", b"urllib.request"),
    *(b"import requests", b"from requests", b"import httpx", b"from httpx", b"import subprocess", b"from subprocess"),
    *(b".commit(", b".execute(", b".scalars(", b".scalar(", b".flush(", b".rollback(", b".refresh(", b".query("),
    *(b".merge(", b".add_all(", b".dispose(", b".begin("),
)
# What declares relationships, and what the models that read them in a response are made of.
RELATIONSHIPS = (b"relationship(", b"Relationship(")
PYDANTIC = b"pydantic"
FEW, MOST_IMPORTERS = 100, 4  # files that import some which mention the field, in a project that is all about it
MAX_HOPS = 5  # files that pass on a constant


def relevant(files: Mapping[str, bytes], root: str = "") -> set[str]:
    """The paths of the relevant files among a project's; none when nothing mentions the field.

    Takes the files by path from the root, and the root folder's name: it may be a package itself.
    """
    found = {path for path, data in files.items() if _mentions_field(data)}
    return Search(files, root).around(found) if found else found


def _mentions_field(data: bytes) -> bool:
    return any(word in data for word in FIELD)


class Search:
    """The search from the files that mention the field, along imports."""

    def __init__(self, files: Mapping[str, bytes], root: str) -> None:
        """Take the files, and the root folder's name."""
        self.files = files
        self.texts = {path: Text(path, data) for path, data in files.items()}
        self.modules = Modules(files.keys(), root)
        self.carried = CarriedNames(self.texts.__getitem__, self.modules, _mentions_field)

    def around(self, found: set[str]) -> set[str]:
        """Some files that mention the field, and those that matter to them."""
        importers = self._importers()
        near = _closure(found, {path: {other for other, _ in rows} for path, rows in importers.items()})
        if len(near) > FEW + MOST_IMPORTERS * len(found):  # some module of theirs is imported everywhere: ask for names
            near = found | self.carried.above(found, importers)
        return near | self._called(near) | self._constants(near)

    def _importers(self) -> dict[str, list[tuple[str, ImportStatement]]]:
        rows: dict[str, list[tuple[str, ImportStatement]]] = {}
        for path, text in self.texts.items():
            for statement in text.import_statements:
                for other in self.modules.read_by(statement):
                    rows.setdefault(other, []).append((path, statement))
        return rows

    def _called(self, near: Collection[str]) -> set[str]:
        """The files below some, by imports, that do something or say what a response reads; and those on the way."""
        has_relationships = any(word in self.files[path] for path in near for word in RELATIONSHIPS)
        wanted = (*ACTIVE, PYDANTIC) if has_relationships else ACTIVE
        importers: dict[str, set[str]] = {}
        pending = list(near)
        for path in pending:
            for other in self._imported(path):
                if other not in importers and other not in near:
                    pending.append(other)
                importers.setdefault(other, set()).add(path)
        found = {path for path in importers if path not in near and any(word in self.files[path] for word in wanted)}
        return _closure(found, importers) - set(near)

    def _imported(self, path: str) -> Iterator[str]:
        for statement in self.texts[path].import_statements:
            yield from self.modules.read_by(statement)

    def _constants(self, near: Collection[str]) -> set[str]:
        """The files that give some files a value by its name, also through each other."""
        found: set[str] = set()
        pending = [(item, 0) for path in near for item in self.texts[path].imports]
        seen = {item for item, _ in pending}
        for item, hops in pending:
            for path in self.modules.of(item.module) if item.name is not None else ():
                if path in near or not self.texts[path].gives(item.name or ""):
                    continue
                found.add(path)
                new = [
                    other
                    for other in self.texts[path].sources(item.name or "")
                    if other not in seen and hops < MAX_HOPS
                ]
                seen.update(new)
                pending += [(other, hops + 1) for other in new]
        return found


def _closure(found: Iterable[str], importers: Mapping[str, set[str]]) -> set[str]:
    """Some files and all that import them."""
    reached = set(found)
    pending = list(reached)
    for path in pending:
        new = importers.get(path, set()) - reached
        reached |= new
        pending += new
    return reached
