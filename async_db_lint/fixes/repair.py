"""Fixes applied in rounds: the whole project is checked again after each, until nothing changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from async_db_lint.config import Config
from async_db_lint.engine import Report, linked, ruled
from async_db_lint.fix import Edit, Fix, Safety
from async_db_lint.fixes.settling import Settler
from async_db_lint.fixes.splicing import overlap, spliced
from async_db_lint.index.scopes import Module
from async_db_lint.project.project import Project
from async_db_lint.reading import Indexed
from async_db_lint.rule import Finding
from async_db_lint.source import Source

MAX_ROUNDS = 10


class Changed(NamedTuple):
    """A file's bytes before and after all rounds."""

    before: bytes
    after: bytes


@dataclass(slots=True)
class Repaired:
    """What was changed, by which fixes, and what is left to report; `together` are paths that one fix changes."""

    report: Report
    files: dict[str, Changed] = field(default_factory=dict)
    applied: list[Finding] = field(default_factory=list)
    together: list[frozenset[str]] = field(default_factory=list)


def repaired(
    found: Indexed, wanted: set[str], config: Config, allowed: frozenset[Safety], only: str | None = None
) -> Repaired:
    """The project with every fix of an allowed safety made, in memory; those alone that change `only`, where given.

    Raises ConfigError.
    """
    result: Repaired | None = None
    original = dict(found.data)
    applied: list[Finding] = []
    together: list[frozenset[str]] = []
    for number in range(MAX_ROUNDS + 1):
        report = Report()
        project = linked(found, config, report)
        ruled(project, found, wanted, config, report)
        result = Repaired(report, {}, applied, together)
        within = [item for item in report.findings if only is None or _stays_in(item, only)]
        chosen, edits = _round(found, project, within, allowed)
        if not chosen or number == MAX_ROUNDS:
            break
        applied += chosen
        together += [frozenset(edit.path for edit in item.fix.edits) for item in chosen if item.fix is not None]
        found = _with(found, edits)
    assert result is not None
    result.files = {
        path: Changed(original[path], data) for path, data in found.data.items() if original.get(path) != data
    }
    return result


def fixable(finding: Finding, allowed: frozenset[Safety]) -> bool:
    """Whether a finding has a fix of an allowed safety."""
    return finding.fix is not None and finding.fix.safety in allowed


def _stays_in(finding: Finding, path: str) -> bool:
    """Whether the fix of a finding changes one file and no other."""
    if finding.fix is None:
        return False
    edits, needed, orphans = finding.fix.edits, finding.fix.needed, finding.fix.orphans
    return {path} == {edit.path for edit in edits} | {item.path for item in needed} | {item.path for item in orphans}


def settler_of(data: Mapping[str, bytes], project: Project) -> Settler:
    """What settles fixes over a project's files, as they are in memory."""
    return Settler(data, exported(project))


def exported(project: Project) -> Callable[[str, str], bool]:
    """What says whether another file may use a name of a file: imported by name, by a star, or through the module."""
    users: dict[str, set[str]] = {}

    def users_of(path: str) -> set[str]:
        if path not in users:
            source = project.modules.get(path)
            found = (module for module in project.modules.values() if module.path != path)
            users[path] = {module.path for module in found if source in project.imported(module)}
        return users[path]

    def answer(path: str, name: str) -> bool:
        others = [project.modules[other] for other in users_of(path)]
        return any(module.stars or name in module.mentions or _imports(module, name) for module in others)

    return answer


def _imports(module: Module, name: str) -> bool:
    return any(item.name == name for item in module.imports)


def _round(
    found: Indexed, project: Project, findings: Sequence[Finding], allowed: frozenset[Safety]
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
    settler = settler_of(found.data, project)
    edits = settler.settled(fixes)
    if edits is not None:
        return chosen, edits
    return _one_by_one(settler, chosen)


def _one_by_one(settler: Settler, findings: Sequence[Finding]) -> tuple[list[Finding], tuple[Edit, ...]]:
    """Those that go together when each is added to the ones before."""
    chosen: list[Finding] = []
    edits: tuple[Edit, ...] = ()
    for finding in findings:
        tried = settler.settled([item.fix for item in (*chosen, finding) if item.fix is not None])
        if tried is not None:
            chosen.append(finding)
            edits = tried
    return chosen, edits


def _with(found: Indexed, edits: Sequence[Edit]) -> Indexed:
    by_path: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_path[edit.path].append(edit)
    for path, items in by_path.items():
        data = spliced(found.data[path], items)
        assert data is not None, "settled edits do not overlap"
        found = found.replacing(Source(path, data))
    return found
