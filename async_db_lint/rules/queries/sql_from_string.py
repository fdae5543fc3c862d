"""ADB404."""

from __future__ import annotations

import re

from async_db_lint.rule import *

VALUE = re.compile(r"(=|<|>|\blike|\bilike|\blimit|\boffset)\s*$", re.IGNORECASE)
DEFINING = re.compile(
    r"\s*(create|alter|drop|set|reset|grant|revoke|comment|notify|listen|copy|truncate|vacuum|show|do|reindex)\b",
    re.IGNORECASE,
)
"""Statements in which the server takes no parameters."""


class SqlFromString(Rule):
    """Values are written into SQL instead of being passed beside it.

    Happens: whoever chooses the value chooses the statement: `x' OR '1' = '1` finds every row. A name with an
    apostrophe breaks it. And each text is a new statement, which the server has to plan anew.

    Instead: pass values as parameters.

        text("SELECT * FROM book WHERE title = :title"), {"title": title}
        await connection.fetch("SELECT * FROM book WHERE title = $1", title)

    What cannot be a parameter, the name of a column or a table, comes from a list of names that are allowed.

        text(f"SELECT * FROM book ORDER BY {COLUMNS[order]}")

    Silent: for constants, numbers, dates, enumerations and settings; for names that the function checks or looks up
    in a dict; for what other functions give; for identifiers, and for `CREATE`, `SET` and the like, which take no
    parameters, unless the value comes from a request.
    """

    code = "ADB404"
    name = "sql-from-string"
    severity = Severity.ERROR

    def suspects(self, project: Project) -> Suspects:
        for item in project.sql_texts:
            if not project.is_in_application(item.call):
                continue
            for piece in item.pieces:
                traced = project.sources.of(piece.expr, piece.place)
                message = _message(item, piece, traced)
                if message:
                    found = suspect(item.call, message)
                    yield found.with_related(related_calls(traced.through, "passed on here"))
                    break


def _message(item: SqlText, piece: Piece, traced: Traced) -> str:
    """What is wrong with a piece; empty for nothing."""
    name = f"`{quoted(piece.expr)}`"
    if traced.source is ValueSource.REQUEST:
        return f"{name} comes from a request and becomes part of the SQL: pass it as a parameter"
    if DEFINING.match(item.beginning):
        return ""
    if traced.source is not ValueSource.TEXT:
        return ""
    if piece.before.count("'") % 2 == 1:
        return f"{name} is written into the SQL between quotes: pass it as a parameter"
    return f"{name} is written into the SQL: pass it as a parameter" if VALUE.search(piece.before) else ""
