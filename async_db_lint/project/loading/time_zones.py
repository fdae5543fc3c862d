"""Datetimes with and without a zone, and the columns that they are given to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Lambda, Literal, Mapping, Name
from async_db_lint.index.scopes import Class, ExitKind, Function, TargetBinding
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.loading.models import Column, Model
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.names.places import Place, end_of, place_of

NOW = "datetime.datetime.now"
UTC_NOW = "datetime.datetime.utcnow"
TYPES = frozenset({"sqlalchemy.DateTime", "sqlalchemy.TIMESTAMP"})
DEFAULTS = ("default", "onupdate", "insert_default")
DATETIME = ("datetime.datetime",)
MAX_HOPS = 4  # lambdas, functions and names followed


class Mixed(NamedTuple):
    """A datetime that a column is given: where, by which keyword, and whether the datetime has a zone.

    Example: `item.is_aware`.
    """

    place: Call | TargetBinding
    keyword: str
    model: Class
    column: str
    is_aware: bool


class TimeZones:
    """Finds datetimes that do not fit their column."""

    def __init__(self, objects: Objects) -> None:
        """Take what knows the mapped classes and their objects."""
        self.objects = objects
        self.models = objects.models
        self.inference = objects.inference

    def mixed(self) -> Iterator[Mixed]:
        """The datetimes with a zone for columns without one, and those of `utcnow` for columns with one."""
        seen: set[Call] = set()
        for model in self.models.all():
            for column in model.columns.values():
                if column.call is not None and column.call not in seen:
                    seen.add(column.call)
                    yield from self._of_defaults(model, column, column.call)
        yield from self._of_constructors()
        yield from self._of_assignments()

    def _of_defaults(self, model: Model, column: Column, call: Call) -> Iterator[Mixed]:
        has_zone = self.has_zone(column)
        for name in DEFAULTS:
            given = call.keyword(name)
            place = end_of(column.owner)
            is_aware = None if given is None else self._made_by(given, place, MAX_HOPS)
            if _is_mixed(has_zone, is_aware):
                yield Mixed(call, name, column.owner, column.name, bool(is_aware))

    def _of_constructors(self) -> Iterator[Mixed]:
        for model in self.models.all():
            for call in self.objects.codebase.table.named(model.cls.name):
                callee = self.inference.callee(call)
                if callee is None or callee.definition is not model.cls:
                    continue
                for item in call.arguments:
                    column = model.columns.get(item.keyword or "")
                    is_aware = self.is_aware(item.value, place_of(call)) if column is not None else None
                    if column is not None and _is_mixed(self.has_zone(column), is_aware):
                        yield Mixed(call, column.name, model.cls, column.name, bool(is_aware))

    def _of_assignments(self) -> Iterator[Mixed]:
        names = {name for model in self.models.all() for name in model.columns}
        for scope in self.objects.codebase.functions():
            for target in scope.targets:
                is_aware = self.is_aware(target.value, place_of(target)) if target.name in names else None
                cls = None if is_aware is None else self.objects.class_of(target.owner, place_of(target))
                model = None if cls is None else self.models.of(cls)
                column = None if model is None else model.columns.get(target.name)
                if cls is not None and column is not None and _is_mixed(self.has_zone(column), is_aware):
                    yield Mixed(target, "", cls, column.name, bool(is_aware))

    def has_zone(self, column: Column) -> bool | None:
        """Whether a column keeps the zone; None when its type is not known, or is no point in time."""
        place = end_of(column.owner)
        if column.types:
            return self._type_has_zone(column.types[0], place)
        dotted = None if column.call is None else self.inference.library_name(self.inference.callee(column.call))
        if dotted == "sqlmodel.Field" or not self._is_datetime(column.mapped, place):
            return None
        return self._by_map(column)

    def _type_has_zone(self, given: Expr, place: Place) -> bool | None:
        written_type = given.callee if isinstance(given, Call) else given
        if self.inference.library_name(self.inference.value(written_type, place)) not in TYPES:
            return None
        if not isinstance(given, Call):
            return False
        zone = given.argument("timezone", 0)
        return False if zone is None else zone.value is True if isinstance(zone, Literal) else None

    def _is_datetime(self, mapped: Expr | None, place: Place) -> bool:
        """Whether what an annotation says is mapped is `datetime`, or that or None."""
        inner = getattr(mapped, "left", mapped)
        value = None if inner is None else self.inference.value(inner, place)
        return value is not None and value.name in DATETIME

    def _by_map(self, column: Column) -> bool | None:
        """What a class's map of annotations makes of `datetime`; without one, a column has no zone."""
        for cls, given in self.models.annotation_maps(column.owner):
            if not isinstance(given, Mapping):
                return None
            for key, value in given.items:
                if key is None or self._is_datetime_itself(key, cls):
                    return None if key is None else self._type_has_zone(value, end_of(cls))
        return False

    def _is_datetime_itself(self, key: Expr, cls: Class) -> bool:
        value = self.inference.value(key, end_of(cls))
        return value is not None and value.name in DATETIME

    def _made_by(self, given: Expr, place: Place, hops: int) -> bool | None:
        """Whether what a default calls gives a datetime with a zone; None when that is not known."""
        if not hops:
            return None
        if isinstance(given, Lambda):
            return self._returned(given.function, hops)
        value = self.inference.value(given, place) if isinstance(given, (Name, Attribute)) else None
        if value is not None and value.name == UTC_NOW:
            return False
        if value is not None and isinstance(value.definition, Function):
            return self._returned(value.definition, hops)
        if isinstance(given, Call) and self._called(given) == "functools.partial":
            is_zoned = self.inference.value(given.argument("", 0), place_of(given))
            return True if is_zoned is not None and is_zoned.name == NOW and len(given.arguments) > 1 else None
        return None

    def _returned(self, function: Function, hops: int) -> bool | None:
        exits = [row for row in function.exits if row.kind is ExitKind.RETURN]
        found = {None if row.value is None else self.is_aware(row.value, place_of(row), hops - 1) for row in exits}
        return found.pop() if len(found) == 1 else None

    def is_aware(self, expr: Expr, place: Place, hops: int = MAX_HOPS) -> bool | None:
        """Whether a datetime has a zone: False only for `utcnow()`, None where that is not known."""
        if isinstance(expr, Name):
            code = written(self.inference, expr, place)
            return self.is_aware(code, place, hops - 1) if isinstance(code, Call) and hops else None
        if not isinstance(expr, Call):
            return None
        name = self._called(expr)
        if name == UTC_NOW:
            return False
        if name == NOW:
            zone = expr.argument("tz", 0)
            return True if zone is not None and zone != Literal(None) else None
        function = self.inference.function(self.inference.callee(expr))
        return self._returned(function, hops) if function is not None and hops else None

    def _called(self, call: Call) -> str:
        callee = self.inference.callee(call)
        return "" if callee is None else callee.name


def _is_mixed(has_zone: bool | None, is_aware: bool | None) -> bool:
    return has_zone is not None and is_aware is not None and has_zone is not is_aware
