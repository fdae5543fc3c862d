"""What start-up and shutdown do, followed forwards from the handlers through the project's own functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project.application.application import AT_START, Registration
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.libraries import library
from async_db_lint.project.names.values import Kind

MAX_FUNCTIONS = 80  # functions followed from one handler


def handlers(codebase: Codebase) -> list[Registration]:
    """The lifespans and the handlers for start-up."""
    return [item for item in codebase.application.registrations if item.trigger in AT_START]


def run_by(codebase: Codebase, function: Function) -> tuple[list[Function], list[Call]]:
    """The functions that a handler certainly runs, itself first, and the awaited calls that are not understood."""
    found: list[Function] = [function]
    unknown: list[Call] = []
    for current in found:
        if len(found) > MAX_FUNCTIONS:
            break
        for call in current.inner_calls():
            callee = codebase.inference.callee(call)
            if callee is None:
                unknown.append(call)
                continue
            target = codebase.inference.function_behind(callee)
            if target is not None and target not in found:
                found.append(target)
    return found, unknown


def touches(codebase: Codebase, functions: Iterable[Function]) -> Iterator[Call]:
    """The calls in which functions use an engine, session, factory or pool for more than disposing it."""
    for function in functions:
        for call in function.inner_calls():
            value = codebase.inference.callee(call)
            owner = value.inner if value is not None and value.kind is Kind.METHOD else value
            if codebase.inference.is_a(owner, *library.DATABASE, *library.FACTORIES) and call.method != "dispose":
                yield call
