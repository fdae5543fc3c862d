"""Conditions of statements that Python decides before the database sees them: `and`, `or`, `not`, `is`, `in`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Call,
    Either,
    Expr,
    Literal,
    Mapping,
    Not,
    Opaque,
    PythonComparison,
)
from async_db_lint.index.scopes import Class
from async_db_lint.project.inference.parameters import is_text_parameter
from async_db_lint.project.libraries import library
from async_db_lint.project.loading.arguments import class_meant
from async_db_lint.project.loading.models import Column
from async_db_lint.project.loading.statements import SelectStatements
from async_db_lint.project.names.places import Place, end_of, place_of

CLAUSES = ("where", "filter", "having")
COMBINING = frozenset({"and_", "or_", "not_"})
UNCLEAR = frozenset({"Is", "IsNot", "In", "NotIn"})
INTEGERS = frozenset(f"sqlalchemy.{name}" for name in "Integer BigInteger SmallInteger INTEGER BIGINT SMALLINT".split())
BESIDE_TYPES = frozenset(f"sqlalchemy.{name}" for name in "ForeignKey Identity Sequence Computed".split())
"""What stands among a column's arguments and is no type."""
INTEGER = "builtins.int"


class Decided(NamedTuple):
    """A condition that Python decides: the call that is given it, and the code of the columns in it.

    `operator` is `and`, `not`, `is`, `in` or `<` as a person would say it. Example: `item.operator`.
    """

    call: Call
    operator: str
    columns: frozenset[str]


class Mistyped(NamedTuple):
    """A call in which a parameter that is a `str` meets an integer column. Example: `item.parameter`."""

    call: Call
    parameter: str
    column: str


class Conditions:
    """Finds conditions of statements that Python decides."""

    def __init__(self, statements: SelectStatements) -> None:
        """Take what reads statements."""
        self.statements = statements
        self.codebase = statements.codebase

    def decided(self) -> Iterator[Decided]:
        """The conditions on mapped columns that are decided before the statement is made."""
        for call in self._clauses:
            if any(_may_be_decided(argument.value) for argument in call.arguments) and self._is_statement(call):
                yield from self._in(call)

    @cached_property
    def _clauses(self) -> list[Call]:
        named = (call for name in CLAUSES for call in self.codebase.table.named(name))
        return [call for call in named if call.method in CLAUSES and call.receiver is not None]

    def _is_statement(self, call: Call) -> bool:
        return self.statements.of(call.receiver, place_of(call)) is not None

    def _in(self, call: Call) -> Iterator[Decided]:
        pending: list[tuple[Call, Expr]] = [(call, argument.value) for argument in call.arguments]
        for outer, expr in pending:
            found = self._operator(expr, call)
            if found is not None:
                yield Decided(outer, *found)
            elif isinstance(expr, Call) and expr.method in COMBINING:
                pending += [(expr, argument.value) for argument in expr.arguments]

    def _operator(self, expr: Expr, call: Call) -> tuple[str, frozenset[str]] | None:
        """How Python decides an expression, and the columns that it decides about."""
        match expr:
            case Either(options):
                columns = [self._condition_on(item, call) for item in options]
                return ("and", frozenset().union(*columns)) if all(columns) else None
            case Not(value):
                columns_of_one = self._condition_on(value, call)
                return ("not", columns_of_one) if columns_of_one else None
            case PythonComparison(operators, operands):
                column = self._column(operands[0], call)
                is_chain = len(operators) > 1 and operators[0] not in UNCLEAR
                if is_chain:
                    column = column or next((found for item in operands[1:] if (found := self._column(item, call))), "")
                name = "<" if is_chain else "is" if operators[0].startswith("Is") else "in"
                return (name, frozenset({column})) if column and (is_chain or operators[0] in UNCLEAR) else None
        return None

    def _condition_on(self, expr: Expr, call: Call) -> frozenset[str]:
        """The columns of an expression that is one, or compares one; none where it is something else."""
        if isinstance(expr, Opaque):
            columns = [self._column(item, call) for item in expr.children]
            return frozenset(item for item in columns if item)
        column = self._column(expr, call)
        return frozenset({column}) if column else frozenset()

    def _column(self, expr: Expr, call: Call) -> str:
        """The code of a mapped column, such as `User.name`; empty for anything else."""
        if not isinstance(expr, Attribute):
            return ""
        cls = class_meant(self.codebase.inference, expr.value, place_of(call), None)
        model = None if cls is None else self.statements.models.of(cls)
        return f"{cls.name}.{expr.name}" if cls is not None and model is not None and expr.name in model.columns else ""

    def mistyped(self) -> Iterator[Mistyped]:
        """The conditions and keys in which a string parameter meets an integer column."""
        for call in self._clauses:
            for argument in call.arguments:
                found = next(self._compared(argument.value, call), None)
                if found is not None and self._is_statement(call):
                    yield found
        for site in self.codebase.calls("get", "get_one", on=library.SESSIONS):
            yield from self._looked_up(site.call)

    def _compared(self, expr: Expr, call: Call) -> Iterator[Mistyped]:
        if not isinstance(expr, Opaque) or len(expr.children) != 2:
            return
        column, given = expr.children
        if not isinstance(column, Attribute) or not is_text_parameter(self.codebase.inference, given, call.block.scope):
            return
        cls = class_meant(self.codebase.inference, column.value, place_of(call), None)
        model = None if cls is None else self.statements.models.of(cls)
        if model is not None and cls is not None and self._is_integer(model.columns.get(column.name)):
            yield Mistyped(call, getattr(given, "name", ""), f"{cls.name}.{column.name}")

    def _looked_up(self, call: Call) -> Iterator[Mistyped]:
        entity, given = call.argument("entity", 0), call.argument("ident", 1)
        if entity is None or given is None or not is_text_parameter(self.codebase.inference, given, call.block.scope):
            return
        cls = class_meant(self.codebase.inference, entity, place_of(call), None)
        model = None if cls is None else self.statements.models.of(cls)
        keys = [] if model is None else [item for item in model.columns.values() if _is_key(item)]
        if cls is not None and len(keys) == 1 and self._is_integer(keys[0]):
            yield Mistyped(call, getattr(given, "name", ""), f"{cls.name}.{keys[0].name}")

    def _is_integer(self, column: Column | None) -> bool:
        """Whether a column is an integer, and no class says that `int` is something else."""
        if column is None or (column.call is not None and column.call.splats):
            return False
        place = end_of(column.owner)
        names = [self._name(item.callee if isinstance(item, Call) else item, place) for item in column.types]
        own = [name for name in names if name not in BESIDE_TYPES]
        if own:
            return own[0] in INTEGERS
        maps = [(cls, given) for cls, given in self.statements.models.annotation_maps(column.owner)]
        is_plain = all(isinstance(given, Mapping) and not self._has_integer(given, cls) for cls, given in maps)
        return is_plain and self._name(column.mapped, place) == INTEGER

    def _has_integer(self, given: Mapping, cls: Class) -> bool:
        """Whether a map of annotations says what `int` is; one that is not whole may."""
        return any(key is None or self._name(key, end_of(cls)) == INTEGER for key, _ in given.items)

    def _name(self, expr: Expr | None, place: Place) -> str | None:
        """The library's name of what an expression is."""
        return (
            None if expr is None else self.codebase.inference.library_name(self.codebase.inference.value(expr, place))
        )


def _may_be_decided(expr: Expr) -> bool:
    """Whether an expression is of a shape that Python may decide, itself or inside of `and_` and the like."""
    if isinstance(expr, Call):
        return expr.method in COMBINING and any(_may_be_decided(argument.value) for argument in expr.arguments)
    return isinstance(expr, (Either, Not, PythonComparison))


def _is_key(column: Column) -> bool:
    return column.call is not None and column.call.keyword("primary_key") == Literal(True)
