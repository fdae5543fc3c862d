"""How a function of the project was called: what its parameters and its object are then."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Name
from async_db_lint.index.scopes import Class, Function, Parameter, is_expression
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.parameters import argument_for
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind

MAX_DEPTH = 5  # calls inside calls


class Called(NamedTuple):
    """A call of a function, the class of the object that it is a method of, and how the caller was called."""

    function: Function
    call: Call
    receiver: Class | None
    outer: Called | None = None

    @property
    def depth(self) -> int:
        """How many calls are inside one another."""
        return 1 if self.outer is None else 1 + self.outer.depth

    def argument(self, inference: Inference, parameter: Parameter) -> Expr | None:
        """What the call passes for a parameter."""
        return argument_for(inference, self.call, self.function, parameter)


def called(inference: Inference, call: Call, function: Function, outer: Called | None) -> Called | None:
    """How a call calls a function; None where calls are too deep inside one another, or an heir has its own method."""
    if outer is not None and outer.depth >= MAX_DEPTH:
        return None
    receiver = _receiver(inference, call, outer)
    if receiver is not None and isinstance(call.receiver, Name) and _has_another(inference, receiver, function):
        return None
    return Called(function, call, receiver, outer)


def _has_another(inference: Inference, cls: Class, method: Function) -> bool:
    """Whether a class has another method than the one that is meant under its name, nearer to it."""
    for item in attributes.ancestry(inference, cls):
        rows = item.bindings.get(method.name, ()) if isinstance(item, Class) else ()
        if rows:
            return all(row.value is not method for row in rows)
    return False


def _receiver(inference: Inference, call: Call, outer: Called | None) -> Class | None:
    """The class of the object that a method is called on; of `self` and `super()`, the caller's own."""
    receiver = call.receiver
    if receiver is None:
        return None
    if outer is not None and outer.receiver is not None and _is_own(receiver, outer.function):
        return outer.receiver
    value = inference.value(receiver, place_of(call))
    found = value.definition if value is not None and value.kind in (Kind.OBJECT, Kind.CLASS) else None
    return found if isinstance(found, Class) else None


def _is_own(receiver: Expr, function: Function) -> bool:
    if isinstance(receiver, Call):
        return receiver.callee == Name("super")
    first = function.parameters[:1]
    return isinstance(receiver, Name) and bool(first) and first[0].name == receiver.name


def class_meant(inference: Inference, expr: Expr, place: Place, how: Called | None) -> Class | None:
    """The class that an expression is: by its name, as an argument, or as `self.model` of a generic repository."""
    value = inference.value(expr, place)
    if value is not None and value.kind is Kind.CLASS and isinstance(value.definition, Class):
        return value.definition
    scope = place.scope
    if how is None or scope is not how.function:
        return None
    if isinstance(expr, Name):
        parameter = how.function.parameter(expr.name)
        given = None if parameter is None else how.argument(inference, parameter)
        return None if given is None else class_meant(inference, given, place_of(how.call), how.outer)
    if isinstance(expr, Attribute) and how.receiver is not None and _is_own(expr.value, how.function):
        return _kept(inference, how.receiver, expr.name)
    return None


def class_selected(inference: Inference, expr: Expr, place: Place) -> Class | None:
    """The class that `select(…)` is given, itself or by one of its columns."""
    found = class_meant(inference, expr, place, None)
    if found is not None or not isinstance(expr, Attribute):
        return found
    return class_meant(inference, expr.value, place, None)


def _kept(inference: Inference, cls: Class, name: str) -> Class | None:
    """The class that a class keeps under a name: in its body, or given to the constructor that it inherits."""
    for item in attributes.ancestry(inference, cls):
        if not isinstance(item, Class):
            continue
        kept = [(row.value, place_of(row)) for row in item.bindings.get(name, ()) if is_expression(row.value)]
        if kept:
            return class_meant(inference, *kept[-1], None)
        for scope, target in attributes.own_targets(item):
            if target.name == name and scope.name == "__init__" and isinstance(target.value, Name):
                return _given(inference, cls, scope, target.value.name)
    return None


def _given(inference: Inference, cls: Class, constructor: Function, name: str) -> Class | None:
    """The class that heirs give to a constructor: by `super().__init__(…)`, or where the object is made."""
    parameter = constructor.parameter(name)
    found: set[Class | None] = set()
    for call in cls.inner_calls():
        if call.method == "__init__" and isinstance(call.receiver, Call) and parameter is not None:
            position = parameter.position - 1
            given = call.keyword(name) or (call.positional[position : position + 1] or (None,))[0]
            found.add(None if given is None else class_meant(inference, given, place_of(call), None))
    if not found and parameter is not None and constructor.owner is cls:
        for call in inference.callers(constructor):
            given = argument_for(inference, call, constructor, parameter)
            found.add(None if given is None else class_meant(inference, given, place_of(call), None))
    return found.pop() if len(found) == 1 else None
