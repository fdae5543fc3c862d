"""ADB402."""

from __future__ import annotations

import re
from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Literal, Sequence
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.project.versions import Range
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.source import Role

TABLES = re.compile(r"\b(?:from|into|update|join)\s+(?:only\s+)?[\"]?(?:\w+[\"]?\.[\"]?)?(\w+)", re.IGNORECASE)


class MixedOrmAndRawSql(Rule):
    """One function writes objects through the ORM and the same table through raw SQL.

    Happens: it depends on the version. SQLAlchemy 2.0 does not write pending objects before a
    `text()` statement, so the raw query does not see them; 2.1 does. Objects that are already loaded
    do not notice what raw SQL changed.

    Instead: one way per operation: `select()`, `update()` and `insert()` of the mapped class.

    Silent: for statements that touch other tables: locks, `SET`, sequences, `NOTIFY`, `SELECT 1`. This
    rule is advice: `--select ADVICE` shows it.
    """

    code = "ADB402"
    name = "mixed-orm-and-raw-sql"
    severity = Severity.ADVICE
    guide = "Mixing ORM and raw SQL inconsistently"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        written: dict[Function, dict[str, Call]] = {}
        for call, _ in project.methods(["add", "add_all"], *library.SESSIONS):
            function = call.block.scope
            if isinstance(function, Function) and project.role(call) is Role.APPLICATION:
                for table in _tables(project, call):
                    written.setdefault(function, {}).setdefault(table, call)
        for function, tables in written.items():
            for call in function.calls:
                text = call.argument("text", 0)
                if call.method == "text" and isinstance(text, Literal) and isinstance(text.value, str):
                    yield from _mixed(project, call, text.value, tables)


def _mixed(project: Project, call: Call, sql: str, tables: dict[str, Call]) -> Iterator[Suspect]:
    if project.name_of(call) != "sqlalchemy.text":
        return
    for table in TABLES.findall(sql):
        if table in tables:
            message = f"raw SQL and the ORM both work on `{table}` here{_visibility(project.versions.of('sqlalchemy'))}"
            yield at_call(call, message, calls_as_related([tables[table]], "written through the ORM here"))
            return


def _visibility(version: Range) -> str:
    if version.outside("2.1"):
        return ": SQLAlchemy 2.0 does not write pending objects before it"
    return "" if version.within("2.1") else ": before SQLAlchemy 2.1 it does not see pending objects"


def _tables(project: Project, call: Call) -> Iterator[str]:
    """The tables of the objects that `add` is given."""
    place = place_of(call)
    for given in call.positional:
        for item in given.items if isinstance(given, Sequence) else (given,):
            value = project.value_at(item, place)
            if value is not None and value.kind is Kind.OBJECT and isinstance(value.definition, Class):
                bindings = value.definition.bindings.get("__tablename__", [])
                name = bindings[-1].value if bindings else None
                if isinstance(name, Literal) and isinstance(name.value, str):
                    yield name.value
