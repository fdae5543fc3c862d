"""ADB504."""

from __future__ import annotations

from async_db_lint.fixes.nodes.column_defaults import changeable, working_out
from async_db_lint.rule import *

MESSAGES = {
    DefaultKind.EVALUATED: "the default is worked out once, at import: every row gets the same value",
    DefaultKind.SHARED: "all new rows share this object: what is changed in one, the next begins with",
    DefaultKind.UNWRITTEN: "`{keyword}` is SQL: a Python value raises ArgumentError when the class is defined",
    DefaultKind.QUOTED: "the database gets this SQL as a quoted string and does not run it: wrap it in `text()`",
}


class EvaluatedDefault(Rule):
    """A default of a column is a value where a function is meant.

    Happens: `default=datetime.now()` is called when the module is imported. Every row gets the time at which the
    server started, and every key made by `default=uuid4()` is the same. `default={}` is one dict for all rows: after
    `book.tags["new"] = True` it is in the next book as well. `server_default=False` raises `ArgumentError`;
    `server_default="now()"` is a string, which PostgreSQL turns into the moment at which the table was made.

    Instead: pass the function itself, `default=datetime.now`, or SQL, `server_default=func.now()`.

        mapped_column(default=datetime.now)
        mapped_column(default=lambda: datetime.now(UTC))
        mapped_column(JSON, default=dict)
        mapped_column(server_default=func.now())

    Silent: for `func.now()` and other SQL, for functions and lambdas, for tuples, and for lists and dicts of SQLModel,
    which Pydantic copies.
    """

    code = "ADB504"
    name = "evaluated-default"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.wrong_defaults:
            if project.is_in_application(item.call):
                message = MESSAGES[item.kind].format(keyword=item.keyword)
                yield suspect(item.call, message, at=changeable(item.keyword), fix=working_out(item))
