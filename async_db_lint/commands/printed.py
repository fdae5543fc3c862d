"""A report as the text that a command prints, in the chosen format."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from async_db_lint.commands.arguments import Printing
from async_db_lint.read.repository import top_of
from async_db_lint.read.sources import Sources
from async_db_lint.report.formats import FOR_FORGES, FOR_PROGRAMS, Shown, rendered
from async_db_lint.report.terminal import Style, escaped
from async_db_lint.rule.finding import Finding
from async_db_lint.run.lint import Report

WITH_FIXES = ("json", "json-lines", "sarif")  # formats that carry them


def shown_from(root: Path) -> Shown:
    """What turns a path from the root into one from the current folder."""

    def shown(path: str) -> str:
        try:
            return os.path.relpath(root / path).replace(os.sep, "/")
        except ValueError:  # on another drive
            return str(root / path)

    return shown


def in_repository(root: Path) -> Shown:
    """What turns a path from the root into one from the top of the repository, as forges want it."""
    inner = root.relative_to(top_of(root) or root).as_posix()
    return lambda path: path if inner == "." else f"{inner}/{path}"


def show(report: Report, printing: Printing, root: Path) -> None:
    """Print a report in the chosen format, and beside it what is not part of it."""
    print(text_of(report, printing, root), end="")
    show_beside(report, printing, root)


def text_of(report: Report, printing: Printing, root: Path) -> str:
    """A report in the chosen format, with the end of its last line."""
    if printing.output_format not in FOR_PROGRAMS:
        return _for_people(report, printing, root)
    shown = in_repository(root) if printing.output_format in FOR_FORGES else shown_from(root)
    text = rendered(printing.output_format, _findings_for(report, printing.output_format), shown)
    return f"{text}\n" if text else ""


def show_beside(report: Report, printing: Printing, root: Path) -> None:
    """Print what is asked for besides the findings, and which rules failed."""
    if printing.statistics or printing.verbose:
        from async_db_lint.report.statistics import statistics

        print(statistics(report, printing.statistics), file=sys.stderr)
    shown = shown_from(root)
    for fault in report.faults:
        where = f" at {escaped(shown(fault.path))}:{fault.line}" if fault.path else ""
        print(f"error: rule {fault.code} failed{where}: {escaped(fault.error)}", file=sys.stderr)
        if printing.verbose:
            print(fault.trace, file=sys.stderr)


def _findings_for(report: Report, output_format: str) -> tuple[Finding, ...]:
    """The findings, with the edits of imports in their fixes where the format carries fixes."""
    if output_format not in WITH_FIXES:
        return report.findings
    from async_db_lint.commands.fix import with_imports

    return with_imports(report)


def _for_people(report: Report, printing: Printing, root: Path) -> str:
    from async_db_lint.report import as_text

    style = Style.chosen(printing.color, sys.stdout)
    printer = as_text.Printer(Sources(report.data), shown_from(root), style, printing.verbose)
    lines = [*printer.findings(report.findings, printing.output_format)]
    if not printing.quiet:
        lines.append(as_text.summary(report))
    return "".join(f"{line}\n" for line in lines)
