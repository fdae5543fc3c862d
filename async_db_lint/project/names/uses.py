"""How a name is used after a call was bound to it."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Call, Element, Expr, Name, Subscript, children
from async_db_lint.index.scopes import BlockKind, Function, Scope, is_expression

# Attributes that a coroutine has itself.
OF_COROUTINES = frozenset({"close", "send", "throw"})


def names_of(call: Call) -> set[str]:
    """The names to which what a call makes is bound where it is made."""
    scope = call.block.scope
    found = {
        binding.name
        for item in {scope, scope.module}
        for bindings in item.bindings.values()
        for binding in bindings
        if binding.value is call
    }
    return found | {target.name for target in scope.targets if target.value is call and target.name}


def bound_name(call: Call) -> str | None:
    """The one plain name in the call's scope that is bound to what a call gives."""
    names = [
        binding.name
        for bindings in call.block.scope.bindings.values()
        for binding in bindings
        if binding.value is call and len(bindings) == 1
    ]
    return names[0] if len(names) == 1 else None


def given_to(call: Call) -> Iterator[Call]:
    """The calls that are given what a call gives, as an argument of their own.

    Example: `outer = given_to(call.call)`.
    """
    return (item for item in call.block.scope.calls if any(given.value is call for given in item.arguments))


def is_never_awaited(call: Call) -> bool:
    """Whether the name that a call is bound to is never awaited or passed on: only read from, or not used at all."""
    name = bound_name(call)
    if name is None or not isinstance(call.block.scope, Function):
        return False
    return all(_reads_from(parent, name) for parent in uses_of(name, call.block.scope))


def _reads_from(parent: Expr | None, name: str) -> bool:
    """Whether an expression takes something out of a name, as nobody does with a coroutine."""
    match parent:
        case Attribute(_, attribute):
            return attribute not in OF_COROUTINES
        case Subscript(value, _):
            return value == Name(name)
        case Element():
            return True
    return False


def uses_of(name: str, scope: Scope) -> Iterator[Expr | None]:
    """The expression around each use of a name in a scope and the scopes inside it; None where there is none."""
    for inner in scope.inner():
        seen: set[int] = set()
        for expr in expressions(inner):
            yield from _within(expr, None, name, seen)


def _within(expr: Expr, parent: Expr | None, name: str, seen: set[int]) -> Iterator[Expr | None]:
    if isinstance(expr, Name):
        if expr.name == name:
            yield parent
        return
    if id(expr) in seen:
        return
    seen.add(id(expr))
    for child in children(expr):
        yield from _within(child, expr, name, seen)


def expressions(scope: Scope) -> Iterator[Expr]:
    """Every expression that a scope keeps; those inside others come again by themselves.

    Example: `for expr in expressions(function):`.
    """
    for bindings in scope.bindings.values():
        for binding in bindings:
            if is_expression(binding.value):
                yield binding.value
    for target in scope.targets:
        yield target.owner
        yield target.value
    for item in scope.exits:
        if item.value is not None:
            yield item.value
    for block in scope.blocks:
        if block.kind not in (BlockKind.FOR, BlockKind.ASYNC_FOR):  # there the loop's target holds the iterable
            yield from block.heads
        yield from block.names.values()
    for function in scope.functions:  # decorators and defaults are evaluated around it
        yield from function.decorators
        yield from (item.default for item in function.parameters if item.default is not None)
    yield from scope.loose
    yield from scope.awaits
    yield from scope.calls
