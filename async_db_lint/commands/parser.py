"""The arguments of every command."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from async_db_lint import __version__
from async_db_lint.exits import FAILED
from async_db_lint.read.file_names import CACHE
from async_db_lint.report.formats import FORMATS
from async_db_lint.settings.keys import nearest

COMMANDS = ("check", "audit", "explain-function", "rule", "rules", "schema", "completion")
ALSO_KNOWN_AS = {"explain": "rule", "version": "--version", "help": "--help"}  # what other tools call them
INVALID = re.compile(r"invalid choice: '(?P<given>[^']*)' \(choose from (?P<choices>.*)\)")

ROOT = "the git top level above {0}, else the folder of a pyproject.toml, else the folder around its package"
EXAMPLES = """\
examples:
  async-db-lint                                check the project around the current folder
  async-db-lint app/orders.py                  report on one file; the whole project is read all the same
  async-db-lint --diff-base origin/main        report on the lines that a branch has changed
  async-db-lint audit --output audit.html      answer the checklist, on a page
  async-db-lint rule ADB301                    explain a rule
"""


if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]


class Parser(argparse.ArgumentParser):
    """Says in one sentence what it does not understand, with the nearest word that it does."""

    def error(self, message: str) -> NoReturn:
        """Print the sentence and end with the status of a failure."""
        found = INVALID.search(message)
        if found is not None:
            message = message.partition(" (choose from")[0]
            message += nearest(found["given"], re.findall(r"[\w-]+", found["choices"]))
        print(f"error: {message} (see `{self.prog} --help`)", file=sys.stderr)
        raise SystemExit(FAILED)


def parsed(given: list[str], known: argparse.Namespace) -> argparse.Namespace:
    """What arguments say, added to what is known. Ends with a sentence where they cannot be understood."""
    found = parser()
    options, unknown = found.parse_known_args(given, known)
    if unknown:
        command = commands_of(found)[options.command]
        words = [word for action in command._actions for word in action.option_strings]
        command.error(f"{unknown[0]}: no such option{nearest(unknown[0].partition('=')[0], words)}")
    return options


def commands_of(found: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of the commands, by name."""
    rows = [action.choices for action in found._actions if isinstance(action, argparse._SubParsersAction)]
    return {name: command for choices in rows for name, command in choices.items()}


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    found = Parser(
        prog="async-db-lint",
        description="Finds what breaks, leaks or loses data in services on async SQLAlchemy, asyncpg and FastAPI.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("--version", action="version", version=f"async-db-lint {__version__}")
    commands = found.add_subparsers(dest="command", metavar="COMMAND")
    check = commands.add_parser("check", help="check a project (the default)", description="Check a project.")
    _add_check(check)
    audit = commands.add_parser(
        "audit",
        help="answer the checklist for a project, with evidence",
        description="Answer the checklist for a project, with evidence, and list what it is made of.",
    )
    _add_audit(audit)
    _add_explanations(commands)
    return found


def _add_explanations(commands: Commands) -> None:
    """The commands that explain something: a function, a rule, the settings."""
    function = commands.add_parser(
        "explain-function",
        help="show what a function does to sessions",
        description="Show what a function does to sessions and connections, in order, down to the calls that act.",
    )
    function.add_argument("function", metavar="FILE:NAME", help="app/orders.py:create, app/orders.py:Orders.create")
    function.add_argument(
        "--root", type=Path, metavar="DIR", help=f"the project's root (default: {ROOT.format('the file')})"
    )
    rule = commands.add_parser("rule", help="explain a rule", description="Explain a rule.")
    rule.add_argument("name", help="its code or name: ADB104, engine-not-disposed")
    rule.add_argument("--full", action="store_true", help="the whole page, with all examples and the proof")
    rules = commands.add_parser("rules", help="list the rules", description="List the rules.")
    rules.add_argument("--output-format", choices=("text", "json"), default="text")
    commands.add_parser("schema", help="print the JSON schema of the configuration", description="Print the schema.")
    completion = commands.add_parser(
        "completion", help="print a script for your shell", description="Print a script that completes arguments."
    )
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))


def _add_check(check: argparse.ArgumentParser) -> None:
    check.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="files or folders to report on; `-` is standard input"
    )
    rules = "codes, beginnings of codes, names, ADVICE or ALL, with commas"
    check.add_argument("--select", type=_names, metavar="RULES", help=f"the rules to run: {rules}")
    check.add_argument(
        "--extend-select", type=_names, metavar="RULES", help="rules to run in addition to the selected ones"
    )
    check.add_argument("--ignore", type=_names, metavar="RULES", help="rules not to run")
    check.add_argument("--output-format", choices=FORMATS, default="full",
                       metavar="FORMAT", help=f"how findings are printed: {', '.join(FORMATS)}")  # fmt: skip
    _add_status(check)
    _add_project(check, ROOT.format("the paths"))
    check.add_argument("--stdin-filename", type=Path, metavar="PATH", help="the path of the text on standard input")
    _add_fixes(check)
    add_old_code(check)
    check.add_argument("--show-settings", action="store_true", help="print the effective settings, and check nothing")
    check.add_argument("--statistics", action="store_true", help="show counts, and the time of each stage and rule")
    level = check.add_mutually_exclusive_group()
    level.add_argument("-q", "--quiet", action="store_true", help="print findings only")
    level.add_argument("-v", "--verbose", action="store_true", help="also print every step of how a value got there")


def _add_status(command: argparse.ArgumentParser) -> None:
    """What decides the exit status."""
    command.add_argument("--fail-on", choices=("error", "warning", "advice"), default="warning", metavar="SEVERITY",
                       help="exit with 1 from this severity on: error, warning (default) or advice")  # fmt: skip
    command.add_argument("--exit-zero", action="store_true", help="exit with 0 even if something is found")


def _add_fixes(check: argparse.ArgumentParser) -> None:
    """The arguments for fixes."""
    check.add_argument("--fix", action="store_true", help="make the fixes that cannot change what working code does")
    check.add_argument("--unsafe-fixes", action="store_true", help="with --fix or --diff: make the other fixes too")
    check.add_argument("--diff", action="store_true", help="print the fixes as a patch, and change nothing")
    check.add_argument("--fix-only", action="store_true", help="make the fixes, and report nothing")
    check.add_argument("--show-fixes", action="store_true", help="with --fix: print what was fixed")


def add_old_code(check: argparse.ArgumentParser) -> None:
    """The arguments for beginning in old code."""
    check.add_argument("--baseline", type=Path, metavar="FILE", help="known findings, which are not reported again")
    check.add_argument("--write-baseline", action="store_true", help="write what is found into the baseline")
    check.add_argument("--add-noqa", action="store_true", help="add a `noqa` comment at the line of each finding")
    check.add_argument("--diff-base", metavar="REV", help="report only on lines changed since a git revision")


def _positive(text: str) -> int:
    """A number of something that there is. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)


def _add_audit(audit: argparse.ArgumentParser) -> None:
    audit.add_argument(
        "path", nargs="?", type=Path, default=Path("."), metavar="PATH", help="the project, or a part of it"
    )
    audit.add_argument("--format", choices=("text", "markdown", "json", "html"), metavar="FORMAT",
                       help="text, markdown, json or html; default: by the output file's name, else text")  # fmt: skip
    audit.add_argument(
        "--output", type=Path, metavar="FILE", help="write it to a file: audit.html, audit.md, audit.json"
    )
    audit.add_argument(
        "--compare", type=Path, metavar="OLD.json", help="say what is new and gone since an audit written as JSON"
    )
    running = audit.add_argument_group("connections", "how many the pools may open, beside what the server allows")
    running.add_argument("--workers", type=_positive, default=1, metavar="N", help="processes on each instance")
    running.add_argument("--instances", type=_positive, default=1, metavar="N", help="instances of the service")
    running.add_argument("--max-connections", type=_positive, metavar="N", help="PostgreSQL's `max_connections`")
    _add_status(audit)
    _add_project(audit, ROOT.format("PATH"))


def _add_project(command: argparse.ArgumentParser, root: str) -> None:
    """What every command that reads a project takes; `root` says where its root is by default."""
    command.add_argument("--root", type=Path, help=f"the project's root; default: {root}")
    source = command.add_mutually_exclusive_group()
    source.add_argument("--config", type=Path, metavar="FILE", help="a TOML file with the configuration to use instead")
    source.add_argument("--isolated", action="store_true", help="ignore [tool.async-db-lint]")
    command.add_argument("--color", choices=("auto", "always", "never"), default="auto")
    cache = command.add_mutually_exclusive_group()
    cache.add_argument("--no-cache", action="store_true", help="remember nothing, and use nothing that was remembered")
    cache.add_argument("--cache-dir", type=Path, metavar="DIR", help=f"where to remember; default: {CACHE} in the root")


def _names(text: str) -> tuple[str, ...]:
    return tuple(item.strip() for item in text.split(",") if item.strip())
