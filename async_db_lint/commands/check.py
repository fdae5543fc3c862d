"""The `check` command: what was asked for in, a printed report and an exit status out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from async_db_lint.cache import results
from async_db_lint.cache.folder import is_refused, of_project
from async_db_lint.commands.arguments import ALONE, Action, Asked, asked
from async_db_lint.commands.printed import show, show_beside, shown_from, text_of
from async_db_lint.exits import CLEAN, FAILED, FOUND
from async_db_lint.fixes.write import WriteError
from async_db_lint.read import discovery, disk
from async_db_lint.read.discovery import MissingPath
from async_db_lint.report.formats import FOR_PROGRAMS
from async_db_lint.report.progress import Progress
from async_db_lint.report.terminal import escaped
from async_db_lint.run.lint import Report, lint
from async_db_lint.settings.keys import ConfigError


def check(options: argparse.Namespace) -> int:
    """Run the check that the arguments describe; returns the exit status."""
    try:
        if is_remembered(options):
            return report_and_remember(options)
        question = asked(options)
        return ACTIONS[question.action](question)
    except (ConfigError, MissingPath, WriteError) as error:
        print(f"error: {escaped(str(error))}", file=sys.stderr)
        return FAILED


def is_remembered(options: argparse.Namespace) -> bool:
    """Whether what the command prints depends on nothing but the disk and what a result is kept by."""
    others = (*ALONE, "diff_base", "statistics", "verbose", "no_cache")
    is_plain = not any(getattr(options, name) for name in others) and Path("-") not in options.paths
    return is_plain and options.remembered_as is not None and not is_refused()


def report_and_remember(options: argparse.Namespace) -> int:
    """Check and print the findings, and remember that; returns the exit status. Raises ConfigError and MissingPath."""
    key = results.key_of(options.remembered_as)
    with disk.Noted() as noted:
        question = asked(options)
        report = found(question)
        text = text_of(report, question.printing, question.target.root)
    print(text, end="")
    show_beside(report, question.printing, question.target.root)
    code = status(report, question)
    if not report.faults:
        folder = of_project(question.target.root, options.cache_dir)
        results.remember(results.result_of(code, text, noted), key, folder)
    return code


def report_findings(question: Asked) -> int:
    """Check and print the findings; returns the exit status. Raises ConfigError and MissingPath."""
    report = found(question)
    show(report, question.printing, question.target.root)
    return status(report, question)


def found(question: Asked) -> Report:
    """The report of a check, narrowed to changed lines where that is asked for. Raises ConfigError and MissingPath."""
    printing = question.printing
    with Progress(quiet=printing.quiet or printing.output_format in FOR_PROGRAMS) as progress:
        report = lint(question.target, progress.show)
    if not report.data and not report.examined.indexed.files.tree.left_out:
        raise MissingPath(f"{question.target.root}: no Python files, so there is nothing to check")
    if question.diff_base is None:
        return report
    from async_db_lint.quiet.changed_lines import Changes

    changes = Changes(question.target.root, question.diff_base, report.data)
    return replace(report, findings=changes.touching(report.findings))


def write_baseline(question: Asked) -> int:
    """Write what is found into the baseline; returns the exit status. Raises ConfigError and WriteError."""
    from async_db_lint.commands import adopt

    target = question.target
    everything = replace(question, target=replace(target, config=replace(target.config, baseline="")))
    report = found(everything)
    if report.faults:
        show(report, question.printing, target.root)
        return FAILED
    return adopt.write_baseline(target.root, target.config.baseline, report)


def add_noqa(question: Asked) -> int:
    """Add a comment at the line of each finding; returns the exit status. Raises ConfigError and MissingPath."""
    from async_db_lint.commands import adopt

    report = found(question)
    if report.faults:
        show(report, question.printing, question.target.root)
        return FAILED
    return adopt.add_noqa(question.target.root, report)


def make_fixes(question: Asked) -> int:
    """Make fixes, or show them as a patch; returns the exit status. Raises ConfigError and MissingPath."""
    from async_db_lint.commands import fix

    root, unsaved = question.target.root, question.target.unsaved
    done = fix.fixes_made(question)
    if question.action is Action.SHOW_PATCH:
        return FOUND if fix.show_patch(done, shown_from(root)) else CLEAN
    if unsaved is not None:
        after = done.files.get(unsaved.path)
        sys.stdout.buffer.write(after.after if after is not None else unsaved.data)
        return CLEAN
    written, failures = fix.write(root, done)
    for failure in failures:
        print(f"error: {escaped(failure)}", file=sys.stderr)
    if question.show_fixes:
        fix.show_fixes(done, shown_from(root))
    if question.action is Action.FIX:
        show(done.report, question.printing, root)
    if written and not question.printing.quiet:
        print(fix.summary(done, written), file=sys.stderr)
    if failures:
        return FAILED
    return CLEAN if question.action is Action.FIX_ONLY else status(done.report, question)


def show_settings(question: Asked) -> int:
    """Print the effective settings; returns the exit status. Raises ConfigError and MissingPath."""
    from async_db_lint.report.effective_settings import settings
    from async_db_lint.run.read_and_index import read

    target = question.target
    files = read(target.root, target.config.exclude)
    wanted, _ = discovery.targets(target.root, target.paths, files.tree, target.config.exclude)
    print("\n".join(settings(target, files, len(wanted))))
    return CLEAN


ACTIONS: dict[Action, Callable[[Asked], int]] = {
    Action.REPORT: report_findings,
    Action.FIX: make_fixes,
    Action.FIX_ONLY: make_fixes,
    Action.SHOW_PATCH: make_fixes,
    Action.WRITE_BASELINE: write_baseline,
    Action.ADD_NOQA: add_noqa,
    Action.SHOW_SETTINGS: show_settings,
}


def status(report: Report, question: Asked) -> int:
    """The exit status of a report."""
    if report.faults:
        return FAILED
    is_bad = any(finding.severity >= question.fail_on for finding in report.findings)
    return FOUND if is_bad and not question.exit_zero else CLEAN
