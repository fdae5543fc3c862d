"""ADB411."""

from __future__ import annotations

from async_db_lint.rule import *


class UntypedTextParameter(Rule):
    """A string is compared with a column of another type, or looked up as a key.

    Happens: psycopg writes values into the text, and PostgreSQL guesses their type. asyncpg sends each value as what
    it is: comparing an integer column with a `str` raises `operator does not exist: integer = character varying`, and
    `session.get(Book, "1")` raises `'str' object cannot be interpreted as an integer`.

    Instead: convert the value where it comes in: `key: int` in the route, or `int(key)`.

        select(Book).where(Book.id == int(key))

    Silent: unless the column is known to be an integer, by a mapped class or by a `CREATE TABLE` in the project's SQL
    files, and the parameter is annotated as `str` and nothing else; when the driver may be another than asyncpg.
    """

    code = "ADB411"
    name = "untyped-text-parameter"
    severity = Severity.WARNING
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.conditions.mistyped() if project.is_on_asyncpg_alone else ():
            if project.is_in_application(item.call):
                message = f"`{item.parameter}` is a `str`, and `{item.column}` an integer: asyncpg refuses it"
                yield suspect(item.call, message)
        for sent in mistyped_arguments(project, project.sql_files):
            if project.is_in_application(sent.call):
                message = f"`{sent.parameter}` is a `str`, and `{sent.column}` an integer: asyncpg refuses it"
                yield suspect(sent.call, message)
