"""For beginning in old code: a baseline that is written anew, and `noqa` comments that are added."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

from async_db_lint import baseline, discovery
from async_db_lint.baseline import Baseline
from async_db_lint.config import Config
from async_db_lint.engine import Report
from async_db_lint.exits import CLEAN, FAILED
from async_db_lint.fixes import silence, writing
from async_db_lint.fixes.writing import WriteError
from async_db_lint.report.terminal import escaped
from async_db_lint.rule import Finding
from async_db_lint.settings_keys import ConfigError
from async_db_lint.source import Source

NOT_SILENCED = ("ADB900", "ADB901")  # about a file that cannot be read, and about comments


def write_baseline(root: Path, config: Config, report: Report) -> int:
    """Write what was found into the baseline; returns the exit status. Raises ConfigError and WriteError."""
    if not config.baseline:
        raise ConfigError("--write-baseline needs --baseline FILE, or `baseline` in the configuration")
    path = root / config.baseline
    before = baseline.load(path) if path.exists() else Baseline()
    after = before.renewed(report.findings, report.wanted, report.codes)
    writing.create(path, after.to_json().encode())
    count = sum(number for _, number in after.counts)
    print(f"{count} finding{'' if count == 1 else 's'} in {escaped(str(path))}.", file=sys.stderr)
    return CLEAN


def add_noqa(root: Path, report: Report) -> int:
    """Add a comment at the line of each finding; returns the exit status. Raises WriteError."""
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding.code not in NOT_SILENCED:
            by_path[finding.location.path].append(finding)
    failures = [error for path, findings in by_path.items() if (error := _silenced(root, path, findings, report))]
    for error in failures:
        print(f"error: {escaped(error)}", file=sys.stderr)
    done = len(by_path) - len(failures)
    print(f"Comments added in {done} file{'' if done == 1 else 's'}.", file=sys.stderr)
    return FAILED if failures else CLEAN


def _silenced(root: Path, path: str, findings: list[Finding], report: Report) -> str:
    """Write one file; returns why that failed, or nothing."""
    data = discovery.read(root, path) or b""
    codes = silence.by_line(findings, Source(path, data), report.long_strings.get(path, ()))
    changed = silence.silenced(data, codes)
    if changed is None:
        return f"{path}: a comment would change more than comments, so none was added"
    try:
        writing.replace(root / path, root, data, changed)
    except WriteError as error:
        return str(error)
    return ""
