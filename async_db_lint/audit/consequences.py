"""What the findings of an audit mean for those who run the service: the worst first, equal ones together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from async_db_lint.rule.consequence import Consequence
from async_db_lint.rule.finding import Finding, Location, Severity
from async_db_lint.run.selection import find


@dataclass(frozen=True, slots=True)
class Entry:
    """Findings of a rule with the same message, and all their places."""

    finding: Finding
    places: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What has one consequence: errors and warnings in entries, and how many pieces of advice."""

    consequence: Consequence
    entries: tuple[Entry, ...]
    advice: int

    @property
    def places(self) -> int:
        """In how many places an error or warning stands."""
        return sum(len(entry.places) for entry in self.entries)


def consequences(findings: Iterable[Finding]) -> tuple[Consequences, ...]:
    """Findings by what they do, each consequence that there is."""
    by_kind: dict[Consequence, list[Finding]] = {kind: [] for kind in Consequence}
    for finding in findings:
        rule = find(finding.code)
        if rule is not None:
            by_kind[rule.consequence].append(finding)
    return tuple(_of_kind(kind, rows) for kind, rows in by_kind.items() if rows)


def _of_kind(kind: Consequence, findings: list[Finding]) -> Consequences:
    groups: dict[tuple[str, str], list[Finding]] = {}
    worst_first = sorted(findings, key=lambda item: -item.severity)
    for finding in worst_first:
        if finding.severity > Severity.ADVICE:
            groups.setdefault((finding.code, finding.message), []).append(finding)
    entries = tuple(Entry(rows[0], tuple(row.location for row in rows)) for rows in groups.values())
    return Consequences(kind, entries, sum(item.severity is Severity.ADVICE for item in findings))
