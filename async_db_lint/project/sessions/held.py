"""The sessions that an object of the project keeps in its attributes, and which of its methods use them."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Literal, Name, children, walk
from async_db_lint.index.scopes import BlockKind, Class, ExitKind, Function
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind, Value

LOCKS = frozenset(("asyncio.Lock", "asyncio.Semaphore", "anyio.Lock", "anyio.Semaphore", "anyio.CapacityLimiter"))
PASSIVE = frozenset(("bind", "info", "sync_session", "get_bind"))  # what is read without touching the connection


def is_session_or_connection(codebase: Codebase, value: Value | None) -> bool:
    """Whether a value is an async session or connection, which only one task may use at a time."""
    return codebase.is_a(value, *library.SESSIONS, library.CONNECTION, library.ASYNCPG_CONNECTION)


def held_sessions(codebase: Codebase, value: Value) -> set[str]:
    """The attributes in which an object of the project keeps a session or connection."""
    if value.kind is not Kind.OBJECT or not isinstance(value.definition, Class):
        return set()
    found: set[str] = set()
    for cls in attributes.ancestry(codebase.inference, value.definition):
        if isinstance(cls, str):
            continue
        names = {target.name for _, target in attributes.own_targets(cls)} | set(cls.bindings)
        names -= {function.name for function in cls.functions if _makes(function)}
        members = {name: attributes.attribute(codebase.inference, value, name) for name in names}
        found |= {name for name, member in members.items() if is_session_or_connection(codebase, member)}
    return found


def is_lent(codebase: Codebase, value: Value | None) -> bool:
    """Whether an object keeps one session, and that is the one it was made with."""
    if value is None or not isinstance(value.definition, Class):
        return False
    names = held_sessions(codebase, value)
    targets = [(scope, item) for scope, item in attributes.own_targets(value.definition) if item.name in names]
    if len(names) != 1 or len(targets) != 1:
        return False
    scope, target = targets[0]
    return scope.name == "__init__" and isinstance(target.value, Name) and bool(scope.parameter(target.value.name))


def used_sessions(codebase: Codebase, value: Value, function: Function | None) -> set[str]:
    """Which of the sessions that an object keeps one of its methods uses, itself or by passing them on."""
    names = held_sessions(codebase, value)
    if not names or function is None or not function.parameters or is_serialised(codebase, function):
        return set()
    first = function.parameters[0].name
    exprs = (
        expr for call in function.inner_calls() for expr in (call.callee, *(item.value for item in call.arguments))
    )
    return {name for expr in exprs for name in _attributes_used(expr, first) if name in names}


def uses_parameter(codebase: Codebase, function: Function, name: str) -> bool:
    """Whether a function does something with a parameter: calls a method of it, or passes it on."""
    if is_serialised(codebase, function):
        return False
    for call in function.inner_calls():
        exprs = [call.receiver, *(argument.value for argument in call.arguments)]
        if any(_reads(expr, name) for expr in exprs if expr is not None):
            return True
    return False


def is_serialised(codebase: Codebase, function: Function) -> bool:
    """Whether a function does its work under a lock, or under something that may be one."""
    for block in function.blocks:
        if block.kind is not BlockKind.ASYNC_WITH:
            continue
        head = block.heads[0]
        place = Place(block.parent or block, block.opener.index if block.opener else 0)
        value = codebase.value_at(head, place)
        may_be_lock = value is None or (
            value.kind is Kind.FOREIGN and value.name in LOCKS and not _admits_several(codebase, head, place)
        )
        if may_be_lock and not isinstance(head, (Call, Await)):  # an object entered as it is, not one made here
            return True
    return False


def _admits_several(codebase: Codebase, expr: Expr, place: Place) -> bool:
    """Whether a semaphore lets more than one in: `Semaphore(5)`."""
    known = definitions(codebase.inference, expr, place)
    made = known[0][0] if len(known) == 1 else None
    most = made.argument("value", 0) if isinstance(made, Call) else None
    return isinstance(most, Literal) and isinstance(most.value, int) and most.value > 1


def _attributes_used(expr: Expr, owner: str) -> Iterator[str]:
    """The attributes of an object that are used, rather than only asked for what they are bound to."""
    if isinstance(expr, Attribute):
        if isinstance(expr.value, Attribute) and expr.value.value == Name(owner) and expr.name in PASSIVE:
            return
        if expr.value == Name(owner):
            yield expr.name
    for child in children(expr):
        yield from _attributes_used(child, owner)


def _makes(function: Function) -> bool:
    """Whether a property makes what it returns, so that two readers get two."""
    return any(isinstance(item.value, (Call, Await)) for item in function.exits if item.kind is ExitKind.RETURN)


def _reads(expr: Expr, name: str) -> bool:
    return any(isinstance(item, Name) and item.name == name for item in walk(expr))
