"""ADB900."""

from __future__ import annotations

from async_db_lint.rule import *


class UnreadableFile(Rule):
    """A relevant file cannot be decoded or parsed, so nothing in it was checked.

    Happens: the message is CPython's, with its line and column. Syntax of Python 3.8 to 3.15 is
    read whichever Python runs async-db-lint; Python 2 is not.

    Instead: fix the file, or leave it out with `exclude`.

    Silent: for files that mention none of the libraries, unless they are named on the command
    line. It has no run-time effect on the application and so no proof.
    """

    code = "ADB900"
    name = "unreadable-file"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    about = About.FILE

    def suspects(self, project: Project) -> Suspects:
        for item in project.unreadable:
            span = Span(item.line, item.column - 1, item.line, item.column - 1)
            yield suspect_file(item.path, span, f"cannot be read: {item.reason}")
