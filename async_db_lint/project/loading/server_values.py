"""Columns whose value the database computes again at each UPDATE, so that it has to be read again."""

from __future__ import annotations

from async_db_lint.index.expressions import Call, Expr, Literal, Mapping
from async_db_lint.index.scopes import Class
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.loading.models import Column, Model
from async_db_lint.project.names.places import Place, end_of

COMPUTED = "sqlalchemy.Computed"
MAPPER_ARGS = "__mapper_args__"
OPTIONS = ("onupdate", "server_onupdate")


class ServerValues:
    """Answers which columns the database computes at an UPDATE, and SQLAlchemy does not fetch by itself."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.inference = codebase.inference

    def is_computed(self, model: Model, column: Column) -> bool:
        """Whether a column is expired by an UPDATE: `onupdate=func.now()`, `server_onupdate=`, `Computed`."""
        if column.call is None or not self._is_by_itself(column.call, column.owner):
            return False
        return not self._is_fetched(model.cls)

    def _is_by_itself(self, call: Call, cls: Class) -> bool:
        place = end_of(cls)
        inner = call.keyword("sa_column")
        if isinstance(inner, Call):
            return self._is_by_itself(inner, cls)
        given = call.keyword("sa_column_kwargs")
        rows = given.items if isinstance(given, Mapping) else ()
        options = {str(key.value): value for key, value in rows if isinstance(key, Literal)}
        options |= {item.keyword: item.value for item in call.arguments if item.keyword is not None}
        if "server_onupdate" in options or self._is_sql(options.get("onupdate"), place):
            return True
        return any(self._name(item, place) == COMPUTED for item in call.positional)

    def _is_sql(self, expr: Expr | None, place: Place) -> bool:
        """Whether a value is an expression for the database: `func.now()`, `text("now()")`."""
        name = None if expr is None else self._name(expr, place)
        return name is not None and (name.startswith("sqlalchemy.func.") or name == "sqlalchemy.text")

    def _name(self, expr: Expr, place: Place) -> str | None:
        if not isinstance(expr, Call):
            return None
        return self.inference.library_name(self.inference.value(expr.callee, place))

    def _is_fetched(self, cls: Class) -> bool:
        """Whether a class has `eager_defaults`, or may have."""
        for item in attributes.ancestry(self.inference, cls):
            for row in item.bindings.get(MAPPER_ARGS, ()) if isinstance(item, Class) else ():
                if not isinstance(row.value, Mapping):
                    return True
                keys = {key.value if isinstance(key, Literal) else None: value for key, value in row.value.items}
                if None in keys or keys.get("eager_defaults", Literal("auto")) != Literal("auto"):
                    return True
        return False
