"""What files import, found in their bytes: before any parsing, in files that may never be parsed."""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Collection, Iterator
from typing import NamedTuple

NAMES = rb"\((?:[^()#]++|#[^\n]*+)*+\)|(?:[^\n#;\\]++|\\\r?\n)*+"  # in brackets, with comments, or in a line
IMPORT = re.compile(
    rb"[ \t]*+(?:[\w \t.,:()=]*?[:;][ \t]*)?(?:lazy[ \t]+)?"
    rb"(?:from[ \t]+(\.*+)([\w.]*+)[ \t]+import[ \t]*(" + NAMES + rb")|import[ \t]+([^\n#;]+))"
)
NAME = re.compile(rb"[\w.]+")
ALIAS = re.compile(rb"([\w.]+)(?:\s+as\s+(\w+))?")


class ImportedName(NamedTuple):
    """One name that a file imports: the module, the name in it (None: the module itself), and what it is called.

    A module is dotted, or, for a relative import, its path from the root after a `/`. The name may be `*`.
    """

    module: str
    name: str | None
    local: str

    @property
    def whole(self) -> str:
        """The dotted name, or path, of what is imported, if that is a module."""
        return self.module if self.name is None else inside(self.module, self.name)

    def attributes(self, data: bytes) -> list[str]:
        """The names that code uses of it, if it is a module: `engine` in `database.engine`."""
        is_plain = self.name is None and self.local == self.module.partition(".")[0]
        called = self.module.rpartition(".")[2] if is_plain else self.local
        found = re.findall(rb"\b" + re.escape(called.encode()) + rb"\s*+\.\s*+(\w+)", data)
        return sorted({name.decode(errors="replace") for name in found})


def inside(module: str, name: str) -> str:
    """What a module in a package is called."""
    return f"{module}{'' if module == '/' else '/' if module.startswith('/') else '.'}{name}"


class ImportStatement(NamedTuple):
    """One import of modules, or of names from a module; which names is read when it is asked."""

    modules: tuple[str, ...]
    names: bytes | None

    @property
    def imports(self) -> Iterator[ImportedName]:
        """What it imports, each by itself."""
        if self.names is None:
            for item in self.modules:
                module, _, local = item.partition(" ")
                yield ImportedName(module, None, local or module.partition(".")[0])
            return
        names = re.sub(rb"#[^\n]*", b"", self.names) if b"#" in self.names else self.names
        if b"*" in names:
            yield ImportedName(self.modules[0], "*", "*")
        for alias in ALIAS.finditer(names):
            yield ImportedName(self.modules[0], _text(alias[1]), _text(alias[2] or alias[1]))


def statements(path: str, data: bytes) -> Iterator[ImportStatement]:
    """The imports of a file, in order."""
    at = data.find(b"import")
    while at >= 0:
        found = IMPORT.match(data, data.rfind(b"\n", 0, at) + 1)
        end = at + 6
        if found is not None and found.end() > at:
            yield _statement(path, found)
            end = max(end, found.end())
        at = data.find(b"import", end)


def _statement(path: str, found: re.Match[bytes]) -> ImportStatement:
    dots, module, names, plain = found.groups()
    if plain:
        aliases = (alias for item in plain.split(b",") if (alias := ALIAS.search(item)))
        return ImportStatement(tuple(f"{_text(item[1])} {_text(item[2])}".rstrip() for item in aliases), None)
    base = module.decode(errors="replace")
    if dots:
        folder = posixpath.dirname(path)
        for _ in range(len(dots) - 1):
            folder = posixpath.dirname(folder)
        base = "/" + posixpath.join(folder, *base.split(".")) if base else "/" + folder
    return ImportStatement((base,), names)


def _text(data: bytes | None) -> str:
    return "" if data is None else data.decode(errors="replace")


class Modules:
    """The files of a project by the names under which they may be imported."""

    def __init__(self, paths: Collection[str], root: str) -> None:
        """Take the paths from the root, and the root folder's name: it may be a package itself."""
        self._packages = {posixpath.dirname(path) for path in paths if path.endswith("__init__.py")}
        self._root = root
        found: dict[str, list[str]] = {}
        for path in paths:
            for name in self._names(path):
                found.setdefault(name, []).append(path)
        self._paths = found
        self._parents = {name.rpartition("/" if name.startswith("/") else ".")[0] or "/" for name in found}

    def of(self, name: str) -> list[str]:
        """The files that a dotted name, or a path after a `/`, may mean."""
        return self._paths.get(name, [])

    def read_by(self, statement: ImportStatement) -> Iterator[str]:
        """The files that an import reads: modules, and what is imported from a package, if that is a module."""
        for module in statement.modules:
            yield from self.of(module.partition(" ")[0])
            if statement.names is not None and module in self._parents:
                for item in statement.imports:
                    yield from self.of(item.whole)

    def _names(self, path: str) -> Iterator[str]:
        """The names of a file: its path, from each folder on.

        Inside a package, `import types` means the standard library's.
        """
        if path == "__init__.py":
            yield from (self._root, "/")
            return
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        for start, part in enumerate(parts):
            if part not in sys.stdlib_module_names or "/".join(parts[:start]) not in self._packages:
                yield ".".join(parts[start:])
        if self._root:
            yield ".".join((self._root, *parts))
        yield "/" + "/".join(parts)
