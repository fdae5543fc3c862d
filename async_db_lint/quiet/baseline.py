"""Known findings: a file that suppresses them, so that old code can adopt the linter.

A finding is known by its rule, file and message, which stay the same when its line moves, and counted:
a second one of the same kind is new.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from async_db_lint.read import disk
from async_db_lint.rule.finding import Finding
from async_db_lint.settings.keys import ConfigError

VERSION = 1


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """What findings have in common that are taken for the same."""

    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Baseline:
    """How often each finding is known."""

    counts: tuple[tuple[Known, int], ...] = ()

    def new(self, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings that are not known; of several alike, the last are new."""
        left = Counter(dict(self.counts))
        found: list[Finding] = []
        for finding in findings:
            left[of(finding)] -= 1
            if left[of(finding)] < 0:
                found.append(finding)
        return tuple(found)

    def fixed(self, findings: Iterable[Finding], paths: Collection[str], codes: Collection[str]) -> tuple[Known, ...]:
        """What is known and was not found any more, in the files and of the rules that were checked."""
        left = Counter(dict(self.counts))
        left.subtract(of(finding) for finding in findings)
        return tuple(
            sorted(known for known, count in left.items() if count > 0 and known.path in paths and known.code in codes)
        )

    def renewed(self, findings: Iterable[Finding], paths: Collection[str], codes: Collection[str]) -> Baseline:
        """The baseline for what was found; what was not checked stays in it."""
        kept = {item: count for item, count in self.counts if item.path not in paths or item.code not in codes}
        found = Counter(of(finding) for finding in findings)
        # Of a file that was not asked for, only what names a place in one that was has been seen.
        seen = {item: max(count, kept.get(item, 0)) for item, count in found.items()}
        return Baseline(tuple(sorted({**kept, **seen}.items())))

    def to_json(self) -> str:
        """As text, one finding a line, so that a change of the file can be read."""
        rows = [
            json.dumps({"path": item.path, "code": item.code, "message": item.message, "count": count})
            for item, count in self.counts
        ]
        body = ",\n".join(f"  {row}" for row in rows)
        return f'{{"version": {VERSION}, "findings": [\n{body}\n]}}\n'


def of(finding: Finding) -> Known:
    """What a finding is known by."""
    return Known(finding.location.path, finding.code, finding.message)


def load(path: Path) -> Baseline:
    """A baseline from its file. Raises ConfigError when there is none, or it cannot be read."""
    if not disk.exists(path):
        raise ConfigError(f"there is no baseline {path}: --write-baseline writes one")
    text = disk.read(path)
    if text is None:
        raise ConfigError(f"the baseline {path} cannot be read: it cannot be opened as a file")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} is not a baseline: --write-baseline writes a new one") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or not isinstance(data.get("findings"), list):
        raise ConfigError(f"{path} is not a baseline of this version: --write-baseline writes a new one")
    rows = [_row(item) for item in data["findings"]]
    if None in rows:
        raise ConfigError(f"{path} is not a baseline: --write-baseline writes a new one")
    return Baseline(tuple(sorted(row for row in rows if row is not None)))


def _row(item: object) -> tuple[Known, int] | None:
    """One entry of the file; None when it is none."""
    match item:
        case {"path": str(path), "code": str(code), "message": str(message), "count": int(count)} if count > 0:
            return Known(path, code, message), count
    return None
