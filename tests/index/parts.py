"""Parts of a small indexed file."""

from __future__ import annotations

from textwrap import dedent

from async_db_lint.index.build import index
from async_db_lint.index.expressions import Call, Expr
from async_db_lint.index.scopes import Bound, Function, Module, Scope


def module(text: str) -> Module:
    """The index of a text; one that starts on a line of its own is counted from there."""
    return index("app.py", dedent(text).removeprefix("\n").encode())


def function(text: str) -> Function:
    """The first function of a text."""
    return module(text).functions[0]


def scope_named(found: Scope, name: str) -> Scope:
    """The scope of a name in a file."""
    return next(scope for scope in found.inner() if scope.name == name)


def value(text: str) -> Bound | None:
    """What the last binding of `x` at the top of a text is."""
    return module(text).bindings["x"][-1].value


def expression(text: str) -> Expr:
    """An expression as it is converted inside of an `async def`."""
    (found,) = module(f"async def f():\n    return {text}").functions[0].exits
    assert found.value is not None
    return found.value


def call(text: str, name: str) -> Call:
    """The first call of a name in a text."""
    return next(item for item in module(text).inner_calls() if item.method == name)
