"""Fixes applied in rounds: the whole project is checked again after each, until nothing changes."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from async_db_lint.fixes.combine import Combiner
from async_db_lint.fixes.splice import overlap, with_edits
from async_db_lint.project.names.exports import Exports
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Edit, Fix, Safety
from async_db_lint.rule.finding import Finding
from async_db_lint.run.examine import Examined
from async_db_lint.run.lint import Report, check
from async_db_lint.run.read_and_index import Indexed

MAX_ROUNDS = 10


class Changed(NamedTuple):
    """A file's bytes before and after all rounds."""

    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class Fixed:
    """What was changed, by which findings' fixes, and what is left to report.

    `together` are the paths that one fix changes, each as a set.
    """

    report: Report
    files: Mapping[str, Changed]
    applied: tuple[Finding, ...]
    together: tuple[frozenset[str], ...]


def fixed(examined: Examined, allowed: frozenset[Safety], only: str | None = None) -> Fixed:
    """A project with every fix of an allowed safety made, in memory; with `only`, just those that change that file.

    Raises ConfigError.
    """
    before = examined.indexed.data
    applied: list[Finding] = []
    report = check(examined)
    for _ in range(MAX_ROUNDS):
        within = [item for item in report.findings if only is None or _stays_in(item, only)]
        chosen, edits = _round(report, within, allowed)
        if not chosen:
            break
        applied += chosen
        examined = replace(examined, indexed=_with(examined.indexed, edits))
        del report
        gc.collect()  # the project of this round, which holds cycles, is not needed any more
        report = check(examined)
    after = examined.indexed.data
    files = {path: Changed(before[path], data) for path, data in after.items() if before.get(path) != data}
    together = tuple(frozenset(edit.path for edit in item.fix.edits) for item in applied if item.fix is not None)
    return Fixed(report, files, tuple(applied), together)


def fixable(finding: Finding, allowed: frozenset[Safety]) -> bool:
    """Whether a finding has a fix of an allowed safety."""
    return finding.fix is not None and finding.fix.safety in allowed


def combiner_of(report: Report) -> Combiner:
    """What combines fixes over the files of a report."""
    return Combiner(report.data, Exports(report.project.names).is_exported)


def _stays_in(finding: Finding, path: str) -> bool:
    """Whether the fix of a finding changes one file and no other."""
    if finding.fix is None:
        return False
    edits, needed, orphans = finding.fix.edits, finding.fix.needed, finding.fix.orphans
    return {path} == {edit.path for edit in edits} | {item.path for item in needed} | {item.path for item in orphans}


def _round(
    report: Report, findings: Sequence[Finding], allowed: frozenset[Safety]
) -> tuple[list[Finding], tuple[Edit, ...]]:
    """The findings whose fixes go together, and their edits; a fix that meets another waits for the next round."""
    chosen: list[Finding] = []
    fixes: list[Fix] = []
    for finding in findings:
        if finding.fix is None or not fixable(finding, allowed):
            continue
        if any(overlap(finding.fix.edits, other.edits) and finding.fix != other for other in fixes):
            continue
        chosen.append(finding)
        fixes.append(finding.fix)
    combiner = combiner_of(report)
    edits = combiner.combined(fixes)
    if edits is not None:
        return chosen, edits
    return _one_by_one(combiner, chosen)


def _one_by_one(combiner: Combiner, findings: Sequence[Finding]) -> tuple[list[Finding], tuple[Edit, ...]]:
    """Those that go together when each is added to the ones before."""
    chosen: list[Finding] = []
    edits: tuple[Edit, ...] = ()
    for finding in findings:
        tried = combiner.combined([item.fix for item in (*chosen, finding) if item.fix is not None])
        if tried is not None:
            chosen.append(finding)
            edits = tried
    return chosen, edits


def _with(indexed: Indexed, edits: Sequence[Edit]) -> Indexed:
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_path[edit.path].append(edit)
    for path, items in by_path.items():
        data = with_edits(indexed.data[path], items)
        assert data is not None, "combined edits do not overlap"
        indexed = indexed.replacing(Source(path, data))
    return indexed
