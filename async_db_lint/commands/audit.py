"""The `audit` command: what was asked for in, the audit in one of four formats and an exit status out."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from async_db_lint.audit.audit import Audit, audit
from async_db_lint.audit.comparison import earlier_audit
from async_db_lint.commands import printed
from async_db_lint.commands.arguments import AskedAudit, asked_audit
from async_db_lint.exits import CLEAN, FAILED, FOUND
from async_db_lint.fixes.write import WriteError, create_file
from async_db_lint.read.discovery import MissingPath
from async_db_lint.read.sources import Sources
from async_db_lint.report.formats import Shown
from async_db_lint.report.progress import Progress
from async_db_lint.report.terminal import Style, escaped
from async_db_lint.run.examine import Target
from async_db_lint.settings.keys import ConfigError

BY_SUFFIX = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json", ".txt": "text", "": "text"}


def run(options: argparse.Namespace) -> int:
    """Audit a project and print or write what was found; returns the exit status."""
    try:
        question = asked_audit(options)
        earlier = None if question.compare is None else earlier_audit(question.compare)
        with Progress(quiet=False) as progress:
            found = audit(Target(question.root, [question.path], question.config, kept=question.kept), progress.show)
        if not found.files:
            raise MissingPath(f"{question.path}: no Python files of the project")
        found = replace(found, deployment=question.deployment)
        written(found if earlier is None else found.beside(earlier), question)
    except (ConfigError, MissingPath, WriteError) as error:
        print(f"error: {escaped(str(error))}", file=sys.stderr)
        return FAILED
    for fault in found.faults:
        print(f"error: rule {fault.code} failed at {escaped(fault.path)}: {escaped(fault.error)}", file=sys.stderr)
    return FAILED if found.faults else status(found, question)


def status(found: Audit, question: AskedAudit) -> int:
    """1 when something was found from the severity on that was asked for."""
    is_bad = any(item.severity >= question.fail_on for item in found.findings)
    return FOUND if is_bad and not question.exit_zero else CLEAN


def written(found: Audit, question: AskedAudit) -> None:
    """Write the audit to the file that was asked for, or print it. Raises WriteError."""
    output = question.output
    text = rendered(found, question)
    if output is None:
        print(text)
    else:
        create_file(output, (text + "\n").encode())
        print(f"written to {escaped(str(output))}", file=sys.stderr)


def rendered(found: Audit, question: AskedAudit) -> str:
    """The audit in the format that was asked for, else by the output file's name; its module is imported then."""
    name = question.format or format_of(question.output)
    shown = shown_from(question.root)
    if name == "text":
        return _for_terminal(found, shown, question)
    if name == "html":
        from async_db_lint.report.audit import as_html

        return as_html.render(found, shown, Sources(found.data))
    if name == "json":
        from async_db_lint.report.audit import as_json

        return as_json.render(found, shown)
    from async_db_lint.report.audit import as_markdown

    return as_markdown.render(found, shown)


def format_of(output: Path | None) -> str:
    """The format that a file's name asks for. Raises ConfigError for a name of something else, such as `audit.pdf`."""
    suffix = "" if output is None else output.suffix.lower()
    if suffix not in BY_SUFFIX:
        known = ", ".join(item for item in BY_SUFFIX if item)
        raise ConfigError(f"{output}: an audit is written as {known}; --format chooses for any other name")
    return BY_SUFFIX[suffix]


def shown_from(root: Path) -> Shown:
    """What turns a path from the root into one from the current folder, where one of the two holds the other."""
    is_here = Path.cwd().is_relative_to(root) or root.is_relative_to(Path.cwd())
    return printed.shown_from(root) if is_here else lambda path: path


def _for_terminal(found: Audit, shown: Shown, question: AskedAudit) -> str:
    from shutil import get_terminal_size

    from async_db_lint.report.audit import as_text

    is_printed = question.output is None
    style = Style.chosen(question.color, sys.stdout) if is_printed else Style()
    is_wide = is_printed and sys.stdout.isatty()
    width = get_terminal_size().columns if is_wide else as_text.PLAIN_WIDTH
    return as_text.render(found, shown, style.is_colored, width).rstrip("\n")
