"""Defaults of columns that are worked out once, when the class is defined, or that the database does not understand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Call,
    Comprehension,
    Expr,
    Join,
    Lambda,
    Literal,
    Mapping,
    Name,
    Sequence,
    Subscript,
    Template,
)
from async_db_lint.index.scopes import Class, ExitKind, Function
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.loading.models import Models
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.uses import given_to
from async_db_lint.project.names.values import Kind

PYTHON_SIDE = ("default", "insert_default", "onupdate")
SERVER_SIDE = ("server_default", "server_onupdate")
COLUMNS = ("sqlalchemy.mapped_column", "sqlalchemy.Column")
TABLE = "sqlalchemy.Table"
FIELD = "sqlmodel.Field"
CHANGING = re.compile(
    r"(datetime\.)?(datetime\.(now|utcnow|today)|date\.today)|time\.(time|time_ns|monotonic)|uuid\.uuid[14678]"
    r"|secrets\.[a-z]\w*|random\.[a-z]\w*|os\.urandom|pendulum\.now|arrow\.(now|utcnow)|ulid\.(ULID|new)"
)
CONTAINERS = frozenset({"builtins.dict", "builtins.list", "builtins.set"})
PASSING = frozenset(f"builtins.{name}" for name in "str int float repr round".split())
"""Functions whose result changes with what they are given."""
SQL_FUNCTION = re.compile(
    r"\s*((now|gen_random_uuid|uuid_generate_v\w+|uuidv[47]|clock_timestamp|statement_timestamp|timezone|nextval)\(.*\)"
    r"|current_(timestamp|date|time)|localtimestamp)\s*",
    re.IGNORECASE,
)
STRING = "builtins.str"
PYTHON = ("builtins.", "datetime.", "uuid.", "time.", "secrets.", "random.")
MAX_HOPS = 6  # expressions and functions followed


class DefaultKind(Enum):
    """What is wrong with a default. Example: `if item.kind is DefaultKind.SHARED:`."""

    EVALUATED = "worked out once"
    SHARED = "one object for all rows"
    UNWRITTEN = "a Python value where SQL is wanted"
    QUOTED = "SQL that becomes a string"


class WrongDefault(NamedTuple):
    """A default of a column: the call that has it, the keyword, and what is wrong with it. Example: `item.keyword`.

    The keyword is empty where the call itself is the default.
    """

    call: Call
    keyword: str
    given: Expr
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
        self.codebase = models.codebase
        self.inference = models.inference

    def wrong(self) -> Iterator[WrongDefault]:
        """The wrong defaults of all columns, and of the fields of SQLModel's tables."""
        for site in self.codebase.calls_to(*COLUMNS):
            yield from self._of(site.call, PYTHON_SIDE, is_field=False)
            for keyword in SERVER_SIDE:
                given = site.call.keyword(keyword)
                kind = None if given is None else self._in_sql(given, site.place)
                if given is not None and kind is not None:
                    yield WrongDefault(site.call, keyword, given, kind)
        for call in self._fields():
            if self.inference.library_name(self.inference.callee(call)) == FIELD:
                yield from self._of(call, PYTHON_SIDE[:1], is_field=True)
            elif self._changing(call, place_of(call), MAX_HOPS):
                yield WrongDefault(call, "", call, DefaultKind.EVALUATED)

    def _fields(self) -> Iterator[Call]:
        """What the fields of SQLModel's tables are bound to, each once."""
        classes: dict[Class, None] = {}
        for model in self.models.all():
            ancestry = self.models.relationships.ancestry(model.cls)
            if any(("table", Literal(True)) in item.keywords for item in ancestry):
                classes.update(dict.fromkeys(ancestry))
        for cls in classes:
            rows = (rows[-1] for rows in cls.bindings.values())
            yield from (row.value for row in rows if row.annotation is not None and isinstance(row.value, Call))

    def _of(self, call: Call, keywords: tuple[str, ...], is_field: bool) -> Iterator[WrongDefault]:
        for keyword in keywords:
            given = call.argument(keyword, 0 if is_field else None)
            kind = None if given is None else self._evaluated(given, call, is_field)
            if given is not None and kind is not None:
                yield WrongDefault(call, keyword, given, kind)

    def _evaluated(self, given: Expr, call: Call, is_field: bool) -> DefaultKind | None:
        """What is wrong with what Python works out; fields of SQLModel may hold a list, which Pydantic copies."""
        if isinstance(given, (Mapping, Sequence)) or self._name(given) in CONTAINERS:
            return None if is_field or self._is_of_table(call) else DefaultKind.SHARED
        return DefaultKind.EVALUATED if self._changing(given, place_of(call), MAX_HOPS) else None

    def _is_of_table(self, call: Call) -> bool:
        """Whether a column belongs to a `Table(…)`: its default goes into statements, and no object holds it."""
        return any(self.inference.library_name(self.inference.callee(item)) == TABLE for item in given_to(call))

    def _name(self, expr: Expr) -> str:
        """The name of the function that an expression calls."""
        callee = self.inference.callee(expr) if isinstance(expr, Call) else None
        return "" if callee is None else callee.name

    def _changing(self, expr: Expr, place: Place, hops: int) -> bool:
        """Whether the value of an expression is another each time it is worked out."""
        if hops == 0:
            return False
        match expr:
            case Call():
                return self._call_changes(expr, place, hops - 1)
            case Name() if isinstance(place.scope, Function):
                code = written(self.inference, expr, place)
                return code is not None and not isinstance(code, Name) and self._changing(code, place, hops - 1)
            case Attribute(value, _) | Subscript(value, _) | Comprehension(value):
                return self._changing(value, place, hops - 1)
            case Join(_, left, right):
                return any(self._changing(item, place, hops - 1) for item in (left, right))
            case Template(parts):
                return any(self._changing(part, place, hops - 1) for part in parts)
        return False

    def _call_changes(self, call: Call, place: Place, hops: int) -> bool:
        callee = self.inference.callee(call)
        name = "" if callee is None else callee.name
        if CHANGING.fullmatch(name):
            return True
        if name in PASSING or (call.method == "join" and isinstance(call.receiver, Literal)):
            return any(self._changing(item, place, hops) for item in call.positional)
        function = self.inference.function(callee)
        if function is not None:
            return self._returns_changing(function, hops)
        return call.receiver is not None and self._changing(call.receiver, place, hops)

    def _returns_changing(self, function: Function, hops: int) -> bool:
        """Whether what a function returns is another each time."""
        exits = [row for row in function.exits if row.kind is ExitKind.RETURN and row.value is not None]
        if function.is_async or function.is_generator or function.decorators or len(exits) != 1:
            return False
        value = exits[0].value
        return value is not None and self._changing(value, place_of(exits[0]), hops)

    def _in_sql(self, given: Expr, place: Place) -> DefaultKind | None:
        """What is wrong with what the database is to use."""
        match given:
            case Literal(bool() | int() | float()):
                return DefaultKind.UNWRITTEN
            case Literal(str() as text):
                return DefaultKind.QUOTED if SQL_FUNCTION.fullmatch(text) else None
            case Mapping() | Sequence() | Lambda():
                return DefaultKind.UNWRITTEN
        value = self.inference.callee(given) if isinstance(given, Call) else self.inference.value(given, place)
        is_called = isinstance(given, Call)
        if value is None or not isinstance(given, (Call, Name, Attribute)) or (is_called and value.name == STRING):
            return None
        is_python = value.name.startswith(PYTHON) and (is_called or value.kind in (Kind.LIBRARY, Kind.METHOD))
        is_uncalled = not is_called and (value.name.startswith("sqlalchemy.func.") or value.kind is Kind.FUNCTION)
        return DefaultKind.UNWRITTEN if is_python or is_uncalled else None
