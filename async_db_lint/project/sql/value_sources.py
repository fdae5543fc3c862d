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
    Opaque,
    PythonComparison,
    Sequence,
    Subscript,
    walk,
)
from async_db_lint.index.scopes import Class, Function, Parameter, Scope, is_expression
from async_db_lint.project.application.application import Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.inference.dependencies import depends_call
from async_db_lint.project.inference.parameters import argument_for, declared_at
from async_db_lint.project.names.places import Place, end_of, place_of
from async_db_lint.project.names.values import Kind

REQUESTS = ("starlette.Request", "starlette.WebSocket")
SENT = frozenset("query_params path_params headers cookies json form body receive_text receive_json".split())
ROUTES = (Trigger.ROUTE, Trigger.WEBSOCKET, Trigger.DEPENDENCY)
HARMLESS = frozenset(
    """
    builtins.int builtins.float builtins.bool builtins.len builtins.round builtins.abs builtins.range
    uuid.UUID datetime.datetime datetime.date datetime.timedelta decimal.Decimal sqlalchemy.quoted_name
    """.split()
)
"""Types and functions whose text cannot change a statement."""
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
        if isinstance(call.callee, Attribute) and call.method in ("get", *SENT, "strip", "lower", "upper"):
            found = self.of(call.callee.value, place, hops)
            is_sent = call.method in SENT and self._is_request(call.callee.value, place)
            return Traced(ValueSource.REQUEST) if is_sent else found
        return UNKNOWN

    def _is_request(self, expr: Expr, place: Place) -> bool:
        return self.inference.is_a(self.inference.value(expr, place), *REQUESTS)

    def _name(self, name: Name, place: Place, hops: int) -> Traced:
        for block in place.block.outward():
            if name.name in block.names:
                return self._bound(block.names[name.name], Place(block.parent or block, place.at), hops)
        found = bindings_of(name.name, place)
        if found is None or (isinstance(found[0], Function) and _is_checked(name.name, place.scope)):
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
        return self.of(value.value if isinstance(value, Element) else value, place, hops)

    def _attribute(self, expr: Attribute, place: Place, hops: int) -> Traced:
        """A field of what a request holds, a constant of a class, or a module's name."""
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
        """A field that is annotated as a text; of a body that a route is sent, it comes from the request."""
        rows = [row for item in attributes.ancestry(self.inference, cls) if isinstance(item, Class)
                for row in item.bindings.get(expr.name, ())]  # fmt: skip
        note = rows[0].annotation if rows else None
        if note is None or not self._is_text(note, end_of(cls)):
            return PROGRAM if note is not None and self._is_harmless(note, end_of(cls)) else UNKNOWN
        owner = self.of(expr.value, place, hops)
        return owner if owner.source is ValueSource.REQUEST else Traced(ValueSource.TEXT)

    def _is_settings(self, cls: object) -> bool:
        bases = attributes.library_bases(self.inference, cls) if isinstance(cls, Class) else []
        return any(name.endswith(".BaseSettings") for name in bases)

    def _parameter(self, function: Function, parameter: Parameter, hops: int) -> Traced:
        """A parameter: sent to a route, or what the callers pass."""
        place = declared_at(function)
        note = parameter.annotation
        if note is not None and self._is_harmless(note, place):
            return PROGRAM
        is_text = note is None or self._is_text(note, place)
        if self.codebase.application.is_called_at(function, *ROUTES):
            is_sent = depends_call(self.inference, parameter, place) is None
            is_body = note is not None and self._is_body(note, place)
            return Traced(ValueSource.REQUEST) if is_sent and note is not None and (is_text or is_body) else UNKNOWN
        unknown = Traced(ValueSource.TEXT) if note is not None and is_text else UNKNOWN
        return self._passed(function, parameter, unknown, hops)

    def _passed(self, function: Function, parameter: Parameter, otherwise: Traced, hops: int) -> Traced:
        """What the callers pass for a parameter; a request's value if one of them passes it on."""
        found: list[Traced] = []
        for call in self.inference.callers(function)[:MAX_CALLERS]:
            given = argument_for(self.inference, call, function, parameter) or parameter.default
            item = UNKNOWN if given is None else self.of(given, place_of(call), hops)
            if item.source is ValueSource.REQUEST:
                return Traced(ValueSource.REQUEST, (*item.through, call))
            found.append(item)
        return PROGRAM if found and all(item.source is ValueSource.PROGRAM for item in found) else otherwise

    def _is_text(self, note: Expr, place: Place) -> bool:
        """Whether an annotation is `str`, perhaps optional or with more said about it; a pattern restricts it."""
        names = self._names_in(note, place)
        is_restricted = any(isinstance(part, Call) and part.keyword("pattern") is not None for part in walk(note))
        return "builtins.str" in names and "typing.Literal" not in names and not is_restricted

    def _is_harmless(self, note: Expr, place: Place) -> bool:
        """Whether an annotation is a number, a date, an enumeration or a choice of literals."""
        value = self.inference.value(note, place)
        if value is not None and value.kind is Kind.CLASS and isinstance(value.definition, Class):
            return any(name.startswith("enum.") for name in attributes.library_bases(self.inference, value.definition))
        names = self._names_in(note, place)
        return (bool(names) and names <= HARMLESS | {"typing.Optional", "typing.Union"}) or "typing.Literal" in names

    def _names_in(self, note: Expr, place: Place) -> set[str | None]:
        """The library's names in an annotation; None is among them for a name that is something else."""
        parts = (part for part in walk(note) if isinstance(part, (Name, Attribute)))
        return {self.inference.library_name(self.inference.value(part, place)) for part in parts}

    def _is_body(self, note: Expr, place: Place) -> bool:
        """Whether an annotation is a Pydantic model."""
        value = self.inference.value(note, place)
        cls = value.definition if value is not None and value.kind is Kind.CLASS else None
        bases = attributes.library_bases(self.inference, cls) if isinstance(cls, Class) else []
        return any(name.endswith(("pydantic.BaseModel", "pydantic.main.BaseModel")) for name in bases)


def _worst(items: list[Traced]) -> Traced:
    """Of several possible sources, the one that counts."""
    found = {item.source: item for item in reversed(items)}
    return next((found[source] for source in ORDER if source in found), UNKNOWN)


def _is_checked(name: str, scope: Scope) -> bool:
    """Whether a function asks something about a name: what does not pass may never get into the statement."""
    heads = [head for block in scope.blocks for head in block.heads]
    asked = [part for head in heads for part in walk(head) if isinstance(part, (PythonComparison, Opaque, Call))]
    asked += [item for item in scope.loose if isinstance(item, (PythonComparison, Opaque))]
    if any(not _asks_for_none(part) and Name(name) in walk(part)[1:] for part in asked):
        return True
    calls = (item.value if isinstance(item, Await) else item for item in scope.loose)
    return any(isinstance(call, Call) and Name(name) in call.positional for call in calls)


def _asks_for_none(expr: Expr) -> bool:
    """Whether a comparison is with None."""
    return isinstance(expr, PythonComparison) and Literal(None) in expr.operands
