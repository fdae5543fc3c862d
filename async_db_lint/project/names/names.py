"""Where a dotted name comes from: modules, packages, re-exports and star imports.

A name is either *of the project* (a binding in one of its modules) or *of a library*, and then it is
the dotted name under which the library offers it. Nothing here is guessed from spelling: an import
leads to a file of the project or out of it.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from async_db_lint.index.scopes import Binding, Import, Module

MAX_HOPS = 12  # re-exports followed before a name counts as unknown


@dataclass(frozen=True, slots=True)
class Package:
    """A folder of the project that an import names."""

    path: str


@dataclass(frozen=True, slots=True)
class LibraryName:
    """A dotted name outside the project, such as `sqlalchemy.ext.asyncio.AsyncSession`."""

    dotted: str


@dataclass(frozen=True, slots=True)
class Found:
    """The bindings of a name in a module of the project."""

    module: Module
    bindings: tuple[Binding, ...]


Resolution = Module | Package | LibraryName | Found


class _Trail(NamedTuple):
    """How one question went: the re-exports followed up to here, and every name of a module looked up so far.

    A name that was looked up before is either unknown, or being looked up: modules may import each other by stars.
    """

    hops: int
    seen: set[tuple[str, str]]

    def further(self) -> _Trail:
        """The trail, one re-export on."""
        return _Trail(self.hops + 1, self.seen)


class Names:
    """Resolves imports among the modules of one project."""

    def __init__(self, modules: dict[str, Module], files: Iterable[str] = (), root: str = "") -> None:
        """Take the indexed modules by their path from the root, the paths of all files, and the root folder's name."""
        self.modules = modules
        self.root = root
        self.folders: dict[str, set[str]] = {}
        for path in (*modules, *files):
            self._add_folders(path)
        self._roots_of: dict[tuple[str, str], str | None] = {}
        self._others: dict[str, list[str]] = {}
        self._resolved: dict[tuple[str, Import], Resolution | None] = {}

    def _add_folders(self, path: str) -> None:
        while path:
            path, name = posixpath.split(path)
            names = self.folders.setdefault(path, set())
            if name in names:
                return
            names.add(name)

    def resolve(self, module: Module, found: Import) -> Resolution | None:
        """What an import in a module brings; None when it leads into the project and nothing is there."""
        folder = module.path.rpartition("/")[0]
        key = (folder, found)
        if key not in self._resolved:
            self._resolved[key] = self._resolve(folder, found, _Trail(0, set()))
        return self._resolved[key]

    def _resolve(self, folder: str, found: Import, trail: _Trail) -> Resolution | None:
        if found.level:
            for _ in range(found.level - 1):
                folder = posixpath.dirname(folder)
            target: Resolution | None = self._descend(folder, found.module.split(".") if found.module else [])
        else:
            target = self._absolute(folder, found.module)
        if found.name is None or target is None:
            return target
        return self._member(target, found.name, trail)

    def member(self, target: Resolution, name: str) -> Resolution | None:
        """`target.name`: a library's name, a module of a package, or what a module binds."""
        return self._member(target, name, _Trail(0, set()))

    def _member(self, target: Resolution, name: str, trail: _Trail) -> Resolution | None:
        match target:
            case LibraryName(dotted):
                return LibraryName(f"{dotted}.{name}")
            case Package(path):
                return self._member_of_package(path, name, trail)
            case Module():
                return self._member_of_module(target, name, trail)
        return None

    def _member_of_package(self, path: str, name: str, trail: _Trail) -> Resolution | None:
        init = self.modules.get(posixpath.join(path, "__init__.py"))
        if init is not None:
            found = self._member_of_module(init, name, trail)
            if found is not None:
                return found
        return self._descend(path, [name])

    def _member_of_module(self, module: Module, name: str, trail: _Trail) -> Resolution | None:
        if trail.hops > MAX_HOPS or (module.path, name) in trail.seen:
            return None
        trail.seen.add((module.path, name))
        bindings = module.bindings.get(name)
        if bindings:
            only = bindings[-1].value
            if isinstance(only, Import) and all(isinstance(item.value, Import) for item in bindings):
                return self._import(module, only, trail)
            return Found(module, tuple(bindings))
        for star in module.stars:
            source = self.resolve(module, Import(star.module, None, star.level))
            if isinstance(source, (Module, Package)) and source is not module:
                found = self._member(source, name, trail.further())
                if found is not None:
                    return found
        if posixpath.basename(module.path) == "__init__.py":
            return self._descend(posixpath.dirname(module.path), [name])
        return None

    def _import(self, module: Module, found: Import, trail: _Trail) -> Resolution | None:
        is_own_submodule = found.level == 1 and not found.module and posixpath.basename(module.path) == "__init__.py"
        if is_own_submodule and found.name:  # `from . import name` in the package itself
            return self._descend(posixpath.dirname(module.path), [found.name])
        return self._resolve(posixpath.dirname(module.path), found, trail.further())

    def paths(self, module: Module, found: Import) -> Iterator[str]:
        """The paths in the project, without `.py`, of the module that an import names, and of the name in it."""
        folder, parts = posixpath.dirname(module.path), [part for part in found.module.split(".") if part]
        if found.level:
            for _ in range(found.level - 1):
                folder = posixpath.dirname(folder)
            root: str | None = folder
        else:
            root = self._cached_root(folder, found.module)
        if root is not None:
            path = posixpath.join(root, *parts)
            yield from (path, posixpath.join(path, found.name or ""))

    def imported(self, module: Module) -> set[Module]:
        """The modules of the project that a module imports, including the packages on the way."""
        found: set[Module] = set()
        for item in set(module.imports):
            target = self.resolve(module, Import(item.module, None, item.level))
            if isinstance(target, Module):
                found.add(target)
            elif isinstance(target, Package):
                init = self.modules.get(f"{target.path}/__init__.py")
                member = None if item.name in (None, "*") else self.resolve(module, item)
                found.update(() if init is None else (init,), (member,) if isinstance(member, Module) else ())
        return found

    def _descend(self, base: str, parts: list[str]) -> Module | Package | None:
        path = posixpath.join(base, *parts) if parts else base
        module = self.modules.get(f"{path}.py")
        if module is not None:
            return module
        return Package(path) if path in self.folders else None

    def _absolute(self, folder: str, dotted: str) -> Resolution | None:
        root = self._cached_root(folder, dotted)
        if root is not None:
            return self._descend(root, dotted.split("."))
        inside = self._below_root(dotted)
        return LibraryName(dotted) if inside is None else inside

    def _cached_root(self, folder: str, dotted: str) -> str | None:
        key = (folder, dotted)
        if key not in self._roots_of:
            self._roots_of[key] = self._root_of(folder, dotted.split("."))
        return self._roots_of[key]

    def _below_root(self, dotted: str) -> Resolution | None:
        """What an import names when the root is itself a package, and is imported by its own name."""
        top, *rest = dotted.split(".")
        if top != self.root or "__init__.py" not in self.folders.get("", ()):
            return None
        return self._descend("", rest) if rest else self.modules.get("__init__.py") or Package("")

    def _root_of(self, folder: str, parts: list[str]) -> str | None:
        """The folder in which an absolute import from a folder starts; None when the project has no such top.

        The nearest folder above that holds the whole dotted name; else the only one elsewhere that does,
        one named `src` before others; else the nearest that holds the first part.
        """
        near = [root for root in self._roots(folder, parts[0]) if self._holds(root, parts[0])]
        for root in near:
            if self._has(root, parts):
                return root
        far = [root for root in self._elsewhere(parts[0]) if self._has(root, parts)]
        sources = [root for root in far if posixpath.basename(root) == "src"]
        if len(far) == 1 or sources:
            return (sources or far)[0]
        return near[0] if near else None

    def _has(self, root: str, parts: list[str]) -> bool:
        path = posixpath.join(root, *parts)
        return path in self.folders or f"{parts[-1]}.py" in self.folders.get(posixpath.dirname(path), ())

    def _roots(self, folder: str, top: str) -> Iterator[str]:
        if top in LIBRARIES:  # a folder `sqlalchemy` somewhere inside is not the library, at the top it may be
            yield from ("", "src")
            return
        is_standard = top in sys.stdlib_module_names
        for base in _ancestors(folder):
            if not (is_standard and self._is_package(base)):  # there `import time` means the library
                yield base

    def _elsewhere(self, top: str) -> list[str]:
        """The folders outside of packages that hold a package or module of that name."""
        if top in LIBRARIES or top in sys.stdlib_module_names:
            return []
        if top not in self._others:
            holders = [base for base in self.folders if self._holds(base, top) and not self._is_package(base)]
            self._others[top] = holders
        return self._others[top]

    def _holds(self, base: str, top: str) -> bool:
        names = self.folders.get(base, ())
        return f"{top}.py" in names or (top in names and posixpath.join(base, top) in self.folders)

    def _is_package(self, base: str) -> bool:
        return "__init__.py" in self.folders.get(base, ())


def _ancestors(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


LIBRARIES = frozenset(
    """
    aiohttp alembic arq asyncpg celery dishka fastapi flask httpx psycopg psycopg2 pydantic pytest
    redis requests sqlalchemy sqlmodel starlette taskiq uvicorn
    """.split()
)
