"""Values of JSON and array columns that are changed in place, which SQLAlchemy does not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Call,
    Either,
    Expr,
    Join,
    Mapping,
    Name,
    Subscript,
)
from async_db_lint.index.scopes import Function, Read, Scope, Statement, TargetBinding, is_expression
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.effects import EffectsOfFunctions
from async_db_lint.project.loading.models import Column, Model, Models
from async_db_lint.project.loading.unloaded import UnloadedReads
from async_db_lint.project.names.places import Place, end_of

PLAIN = frozenset(f"sqlalchemy.{name}" for name in "JSON JSONB ARRAY HSTORE PickleType".split())
"""Column types whose values do not tell when they are changed."""
CHANGING = frozenset("append extend insert remove pop popitem clear update setdefault add sort reverse".split())
TELLING = frozenset({"flag_modified", "flag_dirty"})
KEEPING = frozenset({"add", "refresh", "append", "print"})
"""Methods that are given objects and do not look at what was changed."""
WATCHING = ("associate_with", "associate_with_attribute")
SAVING = (Act.FLUSH, Act.COMMIT, Act.ADD)


class Mutation(NamedTuple):
    """A change in place of what a column holds. Example: `item.place`."""

    place: Call | TargetBinding
    model: Model
    column: Column
    read: Read


class JsonColumns:
    """Finds changes in place of the values of JSON and array columns."""

    def __init__(self, reads: UnloadedReads, effects: EffectsOfFunctions) -> None:
        """Take what finds the objects that are read, and what functions do."""
        self.reads = reads
        self.models: Models = reads.models
        self.inference = reads.objects.inference
        self.effects = effects

    def mutations(self) -> Iterator[Mutation]:
        """The changes in place that are never written."""
        columns = {
            (model, name) for model in self.models.all() for name, item in model.columns.items() if self.is_plain(item)
        }
        names = set() if self._is_watched() else {name for _, name in columns}
        for function in self.reads.objects.codebase.functions() if names else ():
            seen: set[int] = set()
            for read in function.reads:
                found = self._of_read(read, function) if read.expr.name in names else None
                if found is not None and found.place.statement.index not in seen:
                    seen.add(found.place.statement.index)
                    yield found

    def _is_watched(self) -> bool:
        """Whether the project has some types watched for changes: `MutableDict.associate_with(JSON)`."""
        return any(True for name in WATCHING for _ in self.reads.objects.codebase.table.named(name))

    def is_plain(self, column: Column) -> bool:
        """Whether a column's type is one that does not see changes in place."""
        place = end_of(column.owner)
        for given in column.types:
            name = self._type(given, place)
            if name is not None:
                return name in PLAIN
        call = column.definition
        return call is None or not call.splats if self._is_plain_by_map(column) else False

    def _type(self, expr: Expr, place: Place) -> str | None:
        """The name of a column type, as a class or an object: of `JSON().with_variant(…)` the first."""
        while isinstance(expr, Call) and isinstance(expr.receiver, Call):
            expr = expr.receiver
        written = expr.callee if isinstance(expr, Call) else expr
        return self.inference.library_name(self.inference.value(written, place))

    def _is_plain_by_map(self, column: Column) -> bool:
        """Whether the class's map of annotations says that a column is JSON."""
        inner = column.mapped
        for cls, given in self.models.annotation_maps(column.owner) if inner is not None else ():
            pairs = given.items if isinstance(given, Mapping) else ()
            found = next((value for key, value in pairs if key == inner), None)
            if found is not None:
                return self._type(found, end_of(cls)) in PLAIN
        return False

    def _of_read(self, read: Read, function: Function) -> Mutation | None:
        """The change of what a read gives, where the object is certainly loaded and saved, and nothing tells of it."""
        place = _changed(function, read)
        if place is None or _is_told(function, read, place):
            return None
        for loaded, _ in self.reads.ways(read):
            model = None if loaded.entity is None else self.models.of(loaded.entity)
            column = None if model is None else model.columns.get(read.expr.name)
            if model is None or column is None or loaded.is_new or not self.is_plain(column):
                continue
            if self._is_saved(function, place):
                return Mutation(place, model, column, read)
        return None

    def _is_saved(self, function: Function, place: Call | TargetBinding) -> bool:
        """Whether the session is flushed or committed after a change, so that it was meant to be stored."""
        events = self.effects.of(function).events
        return any(event.act in SAVING and event.call.statement.index >= place.statement.index for event in events)


def _changed(function: Function, read: Read) -> Call | TargetBinding | None:
    """Where the value that is read is changed in place: itself, or by the name that it is bound to."""
    names = {
        name
        for name, rows in function.bindings.items()
        for row in rows
        if len(rows) == 1 and is_expression(row.value) and row.statement is read.statement
        if _is_value(row.value, read.expr)
    }
    for target in function.targets:
        is_item = target.name == "" and _is_it(_inside(target.owner), read, names, target.statement)
        if is_item or (_is_added(target, read) and target.statement is read.statement):
            return target
    for call in function.calls:
        if call.method in CHANGING and call.receiver is not None:
            if _is_it(_inside(call.receiver), read, names, call.statement):
                return call
    return None


def _is_it(expr: Expr, read: Read, names: set[str], statement: Statement) -> bool:
    if isinstance(expr, Name):
        return expr.name in names and statement.index > read.statement.index
    return expr == read.expr and statement is read.statement


def _is_value(value: Expr, wanted: Attribute) -> bool:
    """Whether a value is what is read itself, or that or something else: `account.settings or {}`."""
    return value == wanted or (isinstance(value, Either) and wanted in value.options)


def _inside(expr: Expr) -> Expr:
    """What an item is taken of: `doc.data` in `doc.data["a"]["b"]`."""
    while isinstance(expr, Subscript):
        expr = expr.value
    return expr


def _is_added(target: TargetBinding, read: Read) -> bool:
    """Whether an assignment is `doc.tags += […]`, which changes the list and assigns it to itself."""
    is_joined = isinstance(target.value, Join) and target.value.left == read.expr
    return is_joined and target.name == read.expr.name and target.statement.keyword == "AugAssign"


def _tells(call: Call, read: Read, place: Call | TargetBinding) -> bool:
    """Whether a call tells of a change: `flag_modified`, a function that is given the object, `values(column=…)`."""
    if call.method in TELLING:
        return True
    if call.method == "values" and call.keyword(read.expr.name) is not None:
        return True
    is_later = call.statement.index > place.statement.index
    is_given = any(argument.value == read.expr.value for argument in call.arguments)
    return is_later and is_given and call.method not in KEEPING


def _is_told(scope: Scope, read: Read, place: Call | TargetBinding) -> bool:
    """Whether the session is told of a change: by `flag_modified`, or because another value is assigned."""
    if any(_tells(call, read, place) for call in scope.calls):
        return True
    aliases = {name for name, rows in scope.bindings.items() for row in rows if row.statement is read.statement}
    for target in scope.targets:
        if target is place or target.name != read.expr.name or target.owner != read.expr.value:
            continue
        is_same = target.value == read.expr or (isinstance(target.value, Name) and target.value.name in aliases)
        if not is_same and not _is_added(target, read):
            return True
    return False
