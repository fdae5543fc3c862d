"""ADB405."""

from __future__ import annotations

from async_db_lint.fixes.nodes.sql_conditions import deciding, in_sql
from async_db_lint.rule import *

HAPPENS = {
    "and": "Python decides `and` and `or` between columns: one of the conditions is dropped, or this raises",
    "not": "Python decides `not`: the condition is a constant, or this raises",
    "is": "Python decides `is`: the condition is false for every row",
    "in": "Python decides `in`: the condition is false for every row, or this raises",
    "<": "Python decides a chain of comparisons: one of them is dropped, or this raises",
}


class PythonOperatorInWhere(Rule):
    """A condition on columns is written with an operator that Python decides.

    Happens: `and`, `or`, `not`, `is` and `in` cannot be overloaded. `User.deleted is None` is `False` before the
    database sees it, and no row is found. `User.a == 1 and User.b == 2` keeps one of the two conditions, so that rows
    of others are found, changed or deleted. With `<`, `>` and columns alone, Python raises `TypeError`.

    Instead: `==`, `is_()`, `in_()`, `and_()`, `or_()` and `not_()`, which SQLAlchemy turns into SQL.

        select(User).where(User.a == 1, User.b == 2)
        select(User).where(User.deleted.is_(None), or_(User.id.in_(ids), ~User.active))

    Silent: for conditions on values that are no columns, which choose between conditions; for `&`, `|` and `~`.
    """

    code = "ADB405"
    name = "python-operator-in-where"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.conditions.decided():
            if project.is_in_application(item.call):
                fix = in_sql(item.call.path, item.operator)
                yield suspect(item.call, HAPPENS[item.operator], at=deciding(item.operator), fix=fix)
