"""The `check` command: options and configuration in, a printed report and an exit status out."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from async_db_lint import discovery
from async_db_lint.config import Config
from async_db_lint.discovery import MissingPath
from async_db_lint.engine import Report, lint
from async_db_lint.exits import CLEAN, FAILED, FOUND
from async_db_lint.fixes.writing import WriteError
from async_db_lint.options import configured, refuse_conflicts, root_of, standard_input
from async_db_lint.report.formats import FOR_PROGRAMS, Shown, rendered
from async_db_lint.report.progress import Progress
from async_db_lint.report.terminal import Style, escaped
from async_db_lint.rule import Severity
from async_db_lint.settings_keys import ConfigError
from async_db_lint.source import Source


def check(options: argparse.Namespace) -> int:
    """Run the check that the options describe; returns the exit status."""
    try:
        return run(options)
    except (ConfigError, MissingPath, WriteError) as error:
        print(f"error: {escaped(str(error))}", file=sys.stderr)
        return FAILED


def run(options: argparse.Namespace) -> int:
    """The same. Raises ConfigError, MissingPath and WriteError."""
    refuse_conflicts(options)
    paths = options.paths or [Path(".")]
    root = root_of(options, paths)
    config = configured(options, root)
    extra = standard_input(options, root) if Path("-") in paths else None
    named = [] if extra is not None else paths
    if options.show_settings:
        return show_settings(root, named, config, options)
    if options.fix or options.diff or options.fix_only:
        return mend(root, named, config, extra, options)
    with Progress(quiet=options.quiet or options.output_format in FOR_PROGRAMS) as progress:
        asked = replace(config, baseline="") if options.write_baseline else config
        report = lint(root, named, asked, extra, progress.show)
    if options.diff_base is not None:
        from async_db_lint.changes import Changes

        report.findings = Changes(root, options.diff_base, report.data).touching(report.findings)
    if (options.write_baseline or options.add_noqa) and not report.faults:
        from async_db_lint import old_code

        return old_code.add_noqa(root, report) if options.add_noqa else old_code.write_baseline(root, config, report)
    show(report, options, root)
    return status(report, options)


WITH_FIXES = ("json", "json-lines", "sarif")  # formats that carry them


def mend(root: Path, paths: list[Path], config: Config, extra: Source | None, options: argparse.Namespace) -> int:
    """Make fixes, or show them as a patch; returns the exit status. Raises ConfigError and MissingPath."""
    from async_db_lint import mending

    done = mending.mend(root, paths, config, extra, options)
    if options.diff:
        return FOUND if mending.show_patch(done, shown_from(root)) else CLEAN
    if extra is not None:
        after = done.files.get(extra.path)
        sys.stdout.buffer.write(after.after if after is not None else extra.data)
        return CLEAN
    failures = mending.write(root, done)
    for failure in failures:
        print(f"error: {escaped(failure)}", file=sys.stderr)
    if options.show_fixes:
        mending.show_fixes(done, shown_from(root))
    if not options.fix_only:
        show(done.report, options, root)
    if done.files and not options.quiet:
        print(mending.summary(done), file=sys.stderr)
    return FAILED if failures else CLEAN if options.fix_only else status(done.report, options)


def show_settings(root: Path, paths: list[Path], config: Config, options: argparse.Namespace) -> int:
    """Print what is in force; returns the exit status. Raises ConfigError and MissingPath."""
    from async_db_lint.reading import read
    from async_db_lint.report.settings import settings

    files = read(root, config.exclude)
    wanted, _ = discovery.targets(root, paths, files.tree, config.exclude)
    print("\n".join(settings(root, config, files, wanted, options.isolated)))
    return CLEAN


def shown_from(root: Path) -> Shown:
    """What turns a path from the root into one from the current folder."""
    return lambda path: os.path.relpath(root / path).replace(os.sep, "/")


def show(report: Report, options: argparse.Namespace, root: Path) -> None:
    """Print a report in the chosen format."""

    shown = shown_from(root)
    if options.output_format in WITH_FIXES:
        from async_db_lint.mending import with_imports

        report.findings = with_imports(report)
    if options.output_format in FOR_PROGRAMS:
        text = rendered(options.output_format, report.findings, shown)
        print(text, end="\n" if text else "")
    else:
        from async_db_lint.report import as_text

        style = Style.chosen(options.color, sys.stdout)
        printer = as_text.Printer(root, shown, style, options.verbose)
        for line in printer.findings(report.findings, options.output_format):
            print(line)
        if not options.quiet:
            print(as_text.summary(report, options))
    if options.statistics or options.verbose:
        from async_db_lint.report.statistics import statistics

        print(statistics(report, options.statistics), file=sys.stderr)
    for fault in report.faults:
        where = f" at {escaped(shown(fault.path))}:{fault.line}" if fault.path else ""
        print(f"error: rule {fault.code} failed{where}: {escaped(fault.error)}", file=sys.stderr)
        if options.verbose:
            print(fault.trace, file=sys.stderr)


def status(report: Report, options: argparse.Namespace) -> int:
    """The exit status of a report."""
    if report.faults:
        return FAILED
    lowest = Severity[options.fail_on.upper()]
    is_bad = any(finding.severity >= lowest for finding in report.findings)
    return FOUND if is_bad and not options.exit_zero else CLEAN
