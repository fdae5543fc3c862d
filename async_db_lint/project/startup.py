"""What start-up and shutdown do, followed forwards from the handlers through the project's own functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project import library
from async_db_lint.project.application import AT_START, Registration
from async_db_lint.project.kinds import Kind
from async_db_lint.project.view import View

DATABASE = (
    *library.SESSIONS,
    *library.SYNC_SESSIONS,
    library.ENGINE,
    library.SYNC_ENGINE,
    library.CONNECTION,
    library.FACTORY,
    library.SYNC_FACTORY,
    library.POOL,
)
MAX_FUNCTIONS = 80  # functions followed from one handler


def handlers(view: View) -> list[Registration]:
    """The lifespans and the handlers for start-up."""
    return [item for item in view.application.registrations if item.trigger in AT_START]


def run_by(view: View, function: Function) -> tuple[list[Function], list[Call]]:
    """The functions that a handler certainly runs, itself first, and the awaited calls that are not understood."""
    found: list[Function] = [function]
    unknown: list[Call] = []
    for current in found:
        if len(found) > MAX_FUNCTIONS:
            break
        for call in calls_of(current):
            callee = view.inference.callee(call)
            if callee is None:
                unknown.append(call)
                continue
            target = view.inference.function_behind(callee)
            if target is not None and target not in found:
                found.append(target)
    return found, unknown


def touches(view: View, functions: Iterable[Function]) -> Iterator[Call]:
    """The calls in which functions use an engine, session, factory or pool for more than disposing it."""
    for function in functions:
        for call in calls_of(function):
            value = view.inference.callee(call)
            owner = value.inner if value is not None and value.kind is Kind.METHOD else value
            if view.inference.is_a(owner, *DATABASE) and call.method != "dispose":
                yield call


def calls_of(function: Function) -> Iterator[Call]:
    """The calls of a function and of the functions and lambdas inside it."""
    for scope in function.inner():
        yield from scope.calls
