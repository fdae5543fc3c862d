"""ADB900."""

from __future__ import annotations

from async_db_lint.rule import *


class UnreadableFile(Rule):
    """A relevant file cannot be decoded or parsed, so nothing in it was checked.

    Happens: the message is CPython's, with its line and column. When the syntax is newer than the
    Python that runs async-db-lint, the message says which version it needs.

    Instead: fix the file, leave it out with `exclude`, or run async-db-lint with a newer Python.

    Silent: for files that mention none of the libraries, unless they are named on the command
    line. It has no run-time effect on the application and so no proof.
    """

    code = "ADB900"
    name = "unreadable-file"
    severity = Severity.ERROR
    about = About.FILE

    def suspects(self, project: Project) -> Suspects:
        for item in project.unreadable:
            span = Span(item.line, item.column - 1, item.line, item.column - 1)
            yield suspect_file(item.path, span, f"cannot be read: {item.reason}")
