"""Whether conditions leave one row at most: by a primary key, or by what else may be unique."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Expr,
    Literal,
    Mapping,
    Name,
    Sequence,
    Starred,
    walk,
)
from async_db_lint.index.scopes import Class, Module, is_expression
from async_db_lint.project.loading.models import Column, Models
from async_db_lint.project.names.places import end_of, place_of
from async_db_lint.project.names.values import Kind

TOGETHER = frozenset("UniqueConstraint PrimaryKeyConstraint ExcludeConstraint".split())


class UniqueRows:
    """Answers whether conditions may leave one row."""

    def __init__(self, models: Models) -> None:
        """Take the mapped classes."""
        self.models = models
        self.inference = models.inference

    def may_be_one(self, conditions: Iterable[Call], cls: Class) -> bool:
        """Whether calls of `where` and the like may leave one row of a class at most."""
        given = list(conditions)
        model = self.models.of(cls)
        if not given or model is None:
            return False
        ancestry = self.models.relationships.ancestry(cls)
        if any(self._is_unique_together(item) for item in ancestry) or self._has_unique_index(cls.module):
            return True
        unique = {name for name, column in model.columns.items() if self._is_unique(column)}
        return any(set(self._columns(step, ancestry)) & unique or not self._is_readable(step) for step in given)

    def _columns(self, step: Call, ancestry: list[Class]) -> Iterator[str]:
        """The names of the class's own columns in a condition."""
        for argument in step.arguments:
            if argument.keyword:
                yield argument.keyword
            for part in walk(argument.value):
                if isinstance(part, Attribute):
                    value = self.inference.value(part.value, place_of(step))
                    if value is None or value.kind is not Kind.OBJECT or value.definition in ancestry:
                        yield part.name

    def _is_unique(self, column: Column) -> bool:
        """Whether a column is unique, or may be: what an alias of a type says is not looked up."""
        call = column.definition
        if call is None:
            value = None if column.mapped is None else self.inference.value(column.mapped, end_of(column.owner))
            is_plain = value is not None and (
                value.name.startswith(("builtins.", "datetime.")) or value.kind is Kind.CLASS
            )
            return column.mapped is not None and not is_plain and isinstance(column.mapped, (Name, Attribute))
        flags = [call.keyword(name) for name in ("primary_key", "unique", "sa_column_kwargs")]
        return bool(call.splats) or any(flag is not None and flag != Literal(False) for flag in flags)

    def _is_unique_together(self, cls: Class) -> bool:
        """Whether a class says that columns are unique together, or says something that is not read."""
        if cls.bindings.get("__table__"):
            return True
        for row in cls.bindings.get("__table_args__", ()):
            if not is_expression(row.value) or not isinstance(row.value, (Sequence, Mapping)):
                return True
            if any(_makes_unique(part) for part in walk(row.value)):
                return True
        return False

    def _has_unique_index(self, module: Module) -> bool:
        return any(call.method == "Index" and _makes_unique(call) for call in module.calls)

    def _is_readable(self, step: Call) -> bool:
        """Whether conditions are written out, rather than in a name or what a function of the project gives."""
        given = [argument.value for argument in step.arguments]
        if any(argument.keyword == "**" for argument in step.arguments):
            return False
        parts: list[Expr] = [part for item in given for part in walk(item)]
        calls = (part for part in parts if isinstance(part, Call))
        is_called = any(self.inference.function(self.inference.callee(call)) is not None for call in calls)
        return not is_called and not any(isinstance(item, (Name, Await)) for item in given) and not any(
            isinstance(part, Starred) for part in parts
        )  # fmt: skip


def _makes_unique(part: Expr) -> bool:
    if not isinstance(part, Call):
        return False
    return part.method in TOGETHER or part.keyword("unique") is not None
