"""ADB404."""

from __future__ import annotations

import re

from async_db_lint.rule import *

VALUE = re.compile(r"((?<![-<>=!#@&|*~])(=|<>|!=|<=|>=|<|>)|\b(like|ilike|limit|offset))\s*$", re.IGNORECASE)
NAMED = re.compile(r"\s*[.(\w\"]")
"""What follows an identifier, and no value: `{alias}.id`, `{function}(…)`."""
COMMENTS = re.compile(r"\A(\s|--[^\n]*\n|/\*.*?\*/)*", re.DOTALL)
DEFINING = re.compile(
    r"(create|alter|drop|set|reset|grant|revoke|comment|notify|listen|unlisten|copy|truncate|vacuum|analyze|show|do"
    r"|reindex|cluster|lock|prepare|commit|rollback|begin|start|savepoint|release|pragma|refresh|attach|security)\b",
    re.IGNORECASE,
)
"""Statements in which the server takes no parameters."""


class SqlFromString(Rule):
    """Values are written into SQL instead of being passed beside it.

    Happens: whoever chooses the value chooses the statement: `x' OR '1' = '1` finds every row. A name with an
    apostrophe breaks it. And each text is a new statement, which the server has to plan anew.

    Instead: pass values as parameters: `text("… WHERE title = :title"), {"title": title}`.

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
    consequence = Consequence.EXPOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        for item in project.sql_texts:
            if not project.is_in_application(item.call):
                continue
            for piece in item.text.pieces:
                traced = project.sources.of(piece.expr, piece.place)
                message = _message(item, piece, traced)
                if message:
                    found = suspect(item.call, message)
                    yield found.with_related(related_calls(traced.through, "passed on here"))
                    break


def _message(item: SqlText, piece: Piece, traced: Traced) -> str:
    """What is wrong with a piece; empty for nothing."""
    name = f"`{quoted(piece.expr)}`"
    is_definition = DEFINING.match(COMMENTS.sub("", item.text.text)) is not None
    is_value = piece.is_in_string or _is_value(item, piece)
    if traced.source is ValueSource.REQUEST:
        how = "pass it as a parameter" if is_value and not is_definition else "take it from a list of allowed names"
        return f"{name} comes from a request and becomes part of the SQL: {how}"
    if traced.source is not ValueSource.TEXT or is_definition:
        return ""
    return f"{name} is written into the SQL between quotes: pass it as a parameter" if piece.is_in_string else ""


def _is_value(item: SqlText, piece: Piece) -> bool:
    """Whether a piece stands where a value does, and its like nowhere where a name does."""
    like = [other for other in item.text.pieces if other.expr == piece.expr]
    return all(VALUE.search(other.before) and not NAMED.match(other.after) for other in like)
