"""How a name is used after a call was bound to it."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Call, Expr, Name, children
from async_db_lint.index.scopes import Class, Function, Import, Parameter, Scope

# Attributes that a coroutine has itself.
OF_COROUTINES = frozenset({"close", "send", "throw"})


def bound_name(call: Call) -> str | None:
    """The one plain name in the call's scope that is bound to what a call gives."""
    names = [
        binding.name
        for bindings in call.block.scope.bindings.values()
        for binding in bindings
        if binding.value is call and len(bindings) == 1
    ]
    return names[0] if len(names) == 1 else None


def only_read_from(call: Call) -> bool:
    """Whether the name that a call is bound to is only used to read attributes from: never awaited or passed on."""
    name = bound_name(call)
    if name is None:
        return False
    uses = list(uses_of(name, call.block.scope))
    return bool(uses) and all(isinstance(parent, Attribute) and parent.name not in OF_COROUTINES for parent in uses)


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
    """Every expression that a scope keeps; those inside others come again by themselves."""
    for bindings in scope.bindings.values():
        for binding in bindings:
            if binding.value is not None and not isinstance(binding.value, (Function, Class, Import, Parameter)):
                yield binding.value
    for target in scope.targets:
        yield target.owner
        yield target.value
    for item in scope.exits:
        if item.value is not None:
            yield item.value
    for block in scope.blocks:
        yield from block.heads
        yield from block.names.values()
    yield from scope.awaits
    yield from scope.calls
