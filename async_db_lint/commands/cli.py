"""The command line: arguments in, text and an exit status out. No analysis here."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from async_db_lint import __version__
from async_db_lint.commands.parser import ALSO_KNOWN_AS, COMMANDS, commands_of, parsed, parser
from async_db_lint.exits import CLEAN, FAILED, output_closed, prepare_output
from async_db_lint.read import disk
from async_db_lint.settings.keys import nearest


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
    options = parsed(with_command(given), argparse.Namespace(remembered_as=remembered_as))
    if options.command == "rule":
        from async_db_lint.commands.rules import explain

        return explain(options.name, options.full)
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


def with_command(given: list[str]) -> list[str]:
    """The arguments, with `check` before them when they name no command. Ends with a sentence for a misspelt one."""
    first = given[0] if given else ""
    if first in (*COMMANDS, "-h", "--help", "--version"):
        return given
    if first in ALSO_KNOWN_AS and not disk.exists(first):
        return [ALSO_KNOWN_AS[first], *given[1:]]
    hint = nearest(first, COMMANDS) if first.isalpha() and not disk.exists(first) else ""
    if hint:
        parser().error(f"{first}: no such command, file or folder{hint}")
    return ["check", *given]


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
    for command in (found, *commands_of(found).values()):
        for action in command._actions:
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(found, shell))
    return CLEAN
