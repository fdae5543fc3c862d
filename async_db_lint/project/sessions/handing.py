"""What work that is handed on takes along: `add_task(target, …)`, with the target as it is or wrapped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Argument, Attribute, Call, Expr, Lambda
from async_db_lint.index.scopes import Function, Parameter, ParameterKind
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.sessions.held import (
    held_sessions,
    is_lent,
    is_session_or_connection,
    used_sessions,
    uses_parameter,
)
from async_db_lint.project.sessions.shared import Carried, carried, carried_by, closed_over

PARTIALS = ("functools.partial", "functools.partialmethod")


class Handed(NamedTuple):
    """Something that will be called, and what it will be called with."""

    target: Expr
    positional: tuple[Expr, ...]
    keywords: tuple[Argument, ...]

    def given(self, parameter: Parameter, offset: int) -> Expr | None:
        """What a parameter receives; `offset` counts the parameters that are bound already."""
        for item in self.keywords:
            if item.keyword == parameter.name:
                return item.value
        position = parameter.position - offset
        is_positional = parameter.kind is ParameterKind.POSITIONAL and 0 <= position < len(self.positional)
        return self.positional[position] if is_positional else None


def handed_over(codebase: Codebase, call: Call) -> Iterator[Carried]:
    """The sessions that a call such as `add_task(target, …)` takes along for the target to use.

    In the object of a bound method, as arguments, in a `partial` or lambda, and by name in an inner function.
    """
    place = place_of(call)
    handed = _handed(codebase, call, "func")
    if handed is None:
        return
    if isinstance(handed.target, Lambda):
        for inner in handed.target.function.calls:
            yield from carried_by(codebase, inner)
        return
    owner = _bound_object(codebase, handed.target, place)
    if owner is not None:
        yield owner
    function = codebase.inference.function(codebase.value_at(handed.target, place))
    if function is not None:
        yield from _arguments(codebase, handed, function, place)
        yield from closed_over(codebase, function, place)


def _handed(codebase: Codebase, call: Call, keyword: str) -> Handed | None:
    """The target of a call and what follows it; a `partial` is what it wraps."""
    named = call.keyword(keyword)
    positional = call.positional if named is not None else call.positional[1:]
    target = named if named is not None else next(iter(call.positional), None)
    keywords = tuple(item for item in call.arguments if item.keyword not in (None, keyword, "**"))
    if target is None:
        return None
    if isinstance(target, Call) and _is_partial(codebase, target):
        inner = _handed(codebase, target, keyword)
        return inner and Handed(inner.target, (*inner.positional, *positional), (*inner.keywords, *keywords))
    return Handed(target, positional, keywords)


def _is_partial(codebase: Codebase, call: Call) -> bool:
    callee = codebase.inference.callee(call)
    return callee is not None and callee.name in PARTIALS


def _bound_object(codebase: Codebase, target: Expr, place: Place) -> Carried | None:
    """What `object.method` takes along: a session itself, or an object with one that the method uses."""
    if not isinstance(target, Attribute):
        return None
    value = codebase.value_at(target.value, place)
    if value is not None and is_session_or_connection(codebase, value):
        return carried(codebase, target.value, place, value)
    function = codebase.inference.function(codebase.value_at(target, place))
    if value is None or not is_lent(codebase, value) or not used_sessions(codebase, value, function):
        return None
    return carried(codebase, target.value, place, value)


def _arguments(codebase: Codebase, handed: Handed, function: Function, place: Place) -> Iterator[Carried]:
    """The sessions that are handed over as arguments which the target uses."""
    offset = 1 if function.owner is not None and isinstance(handed.target, Attribute) else 0
    for parameter in function.parameters:
        given = handed.given(parameter, offset)
        value = codebase.value_at(given, place)
        if given is None or value is None or not uses_parameter(codebase, function, parameter.name):
            continue
        if is_session_or_connection(codebase, value) or held_sessions(codebase, value):
            yield carried(codebase, given, place, value)
