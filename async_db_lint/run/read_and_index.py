"""A project's files, read and indexed: the first two stages."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from async_db_lint.index.build import index
from async_db_lint.index.scopes import Module
from async_db_lint.project import file_roles
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.libraries.versions import Versions, from_files, range_of
from async_db_lint.project.names.names import Names
from async_db_lint.project.project import Project
from async_db_lint.project.surroundings import Surroundings
from async_db_lint.read import discovery
from async_db_lint.read.disk import MAX_BYTES
from async_db_lint.read.file_names import is_sql
from async_db_lint.read.source import Role, Source
from async_db_lint.read.sql_files import SqlFiles
from async_db_lint.read.unread import Unread
from async_db_lint.read.unreadable import Unreadable, unreadable
from async_db_lint.run.kept_indexes import KeptIndexes
from async_db_lint.settings.config import Config

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Files:
    """A project's files as they were read: the tree, the bytes, and the texts that name versions."""

    tree: discovery.Tree
    data: Mapping[str, bytes]
    settings: tuple[tuple[str, str], ...]

    def without(self, exclude: Sequence[str]) -> Files:
        """The files that some patterns do not exclude."""
        out = {path for path in self.tree.files if discovery.is_excluded(path, exclude)}
        tree = replace(
            self.tree,
            files=tuple(path for path in self.tree.files if path not in out),
            left_out=tuple(sorted({*self.tree.left_out, *out})),
        )
        return Files(tree, {path: data for path, data in self.data.items() if path not in out}, self.settings)


def read(root: Path, exclude: Sequence[str]) -> Files:
    """Read a project's files, each once."""
    tree = discovery.walk(root, exclude)
    data: dict[str, bytes] = {}
    for path in tree.files:
        found = discovery.read(root, path)
        if found is not None:
            data[path] = found
    named = (path for path in tree.settings if not is_sql(path))
    settings = [(path, discovery.read(root, path) or b"") for path in named]
    return Files(tree, data, tuple((path, text.decode(errors="replace")) for path, text in settings))


@dataclass(frozen=True, slots=True)
class Indexed:
    """A project whose files are read and indexed: what every question about it starts from."""

    root: Path
    files: Files
    data: Mapping[str, bytes]
    modules: Mapping[str, Module]
    failures: tuple[Unreadable, ...]

    def replacing(self, source: Source) -> Indexed:
        """The project with the text of one file exchanged; the others are not read again."""
        data = {**self.data, source.path: source.data}
        others = {path: module for path, module in self.modules.items() if path != source.path}
        failures = tuple(item for item in self.failures if item.path != source.path)
        modules, failed = parsed(data, [source.path])
        return Indexed(self.root, self.files, data, {**others, **modules}, (*failures, *failed))

    def without(self, paths: frozenset[str]) -> Indexed:
        """The project as if some of its files could not be read."""
        modules = {path: module for path, module in self.modules.items() if path not in paths}
        failures = (*self.failures, *(Unreadable(path, 1, 1, "a rule fails on it") for path in sorted(paths)))
        return replace(self, modules=modules, failures=failures)

    def project(self, config: Config) -> Project:
        """The project, linked."""
        modules = dict(self.modules)
        tree = self.files.tree
        surroundings = Surroundings(
            versions=versions(self.files, config),
            settings=self.files.settings,
            unreadable=self.failures,
            hints=hints(config),
            unread=self._unread(config),
            sql_files=SqlFiles(tree.root, filter(is_sql, tree.settings)),
        )
        names = Names(modules, (*self.data, *discovery.importable(tree)), self.root.name)
        return Project(modules, file_roles.roles(modules, config.roles), names, surroundings)

    def _unread(self, config: Config) -> Unread:
        """The files that may belong to the application, and were left out or cannot be read."""
        tree = self.files.tree
        too_large = (path for path, data in self.data.items() if len(data) > MAX_BYTES)
        locked = (path for path in tree.files if path not in self.data)
        failed = {*(item.path for item in self.failures), *too_large, *locked}

        def counts(path: str) -> bool:
            return file_roles.role_by_path(path, config.roles) in (None, Role.APPLICATION)

        return Unread(self.root, (*tree.left_out, *sorted(failed)), counts)


def hints(config: Config) -> Hints:
    """What the configuration declares about names."""
    return Hints(
        frozenset(config.injection_markers), frozenset(config.session_dependencies), frozenset(config.safe_decorators)
    )


def silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""


def parsed(
    data: Mapping[str, bytes], paths: Collection[str], progress: Progress = silent, kept: KeptIndexes | None = None
) -> tuple[dict[str, Module], tuple[Unreadable, ...]]:
    """The index of each file, and why the others have none. Uses those that were kept, and keeps the new ones."""
    order = sorted(paths)
    known = {} if kept is None else {path: kept.get(path, data[path]) for path in order}
    made, failures = _made(data, [path for path in order if known.get(path) is None], progress)
    if kept is not None:
        kept.put((module, data[path]) for path, module in made.items())
    return {path: found for path in order if (found := known.get(path) or made.get(path)) is not None}, failures


def _made(
    data: Mapping[str, bytes], paths: Sequence[str], progress: Progress
) -> tuple[dict[str, Module], tuple[Unreadable, ...]]:
    """The index of each file, made from its text, and why the others have none."""
    modules: dict[str, Module] = {}
    failures: list[Unreadable] = []
    for done, path in enumerate(paths):
        progress("reading", done, len(paths))
        if len(data[path]) > MAX_BYTES:
            size = MAX_BYTES // (1024 * 1024)
            failures.append(Unreadable(path, 1, 1, f"larger than {size} MiB, so it was not read"))
            continue
        try:
            modules[path] = index(path, data[path])
        except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError) as error:
            failures.append(unreadable(path, data[path], error))
    return modules, tuple(failures)


def versions(files: Files, config: Config) -> Versions:
    """The versions of the libraries that the project targets: configured ones before those in its files."""
    found = from_files(files.settings)
    chosen = {name: range_of(text if text[:1] in "<>=!~" else f"=={text}.*") for name, text in config.target_versions}
    return Versions({**found.ranges, **chosen})


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector: a walk over millions of nodes that are all in use takes most of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
