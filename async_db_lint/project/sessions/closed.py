"""What becomes of a session after it was opened: closed, or handed to something that may close it."""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Name, Usage, walk
from async_db_lint.index.scopes import BlockKind, Class, ExitKind, Function, Scope, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.parameters import argument_for
from async_db_lint.project.libraries import library
from async_db_lint.project.names.uses import expressions, uses_of
from async_db_lint.project.names.values import Kind

CLOSING = frozenset(("close", "aclose", "remove", "release", "terminate"))
MAX_CALLS = 4  # functions that pass a session on, one to the next
OWN = ("sqlalchemy.", "sqlmodel.", "asyncpg.")


def closings_of(function: Function, name: str) -> list[Call]:
    """The calls that close a name, in the function or in one inside it; or give it back to its pool."""
    found: list[Call] = []
    for scope in function.inner():
        for call in scope.calls:
            is_own = call.receiver == Name(name)
            is_given_back = call.method == "release" and Name(name) in call.positional
            if call.method in CLOSING and (is_own or is_given_back):
                found.append(call)
    return found


def is_handed_on(codebase: Codebase, function: Function, name: str, hops: int = MAX_CALLS) -> bool:
    """Whether a name is returned, stored, bound to another, entered or passed to something that may close it.

    Follows it into as many functions of the codebase, one inside the other; beyond, it may be closed.
    """
    for item in function.exits:
        if item.kind in (ExitKind.RETURN, ExitKind.YIELD_FROM) and _mentions(item.value, name):
            return True
        if item.kind is ExitKind.YIELD and item.value != Name(name) and _mentions(item.value, name):
            return True
    for inner in function.inner():
        bound = [binding.value for rows in inner.bindings.values() for binding in rows if is_expression(binding.value)]
        if any(_mentions(value, name) for value in (*bound, *(target.value for target in inner.targets))):
            return True
        if any(_mentions(head, name) and not isinstance(head, (Call, Await)) for b in inner.blocks for head in b.heads):
            return True
        for call in inner.calls:
            if any(_mentions(item.value, name) for item in call.arguments) and not _keeps_nothing(
                codebase, call, name, hops
            ):
                return True
    return any(not isinstance(parent, (Attribute, Call, Await, type(None))) for parent in uses_of(name, function))


def _keeps_nothing(codebase: Codebase, call: Call, name: str, hops: int) -> bool:
    """Whether a call that gets the session of a name certainly neither closes nor keeps it."""
    callee = codebase.inference.callee(call)
    if callee is None:
        return False
    if callee.kind is Kind.CLASS:
        return call.usage is Usage.RECEIVER and _closes_nothing(codebase, callee.definition, hops)
    if callee.kind in (Kind.LIBRARY, Kind.METHOD):
        return library.canonical(callee.name).startswith(OWN) and call.method != "release"
    function = codebase.inference.function(callee)
    if (
        function is None
        or hops == 0
        or any(item.method in CLOSING for scope in function.inner() for item in scope.calls)
    ):
        return False
    given = [
        item for item in function.parameters if _mentions(argument_for(codebase.inference, call, function, item), name)
    ]
    return bool(given) and not any(is_handed_on(codebase, function, item.name, hops - 1) for item in given)


def _closes_nothing(codebase: Codebase, definition: object, hops: int) -> bool:
    """Whether a class of the codebase, and what it inherits from, never closes or enters what it is made with."""
    if not isinstance(definition, Class) or not attributes.is_known(codebase.inference, definition):
        return False
    classes = attributes.ancestry(codebase.inference, definition)
    scopes = [scope for item in classes if isinstance(item, Class) for scope in item.inner()]
    return all(_only_calls(codebase, scope, hops) for scope in scopes)


def _only_calls(codebase: Codebase, scope: Scope, hops: int) -> bool:
    """Whether nothing in a scope is entered, closed, passed on or renamed: objects are only asked by their methods.

    What an object is made with may be passed on to another that closes nothing either: `Letters(self.session)`.
    """
    if any(block.kind in (BlockKind.WITH, BlockKind.ASYNC_WITH) for block in scope.blocks):
        return False
    own = scope.parameters[0].name if isinstance(scope, Function) and scope.parameters else ""
    if any(isinstance(item, Attribute) and item.name in CLOSING for expr in expressions(scope) for item in walk(expr)):
        return False
    is_constructor = scope.name == "__init__"
    giving = [call for call in scope.calls if any(is_constructor or _is_of(row.value, own) for row in call.arguments)]
    if not all(_makes_harmless(codebase, call, hops) for call in giving):
        return False
    kept = [binding.value for rows in scope.bindings.values() for binding in rows if is_expression(binding.value)]
    kept += [item.value for item in scope.exits if item.value is not None]
    return not any(_is_of(value, own) for value in kept)


def _makes_harmless(codebase: Codebase, call: Call, hops: int) -> bool:
    """Whether a call makes an object of a class that closes nothing that it is made with."""
    callee = codebase.inference.callee(call)
    is_class = callee is not None and callee.kind is Kind.CLASS
    return is_class and hops > 0 and callee is not None and _closes_nothing(codebase, callee.definition, hops - 1)


def _is_of(value: Expr, own: str) -> bool:
    """Whether a value is the object itself or one of its attributes, rather than what a method of it gives."""
    return value == Name(own) or (isinstance(value, Attribute) and value.value == Name(own))


def _mentions(expr: Expr | None, name: str) -> bool:
    return expr is not None and (expr == Name(name) or (isinstance(expr, Await) and _mentions(expr.value, name)))
