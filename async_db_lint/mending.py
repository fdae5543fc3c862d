"""`check --fix`, `--diff` and `--fix-only`: fixes made, written and told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from async_db_lint.config import Config
from async_db_lint.engine import Report, examined
from async_db_lint.fix import Safety
from async_db_lint.fixes import writing
from async_db_lint.fixes.patch import patch
from async_db_lint.fixes.repair import Repaired, repaired, settler_of
from async_db_lint.fixes.writing import WriteError
from async_db_lint.report.formats import Shown
from async_db_lint.report.terminal import escaped
from async_db_lint.rule import Finding
from async_db_lint.source import Source
from async_db_lint.wording import counted


def allowed(options: argparse.Namespace) -> frozenset[Safety]:
    """The kinds of fixes that are wanted."""
    return frozenset(Safety) if options.unsafe_fixes else frozenset((Safety.SAFE,))


def mend(
    root: Path, paths: Sequence[Path], config: Config, extra: Source | None, options: argparse.Namespace
) -> Repaired:
    """The project with its fixes made, in memory. Raises MissingPath and ConfigError."""
    found, wanted = examined(root, paths, config, Report(), extra)
    return repaired(found, wanted, config, allowed(options), None if extra is None else extra.path)


def with_imports(report: Report) -> tuple[Finding, ...]:
    """The findings with the edits of imports in their fixes; without a fix where its edits do not go together."""
    if report.project is None:
        return report.findings
    settler = settler_of(report.data, report.project)
    found: list[Finding] = []
    for finding in report.findings:
        edits = None if finding.fix is None else settler.settled([finding.fix])
        fix = None if finding.fix is None or edits is None else replace(finding.fix, edits=edits)
        found.append(finding if finding.fix is None else replace(finding, fix=fix))
    return tuple(found)


def write(root: Path, done: Repaired) -> list[str]:
    """Write what was changed; files that one fix changes are all written or none. Returns why some were not."""
    failures: list[str] = []
    for group in groups(done):
        written: list[str] = []
        try:
            for path in group:
                writing.clear((root / path).parent)
                writing.replace(root / path, root, *done.files[path])
                written.append(path)
        except WriteError as error:
            failures.append(str(error))
            failures += _taken_back(root, written, done)
            for path in group:
                del done.files[path]
    return failures


def groups(done: Repaired) -> list[list[str]]:
    """The changed paths, those together that a fix has changed together."""
    found: list[set[str]] = []
    for paths in [*done.together, *(frozenset((path,)) for path in done.files)]:
        joined = set(paths & done.files.keys())
        for group in [group for group in found if group & joined]:
            joined |= group
            found.remove(group)
        if joined:
            found.append(joined)
    return sorted(sorted(group) for group in found)


def _taken_back(root: Path, written: Sequence[str], done: Repaired) -> list[str]:
    failures: list[str] = []
    for path in written:
        try:
            writing.replace(root / path, root, done.files[path].after, done.files[path].before)
        except WriteError as error:
            failures.append(f"{error}: it was fixed, the other file of the same fix was not")
    return failures


def show_patch(done: Repaired, shown: Shown) -> bool:
    """Print the changes as a patch; whether there are any."""
    for line in patch(done.files, shown):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return bool(done.files)


def show_fixes(done: Repaired, shown: Shown) -> None:
    """Print what was fixed, by file."""
    for finding in sorted(done.applied, key=lambda item: (item.location.path, item.location.line)):
        title = finding.fix.title if finding.fix is not None else ""
        print(f"fixed {escaped(shown(finding.location.path))}: {finding.code} {finding.name}: {escaped(title)}")


def summary(done: Repaired) -> str:
    """What was fixed, in a sentence."""
    return f"Fixed {counted(len(done.applied), 'finding')} in {counted(len(done.files), 'file')}."
