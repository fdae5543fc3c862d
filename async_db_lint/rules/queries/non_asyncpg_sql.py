"""ADB410."""

from __future__ import annotations

import re

from async_db_lint.rule import *

BIND = r"(?<![:\w\\]):[A-Za-z_]\w*"
QUOTED = re.compile(r"'(?:[^']|'')*'")
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
MISTAKES = (
    (re.compile(BIND + "::"), "`:name::type` is no parameter: write `CAST(:name AS type)`"),
    (re.compile(r"\bINTERVAL\s+" + BIND, re.IGNORECASE), "`interval :name` is no SQL: write `CAST(:name AS interval)`"),
    (
        re.compile(r"(?<![:\w])\w+\s+(?:NOT\s+)?IN\s+" + BIND, re.IGNORECASE),
        "`IN :name` takes no list: write `= ANY(:name)`, or expand it",
    ),
    (re.compile(r"%s(?!\w)|%\(\w+\)s(?!\w)"), "`%s` is psycopg's placeholder: write `:name`"),
    (re.compile(r";\s*\S"), "asyncpg takes one statement at a time: execute them one by one"),
)
ATOMIC = re.compile(r"\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE)\b", re.IGNORECASE)
IN_QUOTES = "a parameter in quotes is text to the database: write it without, or build the value"
EXPANDING = ("bindparam", "bindparams")


class NonAsyncpgSql(Rule):
    """SQL is written as psycopg takes it, and asyncpg does not.

    Happens: psycopg puts values into the text; asyncpg sends text and values apart, as the server wants it. So
    `:id::int`, `interval :days`, `IN :ids`, `%s`, a parameter in quotes and two statements in one text are refused:
    `syntax error at or near ":"`, `cannot insert multiple commands into a prepared statement`. Each fails when it is
    first executed.

    Instead: write what the server understands: `CAST(:key AS int)`, `= ANY(:keys)`, numbered `$1`.

        text("SELECT CAST(:id AS int)")
        text("SELECT * FROM book WHERE id = ANY(:ids)")
        text("SELECT now() - make_interval(days => :days)")

    Silent: when the driver may be another; for `IN :ids` with `bindparams(…)`; for what stands in comments and in the
    bodies of functions.
    """

    code = "ADB410"
    name = "non-asyncpg-sql"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls_to("sqlalchemy.text") if project.is_on_asyncpg_alone else ():
            given = call.written(call.argument("text", 0))
            if not isinstance(given, Literal) or not isinstance(given.value, str) or not call.is_in_application:
                continue
            is_expanded = not call.scope.module.mentions.isdisjoint(EXPANDING) or _is_passed_on(project, call)
            message = _mistake(given.value, is_expanded)
            if message is not None and _is_executed_async(project, call):
                yield suspect(call, message)


def _mistake(text: str, is_expanded: bool) -> str | None:
    """What is wrong in a statement, as a sentence; None for nothing."""
    plain = BODY.sub("", COMMENT.sub("", text))
    if "\\'" not in plain and any(re.search(BIND, inside) for inside in QUOTED.findall(plain)):
        return IN_QUOTES
    plain = "" if ATOMIC.search(plain) else plain
    bare = QUOTED.sub("''", plain)
    for pattern, message in MISTAKES:
        if pattern.search(bare) and not (is_expanded and "IN :name" in message):
            return message
    return None


def _is_passed_on(project: Project, call: CallSite) -> bool:
    """Whether a statement is given to a function of the project, which may say more of its parameters."""
    return any(project.site(item).target is not None for item in given_to(call.call))


def _is_executed_async(project: Project, call: CallSite) -> bool:
    """Whether a statement is in a file that knows async sessions, and is no part of a synchronous one's work."""
    return not any(project.is_sync_session(project.site(item).owner) for item in given_to(call.call))
