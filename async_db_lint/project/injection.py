"""What FastAPI calls before a function of the project, to fill its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Sequence
from async_db_lint.index.scopes import Class, Function, Parameter
from async_db_lint.project import attributes
from async_db_lint.project.dependencies import depends_call, is_depends, provided, target_of
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.parameters import declared_at
from async_db_lint.project.places import place_of
from async_db_lint.project.view import View


class Injected(NamedTuple):
    """A function or constructor that is called for another function, and what it gives."""

    target: Function
    value: Value | None


def injected(view: View, function: Function) -> Iterator[Injected]:
    """What is injected into a function: by its parameters, and by `dependencies=[…]` of its decorators."""
    for parameter in function.parameters:
        call = depends_call(view.inference, parameter, declared_at(function))
        found = None if call is None else _of_parameter(view, function, parameter, call)
        if found is not None:
            yield found
    for decorator in function.decorators:
        given = decorator.keyword("dependencies") if isinstance(decorator, Call) else None
        for item in given.items if isinstance(given, Sequence) else ():
            found = _of_depends(view, item)
            if found is not None:
                yield found


def _of_parameter(view: View, function: Function, parameter: Parameter, call: Call) -> Injected | None:
    """The target of a `Depends(…)`; of one without an argument, the class that the parameter is annotated with."""
    if target_of(call) is not None:
        return _of_depends(view, call)
    binding = function.bindings[parameter.name][0]
    value = view.inference.value_of_parameter(function, binding)
    if value is None or value.kind is not Kind.OBJECT or not isinstance(value.definition, Class):
        return None
    target = view.inference.function(attributes.attribute(view.inference, value, "__init__"))
    return None if target is None else Injected(target, value)


def _of_depends(view: View, item: Expr) -> Injected | None:
    if not isinstance(item, Call) or not is_depends(view.inference, item):
        return None
    wanted = target_of(item)
    value = None if wanted is None else view.inference.value(wanted, place_of(item))
    target = view.inference.function_behind(value)
    return None if target is None else Injected(target, provided(view.inference, item))
