"""`check --fix`, `--diff` and `--fix-only`: fixes made, written and reported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from async_db_lint.commands.arguments import Asked
from async_db_lint.commands.patch import patch
from async_db_lint.counts import counted
from async_db_lint.fixes.write import WriteError, clear, replace_file
from async_db_lint.report.formats import Shown
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Finding
from async_db_lint.run.examine import examine
from async_db_lint.run.lint import Report
from async_db_lint.run.rounds import Fixed, combiner_of, fixed


def fixes_made(question: Asked) -> Fixed:
    """The project with its fixes made, in memory. Raises MissingPath and ConfigError."""
    unsaved = question.target.unsaved
    return fixed(examine(question.target), question.allowed, None if unsaved is None else unsaved.path)


def with_imports(report: Report) -> tuple[Finding, ...]:
    """The findings with the edits of imports in their fixes; without a fix where its edits do not go together."""
    combiner = combiner_of(report)
    found: list[Finding] = []
    for finding in report.findings:
        edits = None if finding.fix is None else combiner.combined([finding.fix])
        fix = None if finding.fix is None or edits is None else replace(finding.fix, edits=edits)
        found.append(finding if finding.fix is None else replace(finding, fix=fix))
    return tuple(found)


def write(root: Path, done: Fixed) -> tuple[int, list[str]]:
    """Write what was changed; files that one fix changes are all written or none.

    Returns how many files were written, and why the others were not.
    """
    count = 0
    failures: list[str] = []
    for group in groups(done):
        failed = _write_group(root, group, done)
        failures += failed
        count += 0 if failed else len(group)
    return count, failures


def _write_group(root: Path, group: Sequence[str], done: Fixed) -> list[str]:
    """Write files that belong together; returns why that failed, and then none of them is changed."""
    written: list[str] = []
    try:
        for path in group:
            clear((root / path).parent)
            replace_file(root / path, root, *done.files[path])
            written.append(path)
    except WriteError as error:
        return [str(error), *_taken_back(root, written, done)]
    return []


def groups(done: Fixed) -> list[list[str]]:
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


def _taken_back(root: Path, written: Sequence[str], done: Fixed) -> list[str]:
    failures: list[str] = []
    for path in written:
        try:
            replace_file(root / path, root, done.files[path].after, done.files[path].before)
        except WriteError as error:
            failures.append(f"{error}: it was fixed, the other file of the same fix was not")
    return failures


def show_patch(done: Fixed, shown: Shown) -> bool:
    """Print the changes as a patch; returns whether there are any."""
    for line in patch(done.files, shown):
        sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    return bool(done.files)


def show_fixes(done: Fixed, shown: Shown) -> None:
    """Print what was fixed, by file."""
    for finding in sorted(done.applied, key=lambda item: (item.location.path, item.location.line)):
        title = finding.fix.title if finding.fix is not None else ""
        print(f"fixed {escaped(shown(finding.location.path))}: {finding.code} {finding.name}: {escaped(title)}")


def summary(done: Fixed, written: int) -> str:
    """What was fixed, in a sentence; `written` counts the files that were written."""
    return f"Fixed {counted(len(done.applied), 'finding')} in {counted(written, 'file')}."
