"""Where a piece of SQL comes from: written in the program, sent with a request, or not known."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Element,
    Expr,
    Literal,
    Mapping,
    Name,
    Sequence,
    Subscript,
    walk,
)
from async_db_lint.index.scopes import Class, Function, Parameter, is_expression
from async_db_lint.project.application.application import Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import bindings_of, definitions, written
from async_db_lint.project.inference.dependencies import depends_call
from async_db_lint.project.inference.parameters import argument_for, declared_at
from async_db_lint.project.names.places import Place, end_of, place_of
from async_db_lint.project.names.values import Kind
from async_db_lint.project.sql.checked_names import CheckedNames
from async_db_lint.project.sql.value_types import (
    HARMLESS,
    is_body,
    is_free_text,
    is_harmless,
    is_open_dict,
    is_restricted,
)

REQUESTS = ("starlette.Request", "starlette.WebSocket")
SENT = frozenset("query_params path_params headers cookies json form body receive_text receive_json".split())
SAME = frozenset("strip lstrip rstrip lower upper title split replace encode decode".split())
"""Methods of a text that give the same text in other words, or parts of it."""
ROUTES = (Trigger.ROUTE, Trigger.WEBSOCKET, Trigger.DEPENDENCY)
VALIDATORS = frozenset("field_validator validator model_validator root_validator".split())
MAX_HOPS = 6  # names, attributes and callers followed
MAX_CALLERS = 25


class ValueSource(Enum):
    """Where a value comes from. Example: `if found.source is ValueSource.REQUEST:`."""

    PROGRAM = "the program itself"
    REQUEST = "a request"
    TEXT = "a text of which more is not known"
    UNKNOWN = "unknown"


class Traced(NamedTuple):
    """A source, and the calls by which a value comes from it, outermost first. Example: `found.through`."""

    source: ValueSource
    through: tuple[Call, ...] = ()


UNKNOWN, PROGRAM = Traced(ValueSource.UNKNOWN), Traced(ValueSource.PROGRAM)
ORDER = (ValueSource.REQUEST, ValueSource.UNKNOWN, ValueSource.TEXT, ValueSource.PROGRAM)
"""Of several that are possible, the first counts."""


class ValueSources:
    """Follows values to where they come from."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference
        self.checked = CheckedNames(codebase.inference)

    def of(self, expr: Expr, place: Place, hops: int = MAX_HOPS) -> Traced:
        """Where a value comes from."""
        if not hops:
            return UNKNOWN
        match expr:
            case Literal():
                return PROGRAM
            case Await(value):
                return self.of(value, place, hops)
            case Name():
                return self._name(expr, place, hops - 1)
            case Attribute():
                return self._attribute(expr, place, hops - 1)
            case Subscript(value, _):
                found = self.of(value, place, hops - 1)
                return found if found.source in (ValueSource.REQUEST, ValueSource.PROGRAM) else UNKNOWN
            case Mapping(pairs):
                return _worst([self.of(value, place, hops - 1) for _, value in pairs])
            case Sequence(items):
                return _worst([self.of(item, place, hops - 1) for item in items])
            case Call():
                return self._call(expr, place, hops - 1)
        return UNKNOWN

    def _call(self, call: Call, place: Place, hops: int) -> Traced:
        callee = self.inference.callee(call)
        if callee is not None and (callee.name in HARMLESS or self.inference.library_name(callee) in HARMLESS):
            return PROGRAM
        if isinstance(call.callee, Attribute) and call.method in ("get", *SENT, *SAME):
            found = self.of(call.callee.value, place, hops)
            is_sent = call.method in SENT and self._is_request(call.callee.value, place)
            return Traced(ValueSource.REQUEST) if is_sent else found
        return UNKNOWN

    def _is_request(self, expr: Expr, place: Place) -> bool:
        return self.inference.is_a(self.inference.value(expr, place), *REQUESTS)

    def _name(self, name: Name, place: Place, hops: int) -> Traced:
        own = next((block for block in place.block.outward() if name.name in block.names), None)
        found = bindings_of(name.name, place)
        binder = place.scope if found is None or own is not None else found[0]
        if isinstance(binder, Function) and self.checked.is_checked(name.name, place.scope, binder):
            return UNKNOWN
        if own is not None:
            return self._bound(own.names[name.name], Place(own.parent or own, place.at), hops)
        if found is None:
            return UNKNOWN
        scope, rows = found
        results: list[Traced] = []
        for row in rows:
            if isinstance(row.value, Parameter) and isinstance(scope, Function):
                results.append(self._parameter(scope, row.value, hops))
            elif is_expression(row.value):
                results.append(self._bound(row.value, place_of(row), hops))
            else:
                known = definitions(self.inference, name, place)
                results += [self.of(*item, hops) for item in known] or [UNKNOWN]
        return _worst(results)

    def _bound(self, value: Expr, place: Place, hops: int) -> Traced:
        """Where a bound value comes from; a loop over a dict gives its keys."""
        if not isinstance(value, Element):
            return self.of(value, place, hops)
        code = written(self.inference, value.value, place)
        if isinstance(code, Mapping):
            return _worst([UNKNOWN if key is None else self.of(key, place, hops) for key, _ in code.items])
        return self.of(value.value, place, hops)

    def _attribute(self, expr: Attribute, place: Place, hops: int) -> Traced:
        """A field of what a request holds, a constant of a class, or a module's name."""
        if expr.name == "value" and isinstance(expr.value, Attribute):
            return self.of(expr.value, place, hops)
        if expr.name in SENT and self._is_request(expr.value, place):
            return Traced(ValueSource.REQUEST)
        owner = self.inference.value(expr.value, place)
        if owner is None:
            return UNKNOWN
        if owner.kind is Kind.CLASS or (owner.kind is Kind.OBJECT and self._is_settings(owner.definition)):
            return PROGRAM
        if owner.kind is Kind.OBJECT and isinstance(owner.definition, Class) and isinstance(expr.value, Name):
            return self._field(expr, owner.definition, place, hops)
        known = definitions(self.inference, expr, place)
        return _worst([self.of(*item, hops) for item in known]) if known else UNKNOWN

    def _field(self, expr: Attribute, cls: Class, place: Place, hops: int) -> Traced:
        """A field of a body that a route is sent: a text unless its annotation says otherwise, or a validator looks."""
        ancestry = [item for item in attributes.ancestry(self.inference, cls) if isinstance(item, Class)]
        row = next((item.bindings[expr.name][-1] for item in ancestry if expr.name in item.bindings), None)
        if row is None or row.annotation is None or any(_has_validator(item) for item in ancestry):
            return UNKNOWN
        if is_harmless(self.inference, row.annotation, end_of(cls)):
            return PROGRAM
        is_text = is_free_text(self.inference, row.annotation, end_of(cls)) and not is_restricted(row.value)
        owner = self.of(expr.value, place, hops) if is_text else UNKNOWN
        return owner if owner.source is ValueSource.REQUEST else UNKNOWN

    def _is_settings(self, cls: object) -> bool:
        bases = attributes.library_bases(self.inference, cls) if isinstance(cls, Class) else []
        return any(name.endswith(".BaseSettings") for name in bases)

    def _parameter(self, function: Function, parameter: Parameter, hops: int) -> Traced:
        """A parameter: sent to a route, or what the callers pass."""
        place, note = declared_at(function), parameter.annotation
        if note is not None and is_harmless(self.inference, note, place):
            return PROGRAM
        is_text = note is not None and is_free_text(self.inference, note, place)
        if not self.codebase.application.is_called_at(function, *ROUTES):
            return self._passed(function, parameter, is_text and parameter.default is None, hops)
        if note is None or is_restricted(parameter.default) or self._is_checked_before(function, parameter.name):
            return UNKNOWN
        depends = depends_call(self.inference, parameter, place)
        is_sent = depends is None or (not depends.arguments and is_body(self.inference, note, place))
        is_sent = is_sent and (is_text or is_body(self.inference, note, place) or is_open_dict(note))
        return Traced(ValueSource.REQUEST) if is_sent else UNKNOWN

    def _is_checked_before(self, function: Function, name: str) -> bool:
        """Whether a dependency that the route's decorator names takes a parameter of the same name."""
        given = [item.keyword("dependencies") for item in function.decorators if isinstance(item, Call)]
        calls = [part for item in given if item is not None for part in walk(item) if isinstance(part, Call)]
        targets = [call.argument("dependency", 0) for call in calls]
        values = [self.inference.value(target, declared_at(function)) for target in targets if target is not None]
        functions = [self.inference.function(value) for value in values]
        return any(item is not None and item.parameter(name) is not None for item in functions)

    def _passed(self, function: Function, parameter: Parameter, is_text: bool, hops: int) -> Traced:
        """What the callers pass for a parameter; a request's value if one of them passes it on."""
        found: list[Traced] = []
        for call in self.inference.callers(function)[:MAX_CALLERS]:
            given = argument_for(self.inference, call, function, parameter) or parameter.default
            item = UNKNOWN if given is None else self.of(given, place_of(call), hops)
            if item.source is ValueSource.REQUEST:
                return Traced(ValueSource.REQUEST, (*item.through, call))
            found.append(item)
        if found:
            return _worst(found)._replace(through=())
        return Traced(ValueSource.TEXT) if is_text else UNKNOWN


def _has_validator(cls: Class) -> bool:
    """Whether a Pydantic model judges its fields itself."""
    parts = (part for function in cls.functions for item in function.decorators for part in walk(item))
    return any(isinstance(part, (Name, Attribute)) and part.name in VALIDATORS for part in parts)


def _worst(items: list[Traced]) -> Traced:
    """Of several possible sources, the one that counts."""
    found = {item.source: item for item in reversed(items)}
    return next((found[source] for source in ORDER if source in found), UNKNOWN)
