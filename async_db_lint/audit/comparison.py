"""What has changed since an earlier audit: findings that are new or gone, items with another outcome."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from async_db_lint.audit.checklist import Answer
from async_db_lint.quiet.baseline import Baseline, Keys, Known
from async_db_lint.read import disk
from async_db_lint.rule.finding import Finding
from async_db_lint.settings.keys import ConfigError


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
    text = "\n".join((known.code, known.path, known.line))  # a line may hold a password, and an audit is passed around
    return f"{blake2b(text.encode(errors='replace'), digest_size=8).hexdigest()}-{known.around}"


def _known(name: str) -> Known:
    """A fingerprint as a baseline knows findings."""
    line, _, around = name.partition("-")
    return Known("", "", line, around)


def earlier_audit(path: Path) -> Earlier:
    """An audit that was written with `--format json`. Raises ConfigError for anything else."""
    text = disk.read(path)
    if text is None:
        raise ConfigError(f"{path}: cannot be read")
    try:
        data: Any = json.loads(text)
        rows = [(str(row["fingerprint"]), f"{row['path']}:{row['line']}: {row['code']} {row['message']}") for row in
                data["findings"]]  # fmt: skip
        outcomes = {item["key"]: item["outcome"] for item in data["items"]}
        return Earlier(data["date"], data["commit"], tuple(rows), outcomes)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "`audit --format json` of this version writes one"
        raise ConfigError(f"{path}: no audit that can be compared with; {hint}") from error


def compared(earlier: Earlier, findings: Sequence[Finding], answers: Sequence[Answer], key: Keys) -> AuditComparison:
    """An audit beside an earlier one. Equal findings are told by their number alone."""
    baseline = Baseline(tuple(Counter(_known(name) for name, _ in earlier.findings).items()))
    matched = baseline.matched(findings, lambda finding: _known(fingerprint(finding, key)))
    changed = (
        ChangedItem(item.item.key, item.item.title, before, item.outcome.value)
        for item in answers
        if (before := earlier.outcomes.get(item.item.key)) is not None and before != item.outcome.value
    )
    return AuditComparison(
        date=earlier.date,
        commit=earlier.commit,
        new=matched.new,
        gone=tuple(_gone(earlier, matched.left)),
        unchanged=len(findings) - len(matched.new),
        items=tuple(changed),
    )


def _gone(earlier: Earlier, left: Counter[Known]) -> list[str]:
    """The lines of what was not found any more; of several alike, the last ones."""
    counts = Counter(left)
    found: list[str] = []
    for name, line in reversed(earlier.findings):
        if counts[_known(name)] > 0:
            counts[_known(name)] -= 1
            found.append(line)
    return found[::-1]
