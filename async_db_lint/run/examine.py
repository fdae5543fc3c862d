"""A project read and indexed, with the rules to ask and the paths to report on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from async_db_lint.project.project import Project
from async_db_lint.read import discovery, relevance
from async_db_lint.read.source import Source
from async_db_lint.run.kept_indexes import KeptIndexes
from async_db_lint.run.read_and_index import Files, Indexed, Progress, parsed, read, silent, without_collection
from async_db_lint.run.selection import Selection
from async_db_lint.run.stopwatch import Stopwatch
from async_db_lint.settings.config import Config, chosen_by
from async_db_lint.settings.load import load_nested


@dataclass(frozen=True, slots=True)
class Target:
    """What to check: a project's root, the paths to report on, the settings, and the text of an unsaved file.

    Paths are as the user wrote them. An unsaved file replaces the one on disk, and is the only one reported on.
    Indexes that were kept are used, and new ones are kept there.
    """

    root: Path
    paths: Sequence[Path]
    config: Config = field(default_factory=Config)
    unsaved: Source | None = None
    kept: KeptIndexes | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """A project that was read and indexed, the rules to ask, and the paths to report on."""

    config: Config
    selection: Selection
    indexed: Indexed
    wanted: frozenset[str]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def without(self, paths: frozenset[str]) -> Project:
        """The project, linked as if some of its files could not be read."""
        return self.indexed.without(paths).project(self.config)


def examine(target: Target, progress: Progress = silent) -> Examined:
    """Read and index a project. Raises MissingPath and ConfigError."""
    config = target.config
    selection = Selection.of(config)  # an unknown rule is an error before anything is read
    watch = Stopwatch()
    with watch.timed("read"):
        files = read(target.root, config.exclude)
    nested = load_nested(files.settings, target.root) if config.has_nested else {}
    if nested:
        config = config.with_nested({folder: chosen_by(target.config, inner) for folder, inner in nested.items()})
        selection = Selection.of(config)
        files = files.without(config.exclude)
    exclude = config.exclude
    wanted, by_name = discovery.targets(target.root, target.paths, files.tree, exclude)
    named = {path: _bytes_of(target.root, path, files) for path in by_name}
    if target.unsaved is not None:
        named = {target.unsaved.path: target.unsaved.data}
        wanted = set() if discovery.is_excluded(target.unsaved.path, exclude) else set(named)
    data = {**files.data, **named}
    with watch.timed("choose"), without_collection():
        chosen = relevance.relevant(data, target.root.name) | named.keys()
    with watch.timed("parse and index"), without_collection():
        modules, failures = parsed(data, chosen, progress, target.kept)
    indexed = Indexed(target.root, files, data, modules, failures)
    return Examined(config, selection, indexed, frozenset(wanted), watch.seconds)


def _bytes_of(root: Path, path: str, files: Files) -> bytes:
    """A file that is named, even if the search would not find it."""
    return files.data[path] if path in files.data else discovery.read(root, path) or b""
