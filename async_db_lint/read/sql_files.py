"""The SQL files of a project, which are read when they are first asked for: few projects need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from async_db_lint.read import discovery


class SqlFiles:
    """The paths and texts of SQL files, one pair after the other. Example: `for path, text in project.sql_files:`."""

    def __init__(self, root: Path, paths: Iterable[str]) -> None:
        """Take the project's root, and the paths of its files from there."""
        self.root = root
        self.paths = tuple(paths)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for path in self.paths:
            yield path, (discovery.read(self.root, path) or b"").decode(errors="replace")


NO_SQL_FILES = SqlFiles(Path(), ())
