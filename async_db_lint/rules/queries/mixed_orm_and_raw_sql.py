"""ADB402."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from async_db_lint.rule import *

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
    consequence = Consequence.COSTS
    guide = "Mixing ORM and raw SQL inconsistently"

    def suspects(self, project: Project) -> Suspects:
        written: dict[Function, dict[str, CallSite]] = defaultdict(dict)
        for call in project.calls("add", "add_all", on=SESSIONS):
            if isinstance(call.scope, Function) and call.is_in_application:
                for table in _tables(call):
                    written[call.scope].setdefault(table, call)
        visibility = _visibility(project.versions.of("sqlalchemy"))
        for function, tables in written.items():
            for text in (project.site(call) for call in function.calls if call.method == "text"):
                both = [name for name in _tables_in_sql(text) if name in tables]
                if both and text.library_name == "sqlalchemy.text":
                    found = suspect(text, f"raw SQL and the ORM both work on `{both[0]}` here{visibility}")
                    yield found.with_related(related_calls([tables[both[0]]], "written through the ORM here"))


def _tables_in_sql(text: CallSite) -> list[str]:
    """The tables that the SQL of a `text()` names."""
    sql = text.argument("text", 0)
    return TABLES.findall(sql.value) if isinstance(sql, Literal) and isinstance(sql.value, str) else []


def _visibility(version: Range) -> str:
    if version.outside("2.1"):
        return ": SQLAlchemy 2.0 does not write pending objects before it"
    return "" if version.within("2.1") else ": before SQLAlchemy 2.1 it does not see pending objects"


def _tables(call: CallSite) -> Iterator[str]:
    """The tables of the objects that `add` is given."""
    for given in call.call.positional:
        for item in given.items if isinstance(given, Sequence) else (given,):
            value = call.value_of(item)
            if value is not None and value.kind is Kind.OBJECT and isinstance(value.definition, Class):
                bindings = value.definition.bindings.get("__tablename__", [])
                name = bindings[-1].value if bindings else None
                if isinstance(name, Literal) and isinstance(name.value, str):
                    yield name.value
