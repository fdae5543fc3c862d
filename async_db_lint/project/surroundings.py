"""What is known about a project besides its code."""

from __future__ import annotations

from dataclasses import dataclass, field

from async_db_lint.project.inference.infer import NO_HINTS
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.libraries.versions import Versions
from async_db_lint.read.sql_files import NO_SQL_FILES, SqlFiles
from async_db_lint.read.unread import NOTHING_UNREAD, Unread
from async_db_lint.read.unreadable import Unreadable


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known about a project besides its code.

    `settings` are the texts of the files that name versions, by path; `unreadable` are the files to report because
    they have no index; `unread` are all files that may belong to the application and were not read.
    """

    versions: Versions = field(default_factory=Versions)
    settings: tuple[tuple[str, str], ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    hints: Hints = NO_HINTS
    unread: Unread = NOTHING_UNREAD
    sql_files: SqlFiles = NO_SQL_FILES
