"""Defaults of columns that are worked out once, when the class is defined, or that the database does not understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Lambda, Literal, Mapping, Sequence, walk
from async_db_lint.index.scopes import ExitKind, Function
from async_db_lint.project.loading.models import Column, Models
from async_db_lint.project.names.places import Place, end_of, place_of

PYTHON_SIDE = ("default", "insert_default", "onupdate")
SERVER_SIDE = ("server_default", "server_onupdate")
FIELD = "sqlmodel.Field"
CHANGING = re.compile(
    r"(datetime\.)?(datetime\.(now|utcnow|today)|date\.today)|time\.(time|time_ns|monotonic)|uuid\.uuid\w+"
    r"|secrets\.\w+|random\.\w+|os\.urandom|pendulum\.now|builtins\.(dict|list|set)"
)
SQL_FUNCTION = re.compile(r"\s*(\w+\(.*\)|current_(timestamp|date|time)|localtimestamp)\s*", re.IGNORECASE)
CONTAINERS = frozenset({"builtins.dict", "builtins.list", "builtins.set"})
MAX_HOPS = 3  # functions followed to what they return


class DefaultKind(Enum):
    """What is wrong with a default. Example: `if item.kind is DefaultKind.SHARED:`."""

    EVALUATED = "worked out once"
    SHARED = "one object for all rows"
    UNWRITTEN = "a Python value where SQL is wanted"
    QUOTED = "SQL that becomes a string"


class WrongDefault(NamedTuple):
    """A default of a column: the call that has it, the keyword, and what is wrong with it. Example: `item.keyword`."""

    call: Call
    keyword: str
    given: Expr
    column: Column
    kind: DefaultKind

    @property
    def is_field(self) -> bool:
        """Whether it is one of SQLModel's, which have another keyword for what is called."""
        return self.call.method == "Field"


class Defaults:
    """Finds wrong defaults."""

    def __init__(self, models: Models) -> None:
        """Take the mapped classes."""
        self.models = models
        self.inference = models.inference

    def wrong(self) -> Iterator[WrongDefault]:
        """The wrong defaults of all mapped columns, each once."""
        seen: set[Call] = set()
        for model in self.models.all():
            for column in model.columns.values():
                call = column.definition
                if call is not None and call not in seen:
                    seen.add(call)
                    yield from self._of(call, column)

    def _of(self, call: Call, column: Column) -> Iterator[WrongDefault]:
        is_field = self.inference.library_name(self.inference.callee(call)) == FIELD
        for keyword in PYTHON_SIDE:
            given = call.keyword(keyword)
            kind = None if given is None else self._evaluated(given, call, is_field)
            if given is not None and kind is not None:
                yield WrongDefault(call, keyword, given, column, kind)
        for keyword in SERVER_SIDE:
            given = call.keyword(keyword)
            kind = None if given is None else _in_sql(given)
            if given is not None and kind is not None:
                yield WrongDefault(call, keyword, given, column, kind)

    def _evaluated(self, given: Expr, call: Call, is_field: bool) -> DefaultKind | None:
        """What is wrong with what Python works out; fields of SQLModel may hold a list, which Pydantic copies."""
        if isinstance(given, (Mapping, Sequence)):
            return None if is_field else DefaultKind.SHARED
        found = self._changing(given, place_of(call), MAX_HOPS)
        if found in CONTAINERS:
            return DefaultKind.SHARED if found == self._name(given) and not is_field else None
        return DefaultKind.EVALUATED if found else None

    def _name(self, expr: Expr) -> str:
        if not isinstance(expr, Call):
            return ""
        callee = self.inference.callee(expr)
        return "" if callee is None else callee.name

    def _changing(self, given: Expr, place: Place, hops: int) -> str:
        """The function that an expression calls and that gives something else each time; empty for none."""
        for part in walk(given) if hops else ():
            if not isinstance(part, Call):
                continue
            name = self._name(part)
            if name.startswith("sqlalchemy."):
                return ""
            if CHANGING.fullmatch(name):
                return name
            function = self.inference.function(self.inference.callee(part))
            found = "" if function is None else self._returned(function, hops - 1)
            if found:
                return found
        return ""

    def _returned(self, function: Function, hops: int) -> str:
        """What changes in all that a function returns."""
        exits = [row for row in function.exits if row.kind is ExitKind.RETURN and row.value is not None]
        if function.is_async or function.is_generator or len(exits) != 1 or isinstance(exits[0].value, Lambda):
            return ""
        value = exits[0].value
        return "" if value is None else self._changing(value, end_of(function), hops)


def _in_sql(given: Expr) -> DefaultKind | None:
    """What is wrong with what the database is to use."""
    if not isinstance(given, Literal):
        return None
    if isinstance(given.value, (bool, int, float)):
        return DefaultKind.UNWRITTEN
    is_sql = isinstance(given.value, str) and SQL_FUNCTION.fullmatch(given.value)
    return DefaultKind.QUOTED if is_sql else None
