"""Starting with old code: the baseline of known findings, and `noqa` comments that are added."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from async_db_lint.counts import counted
from async_db_lint.exits import CLEAN, FAILED
from async_db_lint.fixes.write import WriteError, create_file, replace_file
from async_db_lint.quiet import baseline
from async_db_lint.quiet.add_noqa import places, with_comments
from async_db_lint.quiet.baseline import Baseline, known_by
from async_db_lint.read.source import Source
from async_db_lint.read.sources import Sources
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Finding
from async_db_lint.rule.rule import About
from async_db_lint.run.lint import Report
from async_db_lint.run.selection import codes_about
from async_db_lint.settings.keys import ConfigError


def write_baseline(root: Path, name: str, report: Report) -> int:
    """Write what was found into the baseline; returns the exit status. Raises ConfigError and WriteError."""
    if not name:
        raise ConfigError("--write-baseline needs --baseline FILE, or `baseline` in the configuration")
    path = root / name
    try:
        before = baseline.load(path)
    except ConfigError:  # there is none yet, or it is broken and will be replaced
        if path.exists() and path.suffix != ".json":
            raise ConfigError(f"{path} is not a baseline: it is not replaced unless its name ends in .json") from None
        before = Baseline()
    gone = frozenset(item.path for item, _ in before.counts if not (root / item.path).exists())
    after = before.renewed(report.findings, known_by(Sources(report.data)), report.wanted | gone, report.codes)
    create_file(path, after.to_json().encode())
    count = sum(number for _, number in after.counts)
    print(f"{counted(count, 'finding')} in {escaped(str(path))}.", file=sys.stderr)
    return CLEAN


def add_noqa(root: Path, report: Report) -> int:
    """Add a comment at the line of each finding in the files that were asked for; returns the exit status."""
    never = codes_about(About.FILE, About.COMMENT)
    by_file: dict[str, list[Finding]] = defaultdict(list)
    seen: set[str] = set()
    for finding in report.findings:
        path = finding.location.path
        if finding.code not in never and path in report.wanted:
            by_file[path].append(finding)
    failures: list[str] = []
    done = 0
    for path, findings in by_file.items():
        real = os.path.realpath(root / path)
        if real in seen:
            continue  # two names of one file
        seen.add(real)
        found = _add_comments(root, Source(path, report.data[path]), findings)
        failures += found.failures
        done += found.is_written
    for failure in failures:
        print(f"error: {escaped(failure)}", file=sys.stderr)
    left = sum(1 for finding in report.findings if finding.code in never)
    more = f" {left} of {' and '.join(never)} cannot be silenced so." if left else ""
    print(f"Comments added in {counted(done, 'file')}.{more}", file=sys.stderr)
    return FAILED if failures else CLEAN


class _Commented(NamedTuple):
    """Whether a file was written, and what could not be done in it."""

    is_written: bool
    failures: list[str]


def _add_comments(root: Path, source: Source, findings: list[Finding]) -> _Commented:
    """Write one file with its comments."""
    codes, impossible = places(findings, source)
    failures = [f"{source.path}:{line}: the comment would be inside a string, so none was added" for line in impossible]
    changed = with_comments(source.data, codes)
    if changed is None:
        failures.append(f"{source.path}: a comment would change more than comments, so none was added")
        return _Commented(False, failures)
    try:
        replace_file(root / source.path, root, source.data, changed)
    except WriteError as error:
        return _Commented(False, [*failures, str(error)])
    return _Commented(True, failures)
