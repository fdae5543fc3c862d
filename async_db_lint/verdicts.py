"""What is found in each file of the projects that a plugin's host asks about, decided once for all files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from async_db_lint import discovery
from async_db_lint.config import Config, load
from async_db_lint.engine import Report, index_project, judged
from async_db_lint.reading import Indexed
from async_db_lint.source import Source

# About files and comments as our own command sees them; the host has its own way with both.
NOT_IN_HOSTS = ("ADB900", "ADB901")


class Row(NamedTuple):
    """One finding: its line from 1, its column from 0 in characters, and what is said of it."""

    line: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdicts:
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
    def from_json(text: str) -> Verdicts:
        """What `to_json` wrote."""
        rows, digests = json.loads(text)
        return Verdicts({path: tuple(Row(*row) for row in found) for path, found in rows.items()}, digests)


class Court:
    """Indexes each project once, and keeps it for texts that differ from the files."""

    def __init__(self, with_advice: bool = False) -> None:
        """Take whether advice is wanted that the project's configuration does not select."""
        self.with_advice = with_advice
        self.indexings = 0
        self._indexed: dict[Path, Indexed] = {}
        self._configs: dict[Path, Config] = {}

    def verdicts(self, filenames: Iterable[str]) -> Verdicts:
        """What is found in the projects of some files or folders. Raises ConfigError."""
        rows: dict[str, tuple[Row, ...]] = {}
        digests: dict[str, str] = {}
        faults: list[str] = []
        by_root: dict[Path, list[str]] = {}
        for name in filenames:
            by_root.setdefault(root_of(name), []).append(name)
        for root, names in sorted(by_root.items()):
            found = self._of(root, names)
            report = self._judged(found, set(found.data))
            faults += [f"rule {item.code} failed at {item.path}:{item.line}: {item.error}" for item in report.faults]
            for path, data in found.data.items():
                digests[os.path.realpath(root / path)] = digest(Source(path, data).text)
            for path, items in rows_of(report).items():
                rows[os.path.realpath(root / path)] = items
        return Verdicts(rows, digests, tuple(faults))

    def of_text(self, filename: str, text: str) -> Sequence[Row]:
        """What is found in a text that stands for a file. Raises ConfigError."""
        root = root_of(filename)
        path = discovery.path_inside(root, Path(filename))
        declared = Source(path, text.encode(errors="replace")).encoding
        if discovery.is_excluded(path, self._config(root).exclude):
            return ()
        found = self._of(root).replacing(Source(path, text.encode(declared, "replace")))
        return rows_of(self._judged(found, {path})).get(path, ())

    def _of(self, root: Path, named: Iterable[str] = ()) -> Indexed:
        """A project, indexed with the files that are named, also where they would not be found by themselves."""
        if root not in self._indexed:
            self.indexings += 1
            files = [Path(name) for name in named if os.path.isfile(name)]
            self._indexed[root] = index_project(root, self._config(root), Report(), files)
        return self._indexed[root]

    def _config(self, root: Path) -> Config:
        if root not in self._configs:
            self._configs[root] = load(root)
        return self._configs[root]

    def _judged(self, found: Indexed, wanted: set[str]) -> Report:
        config = self._config(found.root)
        if self.with_advice:
            config = replace(config, extend_select=(*config.extend_select, "ADVICE"))
        config = replace(config, ignore=(*config.ignore, *NOT_IN_HOSTS))
        return judged(found, wanted, config, Report(), honours_noqa=False)


def root_of(filename: str) -> Path:
    """The root of the project in which a file or folder lies: as for the command."""
    root = discovery.find_root(Path.cwd())
    path = Path(os.path.realpath(filename))
    if path.is_relative_to(root) or not path.exists():
        return root
    return discovery.find_root(path if path.is_dir() else path.parent)


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
