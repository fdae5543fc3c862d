"""Which names of a file carry the field: engines, sessions, models, factories, dependencies, and what uses them.

Read from the bytes, a top-level statement at a time: a name carries the field when its statement mentions a library of
the field, or another name that carries it, here or in the file that it is imported from. When in doubt it does.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property

from async_db_lint.read.imported import ImportedName, ImportStatement, Modules, statements

FIRST = re.compile(rb"^[^\s#)\]}]", re.MULTILINE)
DEFINITION = re.compile(rb"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|type[ \t]+(\w+)")
BOUND = re.compile(
    rb"^[ \t]*(?:(?:async[ \t]+)?(?:def|class|for)[ \t]+)?([^\W\d]\w*)[ \t]*+(?:[=:(,]|in\b)", re.MULTILINE
)
Importers = Mapping[str, Sequence[tuple[str, ImportStatement]]]
"""The files that import each file, and how."""
KEYWORDS = frozenset(keyword.kwlist)
WORD = re.compile(rb"[^\W\d]\w*")


class Text:
    """A file's top-level statements by the names that they bind, and what it imports."""

    def __init__(self, path: str, data: bytes) -> None:
        """Take the file."""
        self.path = path
        self.data = data

    @cached_property
    def import_statements(self) -> tuple[ImportStatement, ...]:
        """Its import statements, wherever they stand."""
        return tuple(statements(self.path, self.data))

    @cached_property
    def imports(self) -> tuple[ImportedName, ...]:
        """What it imports, each by itself."""
        return tuple(item for statement in self.import_statements for item in statement.imports)

    @cached_property
    def imported(self) -> Mapping[str, list[ImportedName]]:
        """Its imports by what they are called."""
        found: dict[str, list[ImportedName]] = {}
        for item in self.imports:
            found.setdefault(item.local, []).append(item)
        return found

    @cached_property
    def statements(self) -> Mapping[str, list[tuple[int, int]]]:
        """Where the statements that bind each name lie, in bytes; decorators belong to what they decorate."""
        found: dict[str, list[tuple[int, int]]] = {}
        starts = [match.start() for match in FIRST.finditer(self.data)]
        first = 0
        for number, start in enumerate(starts):
            end = starts[number + 1] if number + 1 < len(starts) else len(self.data)
            first = first if number and self.data[starts[number - 1]] == ord("@") else start
            if self.data[start] != ord("@"):
                for name in _bound(self.data, start, end):
                    found.setdefault(name, []).append((first, end))
        return found

    def gives(self, name: str) -> bool:
        """Whether a name is a value that is assigned here, or imported from elsewhere, rather than code."""
        if name in self.statements:
            return any(DEFINITION.match(self.data, start) is None for start, _ in self.statements[name])
        return name in self.imported or "*" in self.imported

    @cached_property
    def users(self) -> Mapping[str, set[str]]:
        """The names whose statements mention each name of the file."""
        found: dict[str, set[str]] = {}
        for name, spans in self.statements.items():
            for start, end in spans:
                for word in self._words(start, end):
                    if word != name and (word in self.statements or word in self.imported or "*" in self.imported):
                        found.setdefault(word, set()).add(name)
        return found

    def _words(self, start: int, end: int) -> set[str]:
        return {word.decode(errors="replace") for word in set(WORD.findall(self.data, start, end))}

    def sources(self, name: str) -> list[ImportedName]:
        """The imports that may bring a name: by itself, or with a star."""
        return [*self.imported.get(name, ()), *self.imported.get("*", ())]


def _bound(data: bytes, start: int, end: int) -> set[str]:
    """The names that a top-level statement may bind: all that start its lines, where it is no definition."""
    found = DEFINITION.match(data, start, end)
    names = [found[1] or found[2]] if found is not None else BOUND.findall(data, start, end)
    if found is None:
        line = data[start : min(end, (data.find(b"\n", start, end) + 1 or end + 1) - 1)]
        names += WORD.findall(line.partition(b"=")[0]) if b"=" in line else []
    return {name.decode(errors="replace") for name in names} - KEYWORDS


class CarriedNames:
    """The names that carry the field, found from the files that mention it along what imports them."""

    def __init__(self, text: Callable[[str], Text], modules: Modules, mentions: Callable[[bytes], bool]) -> None:
        """Take the files by path, what their names may mean, and whether bytes mention the field."""
        self._text = text
        self._modules = modules
        self._mentions = mentions
        self._names: dict[str, set[str]] = {}

    def above(self, field: Collection[str], importers: Importers) -> set[str]:
        """The files that import a name which carries the field, directly or through each other.

        Takes the files that mention the field, and what imports each file.
        """
        pending = [(path, set(self._first(path))) for path in sorted(field)]
        for path, new in pending:
            grown = self._grown(path, new)
            if grown:
                for importer, statement in importers.get(path, ()):
                    local = {name for item in statement.imports for name in self._brought(path, grown, importer, item)}
                    if not local <= self._names.get(importer, set()):
                        pending.append((importer, local))
        return self._names.keys() - field

    def _first(self, path: str) -> Iterator[str]:
        """The names of a file that mention the field by themselves."""
        text = self._text(path)
        yield from (item.local for item in text.imports if self._mentions(item.module.encode()))
        for name, spans in text.statements.items():
            if any(self._mentions(text.data[start:end]) for start, end in spans):
                yield name

    def _grown(self, path: str, new: set[str]) -> set[str]:
        """The names of a file that carry the field when some more do; those that did not before."""
        known = self._names.setdefault(path, set())
        users = self._text(path).users
        found = new - known
        pending = list(found)
        for name in pending:
            more = users.get(name, set()) - known - found
            found |= more
            pending += more
        known |= found
        return found

    def _brought(self, path: str, names: set[str], importer: str, item: ImportedName) -> set[str]:
        """What an import of a file brings along, by local names, when some of its names carry the field."""
        text = self._text(path)
        if path not in self._modules.of(item.whole):
            if path not in self._modules.of(item.module):
                return set()
            if item.name == "*" or item.name in names:
                return names if item.name == "*" else {item.local}
            is_unseen = item.name not in text.statements and not text.sources(item.name or "")
            return {item.local} if is_unseen and self._mentions(text.data) else set()
        used = item.attributes(self._text(importer).data)
        is_used = not names.isdisjoint(used) or (not used and self._mentions(text.data))
        return {item.local} if is_used else set()
