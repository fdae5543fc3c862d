"""The `audit` command: options in, the audit in one of four formats and an exit status out."""

from __future__ import annotations

import argparse
import os
import sys
from functools import cache
from pathlib import Path

from async_db_lint import discovery
from async_db_lint.audit.audit import Audit, audit
from async_db_lint.audit.checklist import Outcome
from async_db_lint.discovery import MissingPath
from async_db_lint.exits import CLEAN, FAILED, FOUND
from async_db_lint.options import root_of, settled
from async_db_lint.report.formats import Shown
from async_db_lint.report.progress import Progress
from async_db_lint.report.terminal import Style, escaped
from async_db_lint.rule import Severity
from async_db_lint.settings_keys import ConfigError
from async_db_lint.source import Source

FORMATS = ("text", "markdown", "json", "html")
BY_SUFFIX = {".html": "html", ".htm": "html", ".md": "markdown", ".json": "json"}


def run(options: argparse.Namespace) -> int:
    """Audit a project and print or write what was found; returns the exit status."""
    try:
        root = root_of(options, [options.path]) if options.root is not None else root_above(options.path)
        config = settled(options, root)
        with Progress(quiet=False) as progress:
            found = audit(root, options.path, config, progress.show)
        if not found.files:
            raise MissingPath(f"{options.path}: no Python files of the project")
        written(found, options, root)
    except (ConfigError, MissingPath) as error:
        print(f"error: {escaped(str(error))}", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"error: {escaped(str(options.output))} cannot be written: {error.strerror}", file=sys.stderr)
        return FAILED
    for fault in found.faults:
        print(f"error: rule {fault.code} failed at {escaped(fault.path)}: {escaped(fault.error)}", file=sys.stderr)
    return FAILED if found.faults else status(found, options)


def root_above(path: Path) -> Path:
    """The root of the project in which a path lies: the git top level, else the folder of a pyproject.toml, else it.

    Other than for `check`, the current folder says nothing: an audit is of the project that it names.
    Raises MissingPath.
    """
    if not path.exists():
        raise MissingPath(f"{path}: no such file or folder")
    start = path.resolve() if path.is_dir() else path.resolve().parent
    root = discovery.find_root(start)
    if (root / ".git").exists():
        return root
    return next((folder for folder in (start, *start.parents) if (folder / "pyproject.toml").is_file()), start)


def status(found: Audit, options: argparse.Namespace) -> int:
    """1 when an item failed, or an error or warning was found besides."""
    is_bad = found.count(Outcome.FAILED) > 0 or any(item.severity > Severity.ADVICE for item in found.others)
    return FOUND if is_bad and not options.exit_zero else CLEAN


def written(found: Audit, options: argparse.Namespace, root: Path) -> None:
    """Write the audit to the file that was asked for, or print it. Raises OSError."""
    name = options.format or (BY_SUFFIX.get(options.output.suffix.lower(), "text") if options.output else "text")
    text = rendered(found, name, options, root)
    if options.output is None:
        print(text)
    else:
        options.output.write_text(text + "\n", encoding="utf-8")
        print(f"written to {escaped(str(options.output))}", file=sys.stderr)


def rendered(found: Audit, name: str, options: argparse.Namespace, root: Path) -> str:
    """The audit in a format; each module is imported when it is asked for."""

    is_here = Path.cwd().is_relative_to(root) or root.is_relative_to(Path.cwd())

    def shown(path: str) -> str:
        return os.path.relpath(root / path).replace(os.sep, "/") if is_here else path

    if name == "text":
        return _for_terminal(found, shown, options)
    if name == "html":
        from async_db_lint.report.audit import as_html

        return as_html.render(found, shown, cache(lambda path: Source(path, discovery.read(root, path) or b"")))
    if name == "json":
        from async_db_lint.report.audit import as_json

        return as_json.render(found, shown)
    from async_db_lint.report.audit import as_markdown

    return as_markdown.render(found, shown)


def _for_terminal(found: Audit, shown: Shown, options: argparse.Namespace) -> str:
    from shutil import get_terminal_size

    from async_db_lint.report.audit import as_text

    is_printed = options.output is None
    style = Style.chosen(options.color, sys.stdout) if is_printed else Style()
    is_wide = is_printed and sys.stdout.isatty()
    width = get_terminal_size().columns if is_wide else as_text.PLAIN_WIDTH
    return as_text.render(found, shown, style.is_colored, width).rstrip("\n")
