"""What a statement selects, and what it loads with it, through names, steps and helpers."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Literal, Name, Starred
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function, Parameter, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.loading.arguments import Called, called, class_meant
from async_db_lint.project.loading.loaders import ANYTHING, NOTHING, Loaders, Loads
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.possible import merged
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind

SELECTS = frozenset({"sqlalchemy.select", "sqlmodel.select"})
WRITES = frozenset({"sqlalchemy.insert", "sqlalchemy.update", "sqlalchemy.delete"})
TEXTS = frozenset({"sqlalchemy.text", "sqlalchemy.func"})
STEPS = frozenset(
    """
    where filter filter_by having order_by group_by limit offset distinct join outerjoin join_from outerjoin_from
    select_from with_for_update execution_options params correlate correlate_except prefix_with suffix_with slice
    with_hint with_statement_hint values on_conflict_do_nothing on_conflict_do_update fetch add_cte
    """.split()
)
EXECUTING = "do_orm_execute"  # the event in which options are added to every statement
MAX_HOPS = 16  # steps of a statement and names followed


class Selected(NamedTuple):
    """What a statement gives: for each column of a row its mapped class, or None for anything else; and its loads.

    Example: `selected = project.loading.selected(call)`.
    """

    entities: tuple[Class | None, ...]
    loads: Loads

    def merged(self, other: Selected) -> Selected | None:
        """One for two that are possible; None when they select different things."""
        return self._replace(loads=self.loads.plus(other.loads)) if self.entities == other.entities else None


ROWLESS = Selected((), NOTHING)


class SelectStatements:
    """Reads statements."""

    def __init__(self, codebase: Codebase, models: Models) -> None:
        """Take the project's code and its mapped classes."""
        self.codebase = codebase
        self.inference = codebase.inference
        self.models = models
        self.loaders = Loaders(codebase)
        self._known: dict[tuple[Call, Called | None], Selected | None] = {}

    @cached_property
    def start(self) -> Loads:
        """What every statement may load: anything, where the project changes statements as they are executed."""
        return ANYTHING if Literal(EXECUTING) in self.events else NOTHING

    @cached_property
    def events(self) -> frozenset[Expr]:
        """The events of SQLAlchemy that the project listens to, as they are written."""
        listening = (call for name in ("listens_for", "listen") for call in self.codebase.table.named(name))
        return frozenset(event for call in listening if (event := call.argument("identifier", 1)) is not None)

    def of(self, expr: Expr | None, place: Place, how: Called | None = None, hops: int = MAX_HOPS) -> Selected | None:
        """What an expression selects; None when that is not known."""
        if not hops or expr is None:
            return None
        match expr:
            case Call():
                return self._once(expr, how, hops)
            case Name():
                return self._of_name(expr, place, how, hops)
            case Attribute():
                known = definitions(self.inference, expr, place)
                return self.of(*known[0], None, hops - 1) if len(known) == 1 else None
            case Await(value):
                return self.of(value, place, how, hops - 1)
        return None

    def _once(self, call: Call, how: Called | None, hops: int) -> Selected | None:
        key = (call, how)
        if key not in self._known:
            self._known[key] = None  # for a statement that is made of itself
            self._known[key] = self._of_call(call, how, hops)
        return self._known[key]

    def _of_name(self, expr: Name, place: Place, how: Called | None, hops: int) -> Selected | None:
        found = bindings_of(expr.name, place)
        if found is None:
            return None
        scope, rows = found
        if any(not is_expression(row.value) and not isinstance(row.value, Parameter) for row in rows):
            known = definitions(self.inference, expr, place)
            return self.of(*known[0], None, hops - 1) if len(known) == 1 else None
        results = [self._of_binding(row, scope if isinstance(scope, Function) else None, how, hops) for row in rows]
        return merged(results)

    def _of_binding(self, row: Binding, scope: Function | None, how: Called | None, hops: int) -> Selected | None:
        if is_expression(row.value):
            return self.of(row.value, place_of(row), how, hops - 1)
        if isinstance(row.value, Parameter) and how is not None and how.function is scope:
            given = how.argument(self.inference, row.value)
            return self.of(given, place_of(how.call), how.outer, hops - 1)
        if isinstance(row.value, Parameter) and scope is not None and how is None:
            return self._of_parameter(scope, row.value, hops)
        return None

    def _of_parameter(self, function: Function, parameter: Parameter, hops: int) -> Selected | None:
        """What every caller passes for a parameter."""
        calls = self.inference.callers(function)
        passed = (Called(function, call, None).argument(self.inference, parameter) for call in calls)
        return merged(
            [self.of(item, place_of(call), None, hops // 2) for item, call in zip(passed, calls, strict=True)]
        )

    def _of_call(self, call: Call, how: Called | None, hops: int) -> Selected | None:
        callee = self.inference.callee(call)
        name = self.inference.library_name(callee)
        if name in SELECTS:
            return self._select(call, how)
        if name is not None and (name in WRITES or name.rpartition(".")[2] == "insert"):
            return ROWLESS
        if name in TEXTS or (name or "").startswith("sqlalchemy.func."):
            return ROWLESS
        if call.receiver is not None and call.method in (*STEPS, "options", "returning", "add_columns"):
            return self._step(call, self.of(call.receiver, place_of(call), how, hops - 1), how)
        function = self.inference.function(callee)
        if function is None or function.is_generator or (callee is not None and callee.kind is not Kind.FUNCTION):
            return None
        return self._of_function(call, function, how, hops)

    def _of_function(self, call: Call, function: Function, how: Called | None, hops: int) -> Selected | None:
        """What a helper returns."""
        inner = called(self.inference, call, function, how)
        exits = [row for row in function.exits if row.kind is ExitKind.RETURN]
        return None if inner is None else merged([self.of(row.value, place_of(row), inner, hops - 1) for row in exits])

    def _select(self, call: Call, how: Called | None) -> Selected | None:
        if any(isinstance(item.value, Starred) for item in call.arguments):
            return None
        found: list[Class | None] = []
        for item in call.positional:
            cls = class_meant(self.inference, item, place_of(call), how)
            if cls is None and not self._is_column(item, call):
                return None
            found.append(cls if cls is None or self.models.of(cls) is not None else None)
        return Selected(tuple(found), self.start)

    def _is_column(self, item: Expr, call: Call) -> bool:
        """Whether something that is selected is a column or an expression of columns, rather than an unknown class."""
        if isinstance(item, Attribute):
            return class_meant(self.inference, item.value, place_of(call), None) is not None
        dotted = None
        if isinstance(item, Call):
            dotted = self.inference.library_name(self.inference.callee(item))
        return dotted is not None and dotted != "sqlalchemy.aliased"

    def _step(self, call: Call, before: Selected | None, how: Called | None) -> Selected | None:
        """One step of a chain."""
        if before is None or call.method not in ("options", "returning", "add_columns"):
            return before
        place = place_of(call)
        if call.method == "options":
            loads = before.loads
            for argument in call.arguments:
                loads = loads.plus(self.loaders.of(argument.value, place))
            return before._replace(loads=loads._replace(has_options=True))
        added = self._select(call, how)
        if added is None:
            return None
        is_written = call.method == "returning"  # and comes back without joins
        loads = before.loads._replace(has_options=True) if is_written else before.loads
        return before._replace(entities=(*before.entities, *added.entities), loads=loads)
