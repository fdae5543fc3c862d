"""The command line: arguments in, text and an exit status out. No analysis here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from async_db_lint import __version__
from async_db_lint.exits import CLEAN, FAILED, output_closed, prepare_output
from async_db_lint.read.file_names import CACHE
from async_db_lint.report.formats import FORMATS

COMMANDS = ("check", "audit", "explain-function", "rule", "rules", "schema", "completion")

ROOT = "the git top level above {0}, else the folder of a pyproject.toml, else the folder around its package"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status: 0 nothing, 1 something found, 2 the tool could not do its work."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    remembered_as = tuple(given) if arguments is None else None
    prepare_output()
    if given == ["--version"]:
        print(f"async-db-lint {__version__}")
        return CLEAN
    try:
        return run(given, remembered_as)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        return output_closed()
    except Exception as error:  # noqa: BLE001  # 1 means that something was found: a failure must not look like it
        from async_db_lint.report.terminal import escaped

        print(f"error: {escaped(explained(error))}", file=sys.stderr)
        return FAILED


def explained(error: Exception) -> str:
    """What is said of an error that nobody expected; of one of the operating system, what it was about."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    import traceback

    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"async-db-lint failed with {type(error).__name__} at {place}: {error}. Please report this."


def run(given: list[str], remembered_as: Sequence[str] | None = None) -> int:
    """Parse the arguments and run the command that they name; `check` when they name none.

    Takes the arguments as the user gave them where the result may be remembered.
    """
    if not given or given[0] not in (*COMMANDS, "-h", "--help", "--version"):
        given.insert(0, "check")
    options = parser().parse_args(given, argparse.Namespace(remembered_as=remembered_as))
    if options.command == "rule":
        from async_db_lint.commands.rules import explain

        return explain(options.name)
    if options.command == "rules":
        from async_db_lint.commands.rules import list_rules

        return list_rules(options.output_format)
    if options.command == "schema":
        return show_schema()
    if options.command == "completion":
        return show_completion(options.shell)
    if options.command == "audit":
        from async_db_lint.commands import audit

        return audit.run(options)
    if options.command == "explain-function":
        from async_db_lint.commands.explain_function import explain_function

        return explain_function(options)
    from async_db_lint.commands.check import check

    return check(options)


def show_schema() -> int:
    """Print the JSON schema of the configuration."""
    import json

    from async_db_lint.settings.keys import schema

    print(json.dumps(schema(), indent=2))
    return CLEAN


def show_completion(shell: str) -> int:
    """Print the script that makes a shell complete our arguments."""
    import shtab

    found = parser()
    for command in (found, *_commands(found)):
        for action in command._actions:
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(found, shell))
    return CLEAN


def _commands(found: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """The parsers of the commands."""
    rows = [action.choices for action in found._actions if isinstance(action, argparse._SubParsersAction)]
    return [command for choices in rows for command in choices.values()]


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    found = argparse.ArgumentParser(
        prog="async-db-lint",
        description="Finds what breaks, leaks or loses data in services on async SQLAlchemy, asyncpg and FastAPI.",
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
    rules = commands.add_parser("rules", help="list the rules", description="List the rules.")
    rules.add_argument("--output-format", choices=("text", "json"), default="text")
    commands.add_parser("schema", help="print the JSON schema of the configuration", description="Print the schema.")
    completion = commands.add_parser(
        "completion", help="print a script for your shell", description="Print a script that completes arguments."
    )
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"))
    return found


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


def _add_audit(audit: argparse.ArgumentParser) -> None:
    audit.add_argument(
        "path", nargs="?", type=Path, default=Path("."), metavar="PATH", help="the project, or a part of it"
    )
    audit.add_argument("--format", choices=("text", "markdown", "json", "html"), metavar="FORMAT",
                       help="text, markdown, json or html; default: by the output file's name, else text")  # fmt: skip
    audit.add_argument(
        "--output", type=Path, metavar="FILE", help="write it to a file: audit.html, audit.md, audit.json"
    )
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
