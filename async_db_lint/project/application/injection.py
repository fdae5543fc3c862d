"""What FastAPI calls before a function of the project: for its parameters, its route, its routers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Sequence
from async_db_lint.index.scopes import Class, Function, Parameter
from async_db_lint.project.application.application import Registration
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.dependencies import depends, depends_call, provided, target_of
from async_db_lint.project.inference.parameters import declared_at
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.values import Kind, Value


class Injected(NamedTuple):
    """A function or constructor that is called for another function, what it gives, and by which `Depends(…)`."""

    target: Function
    value: Value | None
    depends: Call


def injected(codebase: Codebase, function: Function) -> Iterator[Injected]:
    """What is injected into the parameters of a function."""
    for parameter in function.parameters:
        call = depends_call(codebase.inference, parameter, declared_at(function))
        found = None if call is None else injected_by(codebase, function, parameter, call)
        if found is not None:
            yield found


def around(codebase: Codebase, route: Registration) -> Iterator[Injected]:
    """What `dependencies=[…]` of a route's decorator, of its routers and of its application call before it."""
    calls = [route.call, *(codebase.routers.around(route.call) if route.call is not None else ())]
    for call in calls:
        given = None if call is None else call.keyword("dependencies")
        for item in given.items if isinstance(given, Sequence) and call is not None else ():
            found = depends(codebase.inference, item, place_of(call))
            target = None if found is None else _of_depends(codebase, found)
            if target is not None:
                yield target


def injected_by(codebase: Codebase, function: Function, parameter: Parameter, call: Call) -> Injected | None:
    """The target of a `Depends(…)`; of one without an argument, the class that the parameter is annotated with."""
    if target_of(call) is not None:
        return _of_depends(codebase, call)
    binding = function.bindings[parameter.name][0]
    value = codebase.inference.value_of_parameter(function, binding)
    if value is None or value.kind is not Kind.OBJECT or not isinstance(value.definition, Class):
        return None
    target = codebase.inference.function(attributes.attribute(codebase.inference, value, "__init__"))
    return None if target is None else Injected(target, value, call)


def _of_depends(codebase: Codebase, call: Call) -> Injected | None:
    wanted = target_of(call)
    value = None if wanted is None else codebase.inference.value(wanted, place_of(call))
    target = codebase.inference.function_behind(value)
    return None if target is None else Injected(target, provided(codebase.inference, call), call)
