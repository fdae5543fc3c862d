"""What has changed since an earlier audit: findings that are new or gone, items with another outcome."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from async_db_lint.audit.checklist import Answer
from async_db_lint.quiet.baseline import Keys
from async_db_lint.read import disk
from async_db_lint.rule.finding import Finding
from async_db_lint.settings.keys import ConfigError

Item = TypeVar("Item")
Other = TypeVar("Other")
Named = tuple[str, Item]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An audit that was written as JSON: its date and commit, its findings by fingerprint, and its outcomes by key."""

    date: str
    commit: str | None
    findings: tuple[tuple[str, str], ...]  # a fingerprint, and the finding in one line
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ChangedItem:
    """An item of the guide whose outcome is another one now."""

    key: str
    title: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class AuditComparison:
    """What is new, what is gone, how much is as it was; `gone` are findings in one line each."""

    date: str
    commit: str | None
    new: tuple[Finding, ...]
    gone: tuple[str, ...]
    unchanged: int
    items: tuple[ChangedItem, ...]


def fingerprint(finding: Finding, key: Keys) -> str:
    """What a finding is known by in another audit: its rule, file and line, and behind a `-` the lines around it."""
    known = key(finding)
    text = "\n".join((known.code, known.path, known.line))
    return f"{blake2b(text.encode(errors='replace'), digest_size=8).hexdigest()}-{known.around}"


def earlier_audit(path: Path) -> Earlier:
    """An audit that was written with `--format json`. Raises ConfigError for anything else."""
    text = disk.read(path)
    if text is None:
        raise ConfigError(f"{path}: cannot be read")
    try:
        data: Any = json.loads(text)
        rows = [(row["fingerprint"], f"{row['path']}:{row['line']}: {row['code']} {row['message']}") for row in
                data["findings"]]  # fmt: skip
        outcomes = {item["key"]: item["outcome"] for item in data["items"]}
        return Earlier(data["date"], data["commit"], tuple(rows), outcomes)
    except (ValueError, KeyError, TypeError) as error:
        hint = "`audit --format json` of this version writes one"
        raise ConfigError(f"{path}: no audit that can be compared with; {hint}") from error


def compared(earlier: Earlier, findings: Sequence[Finding], answers: Sequence[Answer], key: Keys) -> AuditComparison:
    """An audit beside an earlier one. Equal findings are told by their number alone."""
    named = [(fingerprint(finding, key), finding) for finding in findings]
    new, gone = _unmatched(named, earlier.findings)
    # Where the lines around have changed, the line alone tells.
    new, gone = _unmatched(_of_lines(new), _of_lines(gone))
    changed = (
        ChangedItem(item.item.key, item.item.title, before, item.outcome.value)
        for item in answers
        if (before := earlier.outcomes.get(item.item.key)) is not None and before != item.outcome.value
    )
    return AuditComparison(
        date=earlier.date,
        commit=earlier.commit,
        new=tuple(finding for _, finding in new),
        gone=tuple(line for _, line in gone),
        unchanged=len(findings) - len(new),
        items=tuple(changed),
    )


def _of_lines(rows: Iterable[Named[Item]]) -> list[Named[Item]]:
    return [(name.partition("-")[0], item) for name, item in rows]


def _unmatched(
    ones: Iterable[Named[Item]], others: Sequence[Named[Other]]
) -> tuple[list[Named[Item]], list[Named[Other]]]:
    """What has no equal on the other side, as often as it has none."""
    left = Counter(name for name, _ in others)
    first: list[Named[Item]] = []
    for name, item in ones:
        if left[name] > 0:
            left[name] -= 1
        else:
            first.append((name, item))
    second: list[Named[Other]] = []
    for name, other in others:
        if left[name] > 0:
            left[name] -= 1
            second.append((name, other))
    return first, second
