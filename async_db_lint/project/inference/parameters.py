"""What a parameter is: injected, `self`, annotated, defaulted, or what all its callers pass."""

from __future__ import annotations

from dataclasses import replace

from async_db_lint.index.expressions import Call, Expr, Name, Starred, is_nothing
from async_db_lint.index.scopes import Function, Parameter, ParameterKind, Scope
from async_db_lint.project.inference import dependencies, hints
from async_db_lint.project.inference.annotations import annotated
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import END, Place, end_of, place_of
from async_db_lint.project.names.values import Kind, Step, Value, merged

MAX_CALLERS = 25  # call sites read to learn what a parameter is


def parameter_value(inference: Inference, function: Function, parameter: Parameter) -> Value | None:
    """What a parameter is inside its function."""
    return inference.once("parameter", parameter, lambda: _value(inference, function, parameter))


def _value(inference: Inference, function: Function, parameter: Parameter) -> Value | None:
    if parameter.kind in (ParameterKind.REST, ParameterKind.KEYWORDS):
        return None
    place = declared_at(function)
    depends = dependencies.depends_call(inference, parameter, place)
    if depends is not None:
        found = dependencies.provided(inference, depends)
        if found is not None:
            step = Step(function.module.path, depends.span, "Depends")
            return found.through(step) if found.kind in (Kind.INSTANCE, Kind.OBJECT) else found
    if depends is None and hints.is_session(inference, parameter.default, place):
        return Value(Kind.INSTANCE, library.SESSION)
    if (
        parameter.position == 0
        and function.owner is not None
        and not has_decorator(inference, function, "staticmethod")
    ):
        is_class = has_decorator(inference, function, "classmethod") or function.name == "__new__"
        return Value(Kind.CLASS if is_class else Kind.OBJECT, definition=function.owner)
    found = inference.afresh(lambda: annotated(inference, parameter.annotation, place))
    if found is None and parameter.default is not None and not is_nothing(parameter.default) and depends is None:
        found = inference.value(parameter.default, place)
    if found is None and parameter.annotation is None:
        return passed(inference, function, parameter)
    if found is not None and found.kind is Kind.INSTANCE and inference.is_a(found, *library.DATABASE):
        return _checked(inference, found, arguments(inference, function, parameter))
    return found


def _checked(inference: Inference, promised: Value, given: list[Value | None]) -> Value | None:
    """What an annotation promises, unless a caller is known to pass something else that reaches the database.

    Then it is what all callers pass, and unknown where they disagree, or one of them is not understood.
    """
    known = [value for value in given if value is not None and inference.is_a(value, *library.DATABASE)]
    if not all(_keeps(inference, promised, value) for value in known):
        return merged(given)
    agreed = merged(given)
    is_engine = inference.is_a(promised, library.ENGINE, library.SYNC_ENGINE)
    if is_engine and agreed is not None and agreed.same_as(promised):
        return replace(promised, origins=agreed.origins, chain=agreed.chain)
    return promised


def _keeps(inference: Inference, promised: Value, value: Value) -> bool:
    """Whether a value is what an annotation promises, or something more general that may be."""
    is_general = value.kind is Kind.INSTANCE and library.is_a(promised.name, value.name)
    return is_general or inference.is_a(value, promised.name)


def declared_at(function: Function) -> Place:
    """The place where a function's annotations and defaults are read."""
    parent = function.parent or function.module
    return end_of(parent) if function.statement is None else Place(function.statement.block, END)


def passed(inference: Inference, function: Function, parameter: Parameter) -> Value | None:
    """What every caller in the project passes for a parameter; None when one is not understood."""
    return merged(arguments(inference, function, parameter))


def arguments(inference: Inference, function: Function, parameter: Parameter) -> list[Value | None]:
    """What each caller in the project passes for a parameter; the last is None when there are too many to look at."""
    found: list[Value | None] = []
    for call in inference.callers(function):
        if len(found) >= MAX_CALLERS:
            return [*found, None]
        given = argument_for(inference, call, function, parameter)
        if given is not None and not is_nothing(given):
            found.append(inference.value(given, place_of(call)))
    return found


def argument_for(inference: Inference, call: Call, function: Function, parameter: Parameter) -> Expr | None:
    """The argument of a call that a parameter of the called function receives."""
    named = call.keyword(parameter.name)
    if named is not None or parameter.kind is ParameterKind.KEYWORD:
        return named
    position = parameter.position - (1 if is_bound(inference, call, function) else 0)
    positional = call.positional
    if 0 <= position < len(positional) and not any(isinstance(item, Starred) for item in positional):
        return positional[position]
    return None


def is_bound(inference: Inference, call: Call, function: Function) -> bool:
    """Whether a call passes `self` or `cls` implicitly."""
    if function.owner is None or has_decorator(inference, function, "staticmethod"):
        return False
    callee = inference.callee(call)
    return callee is not None and (callee.kind is Kind.CLASS or callee.inner is not None)


def is_text_parameter(inference: Inference, expr: Expr, scope: Scope) -> bool:
    """Whether a name in a function is a parameter that is annotated as `str`, and bound to nothing else."""
    if not isinstance(expr, Name) or not isinstance(scope, Function) or len(scope.bindings.get(expr.name, ())) != 1:
        return False
    parameter = scope.parameter(expr.name)
    note = None if parameter is None else parameter.annotation
    return inference.library_name(inference.value(note, declared_at(scope))) == "builtins.str"


def has_decorator(inference: Inference, function: Function, name: str) -> bool:
    """Whether a function has a certain builtin decorator."""
    place = declared_at(function)
    return any(
        inference.library_name(inference.value(item, place)) == f"builtins.{name}" for item in function.decorators
    )
