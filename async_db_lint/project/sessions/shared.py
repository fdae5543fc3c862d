"""Which session a call takes along into another task: as its receiver, as an argument, or inside its object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Name
from async_db_lint.index.scopes import Function, Parameter
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.dependencies import depends_call
from async_db_lint.project.inference.parameters import argument_for, declared_at
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.quoted_code import quoted
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.sessions.held import (
    held_sessions,
    is_lent,
    is_serialised,
    is_session_or_connection,
    used_sessions,
    uses_parameter,
)
from async_db_lint.project.sessions.origin import Origin, OriginSearch

MAX_DEPENDENCY_HOPS = 3  # objects built from one another, up to one that is injected


class Carried(NamedTuple):
    """A session or connection that a call takes along: how it is written, what it is, and where it comes from."""

    text: str
    expr: Expr
    value: Value
    origin: Origin


def carried_by(codebase: Codebase, call: Call) -> Iterator[Carried]:
    """The sessions that a call uses: its receiver, an argument, or what its object holds."""
    place = place_of(call)
    function = codebase.inference.function(codebase.inference.callee(call))
    if call.receiver is not None:
        value = codebase.value_at(call.receiver, place)
        if value is not None and is_session_or_connection(codebase, value):
            yield carried(codebase, call.receiver, place, value)
        elif value is not None:
            yield from _inside_object(codebase, call, value, function)
    if function is None:
        return
    yield from closed_over(codebase, function, place)
    for parameter in function.parameters:
        given = argument_for(codebase.inference, call, function, parameter)
        value = codebase.value_at(given, place)
        if given is None or value is None or not is_session_or_connection(codebase, value):
            continue
        if uses_parameter(codebase, function, parameter.name):
            yield carried(codebase, given, place, value)


def carried(codebase: Codebase, expr: Expr, place: Place, value: Value) -> Carried:
    """A session or connection, or an object that holds one, where an expression of the code takes it along."""
    search = OriginSearch(
        lambda item, where: is_session_or_connection(codebase, codebase.value_at(item, where)),
        lambda call: _keeps_argument(codebase, call),
    )
    return Carried(quoted(expr), expr, value, search.origin(expr, place))


def _inside_object(codebase: Codebase, call: Call, value: Value, function: Function | None) -> Iterator[Carried]:
    """The sessions of an object that a method of it uses, each by itself where the object keeps several."""
    assert call.receiver is not None
    place = place_of(call)
    used = used_sessions(codebase, value, function)
    if used and len(held_sessions(codebase, value)) == 1:
        yield carried(codebase, call.receiver, place, value)
        return
    for name in sorted(used):
        text = f"{quoted(call.receiver)}.{name}"
        yield Carried(text, call.receiver, value, Origin(place.scope, text))


def _keeps_argument(codebase: Codebase, call: Call) -> bool:
    """Whether a call makes an object that keeps the session that it is made with, and no other."""
    callee = codebase.inference.callee(call)
    is_construction = callee is not None and callee.kind is Kind.CLASS
    return is_construction and is_lent(codebase, codebase.inference.call(call))


def closed_over(codebase: Codebase, function: Function, place: Place) -> Iterator[Carried]:
    """The sessions of the function around that an inner function uses by their names.

    Takes the place at which the inner function is called or handed on.
    """
    names = {
        name
        for call in function.calls
        for item in (call.receiver, *call.positional)
        for name in ((item.name,) if isinstance(item, Name) else ())
        if name not in function.bindings and name in place.scope.bindings
    }
    if function.parent is place.scope and not is_serialised(codebase, function):
        for name in sorted(names):
            value = codebase.value_at(Name(name), place)
            if value is not None and (is_session_or_connection(codebase, value) or held_sessions(codebase, value)):
                yield carried(codebase, Name(name), place, value)


def is_of_request(codebase: Codebase, expr: Expr, place: Place, hops: int = MAX_DEPENDENCY_HOPS) -> bool:
    """Whether a session is the request's: a parameter with `Depends`, or an object built from one."""
    scope = place.scope
    if isinstance(expr, Attribute) and hops:  # `ordering.session`
        return is_of_request(codebase, expr.value, place, hops - 1)
    if not isinstance(expr, Name) or not isinstance(scope, Function) or not hops:
        return False
    for binding in scope.bindings.get(expr.name, []):
        value = binding.value
        if isinstance(value, Parameter):
            return depends_call(codebase.inference, value, declared_at(scope)) is not None
        if isinstance(value, Call):
            return any(is_of_request(codebase, item.value, place, hops - 1) for item in value.arguments)
    return False
