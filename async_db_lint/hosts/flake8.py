"""The flake8 plugin.

flake8 gives each worker single files, and these rules need the whole project. So the main process
checks it once, before the workers start. They get what was found by inheritance (fork), or from a
private file that the environment names (spawn, forkserver); each reports its own files' part.
"""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from async_db_lint import __version__

if TYPE_CHECKING:
    import ast

    from async_db_lint.hosts.projects import Answers, KeptProjects

ABANDONED = re.compile(r"async-db-lint-(\d+)-\w+\.json")
FILE = "ASYNC_DB_LINT_ANSWERS"  # where the main process has written what it found


class Plugin:
    """What flake8 makes for each file."""

    name = "async-db-lint"
    version = __version__
    with_advice: ClassVar[bool] = False
    answers: ClassVar[Answers | None] = None
    projects: ClassVar[KeptProjects | None] = None

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:
        """Take the file's name and lines; the tree is asked for because flake8 then calls once per file."""
        self.filename = filename
        self.text = "".join(lines)

    @staticmethod
    def add_options(manager: Any) -> None:
        """Declare our option to flake8."""
        manager.add_option(
            "--adb-advice",
            action="store_true",
            default=False,
            parse_from_config=True,
            help="also report advice about architecture (async-db-lint)",
        )

    @classmethod
    def parse_options(cls, options: Any) -> None:
        """Check the projects of the files that flake8 was given; in a worker, take over what was found."""

        cls.with_advice = bool(options.adb_advice)
        if multiprocessing.parent_process() is not None and (cls.answers is not None or FILE in os.environ):
            cls.answers = cls.answers or handed_over()
            return
        names = [options.stdin_display_name if name == "-" else name for name in options.filenames or ["."]]
        cls.answers = checked(cls, names)  # also in a child of something other than flake8
        if needs_file(options):
            hand_over(cls.answers)

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """What is found in the file."""
        try:
            known = self.answers.known(self.filename, self.text) if self.answers is not None else ()
            rows = known if known is not None else kept_projects(type(self)).of_text(self.filename, self.text)
        except Exception as error:  # noqa: BLE001  # an exception would end the whole run of flake8
            text = f"ADB900 unreadable-file: async-db-lint failed, so this file was not checked: {described(error)}"
            yield 1, 0, text, type(self)
            return
        for row in rows:
            yield row.line, row.column, row.text, type(self)


def kept_projects(cls: type[Plugin]) -> KeptProjects:
    """The projects that this process has indexed."""
    from async_db_lint.hosts.projects import KeptProjects

    if cls.projects is None:
        cls.projects = KeptProjects(cls.with_advice)
    return cls.projects


def checked(cls: type[Plugin], filenames: Sequence[str]) -> Answers:
    """Check the projects. Ends flake8 where that cannot be done: it would say that all is well."""
    from flake8.exceptions import ExecutionError

    from async_db_lint.settings.keys import ConfigError

    cls.projects = None
    try:
        found = kept_projects(cls).answers(filenames)
    except ConfigError as error:
        raise ExecutionError(f"async-db-lint: {error}") from error
    except Exception as error:
        raise ExecutionError(f"async-db-lint failed, so nothing was checked: {described(error)}") from error
    if found.faults:
        raise ExecutionError(f"async-db-lint: {'; '.join(found.faults)}")
    return found


def described(error: Exception) -> str:
    """An error in a few words."""
    return f"{type(error).__name__}: {error}"


def needs_file(options: Any) -> bool:
    """Whether flake8 may start workers that do not inherit what this process knows."""
    method = multiprocessing.get_start_method(allow_none=True) or multiprocessing.get_all_start_methods()[0]
    return method != "fork" and not (options.jobs.n_jobs == 1 and not options.jobs.is_auto)


def hand_over(found: Answers) -> None:
    """Write what was found into a private file, for workers that do not inherit it."""
    remove_abandoned(tempfile.gettempdir())
    descriptor, path = tempfile.mkstemp(prefix=f"async-db-lint-{os.getpid()}-", suffix=".json")
    with os.fdopen(descriptor, "w") as file:
        file.write(found.to_json())
    os.environ[FILE] = path
    atexit.register(_remove, path, os.getpid())


def handed_over() -> Answers | None:
    """What the main process found; None when its file is gone."""
    from async_db_lint.hosts.projects import Answers

    try:
        with open(os.environ[FILE]) as file:
            return Answers.from_json(file.read())
    except (OSError, ValueError):
        return None


def _remove(path: str, owner: int) -> None:
    """Remove the file at the end of the process that made it, not of one forked from it."""
    if os.getpid() == owner and os.path.exists(path):
        os.unlink(path)


def remove_abandoned(folder: str) -> None:
    """Remove the files of processes that were killed."""
    for name in os.listdir(folder):
        found = ABANDONED.fullmatch(name)
        if found and not os.path.exists(f"/proc/{found[1]}") and os.path.isdir("/proc/self"):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, name))
