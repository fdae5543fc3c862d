"""ADB403."""

from __future__ import annotations

from async_db_lint.fixes.nodes.text_clause import wrapping_in_text
from async_db_lint.rule import *

EXECUTING = ("execute", "scalar", "scalars", "stream", "stream_scalars")


class RawStringExecute(Rule):
    """A plain string is executed on a session or connection of SQLAlchemy.

    Happens: a session raises `ArgumentError`, a connection `ObjectNotExecutableError`. The statement
    never reaches the database.

    Instead: `await session.execute(text("SELECT 1"))`. Pass values as parameters:
    `text("… WHERE id = :id"), {"id": key}`.

    Silent: for asyncpg's own connections and `exec_driver_sql`, which take strings; for a project's own
    `execute`; when the argument is not certainly a string; where the project's files allow SQLAlchemy
    1.4, whose synchronous sessions take strings.
    """

    code = "ADB403"
    name = "raw-string-execute"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        if not project.versions.is_sqlalchemy_2:
            return
        for call in project.calls(*EXECUTING, on=(*SESSIONS, *SYNC_SESSIONS, CONNECTION, SYNC_CONNECTION)):
            if call.target is None and _is_string(call.written(call.argument("statement", 0))):
                message = f"`{call.name}()` is given a plain string: wrap it in `text()`"
                yield suspect(call, message, at=argument("statement", 0), fix=wrapping_in_text(call.path))


def _is_string(written: Expr | None) -> bool:
    """Whether an expression is a string or an f-string."""
    return isinstance(written, Template) or (isinstance(written, Literal) and isinstance(written.value, str))
