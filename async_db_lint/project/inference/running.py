"""Lambdas that are given to a function which calls what it gets: `retried(lambda: self.place(order))`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.index.expressions import Await, Call, Expr, Lambda, Name
from async_db_lint.index.scopes import ExitKind, Function
from async_db_lint.project.inference.parameters import argument_for

if TYPE_CHECKING:
    from async_db_lint.project.inference.protocol import Inference


def running(inference: Inference, function: Function) -> Iterator[Call]:
    """The calls that lead to a lambda without parameters, by giving it to a function that calls it."""
    around = function.parent
    for call in around.calls if around is not None and not function.parameters else ():
        given = next((item.value for item in call.arguments if isinstance(item.value, Lambda)), None)
        target = inference.function(inference.callee(call)) if given == Lambda(function) else None
        if target is None:
            continue
        names = [item.name for item in target.parameters if argument_for(inference, call, target, item) is given]
        if any(item.callee == Name(name) for name in names for item in target.calls):
            yield call


def lambda_run(inference: Inference, call: Call, target: Function) -> Function | None:
    """The lambda without parameters whose result a call gives: all that its target returns is what the lambda gives."""
    returned = [item.value for item in target.exits if item.kind is ExitKind.RETURN]
    inner = [item.value if isinstance(item, Await) else item for item in returned]
    names = {item.callee.name for item in inner if isinstance(item, Call) and isinstance(item.callee, Name)}
    parameter = target.parameter(names.pop()) if len(names) == 1 and all(map(_is_plain, inner)) else None
    given = None if parameter is None else argument_for(inference, call, target, parameter)
    is_run = isinstance(given, Lambda) and not given.function.parameters
    return given.function if is_run and isinstance(given, Lambda) else None


def _is_plain(expr: Expr | None) -> bool:
    """Whether an expression calls a name, and gives it nothing."""
    return isinstance(expr, Call) and isinstance(expr.callee, Name) and not expr.arguments
