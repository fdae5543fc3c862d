"""Where an engine goes after it was made: its names, who uses it, and who outside the project may own it."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Call, Expr, Name, walk
from async_db_lint.index.scopes import Function, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.decorators import is_cached
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.uses import names_of
from async_db_lint.project.names.values import Kind

# Calls that receive an engine and neither keep nor dispose it.
HARMLESS = ("sqlalchemy.", "sqlmodel.", "builtins.", "logging.", "sqladmin.", "opentelemetry.", "asyncio.", "typing.")


def is_kept(codebase: Codebase, call: Call) -> bool:
    """Whether what a call gives may outlive the function around it, so that not each call makes a new one.

    Because a decorator caches the function's result, or because the value, or anything made of it in
    the function, is stored in a global, an attribute or a collection. A constructor's `self.x = …` only
    hands the question on to who makes the object.
    """
    scope = call.block.scope
    if not isinstance(scope, Function):
        return False
    if is_cached(codebase.inference, scope):
        return True
    derived = _derived(scope, call)
    own = Name(scope.parameters[0].name) if scope.name == "__init__" and scope.parameters else None
    for target in scope.targets:
        if _depends_on(target.value, call, derived) and target.owner != own:
            return True
    return any(
        is_expression(binding.value) and _depends_on(binding.value, call, derived) for binding in scope.bound_outside
    )


def _derived(scope: Function, call: Call) -> set[str]:
    """The local names that hold what a call gives, or something made of it."""
    found: set[str] = set()
    grown = True
    while grown:
        grown = False
        for name, bindings in scope.bindings.items():
            values = [binding.value for binding in bindings if name not in found]
            if any(is_expression(value) and _depends_on(value, call, found) for value in values):
                found.add(name)
                grown = True
    return found


def _depends_on(expr: Expr, call: Call, names: set[str]) -> bool:
    return any(item is call or (isinstance(item, Name) and item.name in names) for item in walk(expr))


def is_handed_out(codebase: Codebase, made: Call, kind: str) -> bool:
    """Whether an engine is passed to code outside the project that may keep and dispose it."""
    for call in _calls_with(codebase, made, names_of(made) | _givers(codebase, made)):
        callee = codebase.inference.callee(call)
        if callee is None or callee.kind not in (Kind.LIBRARY, Kind.FOREIGN):
            continue
        if library.canonical(callee.name).startswith(HARMLESS):
            continue
        values = [codebase.inference.value(argument.value, place_of(call)) for argument in call.arguments]
        if any(value is not None and made in value.origins and value.name == kind for value in values):
            return True
    return False


def _givers(codebase: Codebase, made: Call) -> set[str]:
    """The names of the functions that return what a call makes, directly or through each other."""
    scope = made.block.scope
    found: set[str] = set()
    new = {scope.name} if isinstance(scope, Function) else set()
    while new - found:
        found |= new
        new = {function.name for function in codebase.functions() if _returns_call(function, found)}
    return found


def _returns_call(function: Function, names: set[str]) -> bool:
    return any(isinstance(item.value, Call) and item.value.method in names for item in function.exits)


def is_used(codebase: Codebase, made: Call) -> bool:
    """Whether anything refers to an engine, other than a session factory that nothing refers to."""
    names = names_of(made)
    if not names:
        return True
    bound: set[int] = set()
    for factory in codebase.calls_to(*library.FACTORIES):
        bind = factory.argument("bind", 0)
        value = factory.value_of(bind)
        if value is None or made in value.origins:
            if bind is None or value is None or _is_referred_to(codebase, factory.call):
                return True
            bound.add(id(bind))
    references = [item for name in names for item in codebase.reach.references(name)]
    return any(id(item.expr) not in bound and _may_be(codebase, item.expr, item.place, made) for item in references)


def _is_referred_to(codebase: Codebase, factory: Call) -> bool:
    names = names_of(factory)
    return not names or any(codebase.reach.references(name) for name in names)


def _may_be(codebase: Codebase, expr: Expr, place: Place, made: Call) -> bool:
    value = codebase.inference.value(expr, place)
    return value is None or not value.origins or made in value.origins


def _calls_with(codebase: Codebase, made: Call, names: set[str]) -> Iterator[Call]:
    """The calls that pass on what a call makes, or what has one of some names, or is returned by a function of one."""
    for module in codebase.counted.values():
        if module is made.block.scope.module or not names.isdisjoint(module.mentions):
            for scope in module.inner():
                yield from (call for call in scope.calls if _passes(call, made, names))


def _passes(call: Call, made: Call, names: set[str]) -> bool:
    for argument in call.arguments:
        given = argument.value
        if given is made or (isinstance(given, (Name, Attribute)) and given.name in names):
            return True
        if isinstance(given, Call) and given.method in names:
            return True
    return False
