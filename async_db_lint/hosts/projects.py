"""What is found in each file of the projects that a plugin's host asks about, checked once for all files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from async_db_lint.read import discovery
from async_db_lint.read.source import Source
from async_db_lint.rule.rule import About
from async_db_lint.run.examine import Examined, Target, examine
from async_db_lint.run.faults import Fault
from async_db_lint.run.kept_indexes import KeptIndexes
from async_db_lint.run.lint import Report, check
from async_db_lint.run.selection import codes_about
from async_db_lint.settings.config import Config
from async_db_lint.settings.load import load


class Row(NamedTuple):
    """One finding: its line from 1, its column from 0 in characters, and the message."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The findings of each file by its real path, and a digest of the text in which they were found."""

    rows: Mapping[str, tuple[Row, ...]]
    digests: Mapping[str, str]
    faults: tuple[str, ...] = ()

    def known(self, filename: str, text: str) -> tuple[Row, ...] | None:
        """What was found in a file with this text; None when it was another text, or the file is new."""
        path = os.path.realpath(filename)
        if path in self.digests:
            return self.rows.get(path, ()) if self.digests[path] == digest(text) else None
        return () if os.path.exists(path) else None  # a file that the project leaves out

    def to_json(self) -> str:
        """As text, for another process."""
        return json.dumps([self.rows, self.digests])

    @staticmethod
    def from_json(text: str) -> Answers:
        """What `to_json` wrote."""
        rows, digests = json.loads(text)
        return Answers({path: tuple(Row(*row) for row in found) for path, found in rows.items()}, digests)


class KeptProjects:
    """Indexes each project once, and keeps it for texts that differ from the files."""

    def __init__(self, with_advice: bool = False) -> None:
        """Take whether advice is wanted that the project's configuration does not select."""
        self.with_advice = with_advice
        self.indexings = 0
        self._examined: dict[Path, Examined] = {}

    def answers(self, filenames: Iterable[str]) -> Answers:
        """What is found in the projects of some files or folders. Raises ConfigError."""
        rows: dict[str, tuple[Row, ...]] = {}
        digests: dict[str, str] = {}
        faults: list[str] = []
        by_root: dict[Path, list[str]] = {}
        roots: dict[str, Path] = {}  # by folder: the way up is the same for its files
        for name in filenames:
            folder = name if os.path.isdir(name) else os.path.dirname(name)
            if folder not in roots:
                roots[folder] = root_of(name)
            by_root.setdefault(roots[folder], []).append(name)
        for root, names in sorted(by_root.items()):
            examined = self._of(root, names)
            data = examined.indexed.data
            report = check(replace(examined, wanted=frozenset(data)), honours_noqa=False)
            faults += (_said(item) for item in report.faults if not item.path)
            digests |= {os.path.realpath(root / path): digest(Source(path, text).text) for path, text in data.items()}
            rows |= {os.path.realpath(root / path): items for path, items in rows_of(report).items()}
            for item in report.faults:
                if item.path:
                    path = os.path.realpath(root / item.path)
                    row = Row(item.line, 0, f"ADB900 unreadable-file: {_said(item)}")
                    rows[path] = (*rows.get(path, ()), row)
        return Answers(rows, digests, tuple(faults))

    def of_text(self, filename: str, text: str) -> Sequence[Row]:
        """What is found in the text of a file that is not saved. Raises ConfigError."""
        root = root_of(filename)
        path = discovery.path_inside(root, Path(filename))
        declared = Source(path, text.encode(errors="replace")).encoding
        examined = self._of(root)
        if discovery.is_excluded(path, examined.config.exclude):
            return ()
        changed = examined.indexed.replacing(Source(path, text.encode(declared, "replace")))
        asked = replace(examined, indexed=changed, wanted=frozenset((path,)))
        return rows_of(check(asked, honours_noqa=False)).get(path, ())

    def _of(self, root: Path, named: Iterable[str] = ()) -> Examined:
        """A project, indexed with the files that are named, also where they would not be found by themselves."""
        if root not in self._examined:
            self.indexings += 1
            files = [Path(name) for name in named if os.path.isfile(name)]
            self._examined[root] = examine(Target(root, files, self._config(root), kept=KeptIndexes.of_project(root)))
        return self._examined[root]

    def _config(self, root: Path) -> Config:
        """The project's configuration, without what a host does in its own way: broken files, and comments."""
        config = load(root)
        if self.with_advice:
            config = replace(config, added=("ADVICE",))
        return replace(config, removed=codes_about(About.FILE, About.COMMENT))


def _said(fault: Fault) -> str:
    return f"rule {fault.code} failed: {fault.error}"


def root_of(filename: str) -> Path:
    """The root of the project in which a file or folder lies: as for the command."""
    path = Path(os.path.realpath(filename))
    return discovery.find_root(path if path.exists() else Path.cwd())


def rows_of(report: Report) -> dict[str, tuple[Row, ...]]:
    """A report's findings by path, in the words of a plugin: code, name and message in one line."""
    found: dict[str, list[Row]] = {}
    for item in report.findings:
        row = Row(item.location.line, item.location.column - 1, f"{item.code} {item.name}: {item.message}")
        found.setdefault(item.location.path, []).append(row)
    return {path: tuple(rows) for path, rows in found.items()}


def digest(text: str) -> str:
    """What tells two texts apart; how their lines end does not count."""
    return hashlib.sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace")).hexdigest()
