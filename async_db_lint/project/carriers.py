"""Who carries a session into another task: arguments, bound objects, and whether the callee uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Name, children, walk
from async_db_lint.index.scopes import BlockKind, Class, Function, Parameter
from async_db_lint.project import attributes, library
from async_db_lint.project.dependencies import depends_call
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.parameters import argument_for, declared_at
from async_db_lint.project.places import Place, place_of
from async_db_lint.project.roots import Root, root
from async_db_lint.project.text import quoted
from async_db_lint.project.view import View

LOCKS = frozenset(("asyncio.Lock", "asyncio.Semaphore", "anyio.Lock", "anyio.Semaphore", "anyio.CapacityLimiter"))
PASSIVE = frozenset(("bind", "info", "sync_session", "get_bind"))  # what is read without touching the connection
CARRIED = (*library.SESSIONS, library.CONNECTION, library.ASYNCPG_CONNECTION)


class Carried(NamedTuple):
    """A session or connection that a call takes along: how it is written, and what it is."""

    text: str
    expr: Expr
    value: Value
    root: Root


class Carriers:
    """Answers which sessions a call takes along and uses."""

    def __init__(self, view: View) -> None:
        """Take what is known of the project."""
        self.view = view

    def is_session(self, value: Value | None) -> bool:
        """Whether a value is an async session or connection."""
        return self.view.inference.is_a(value, *CARRIED)

    def carried(self, call: Call) -> Iterator[Carried]:
        """The sessions that a call uses: its receiver, an argument, or what its object holds."""
        place = place_of(call)
        function = self.view.inference.function(self.view.inference.callee(call))
        if call.receiver is not None:
            value = self.view.inference.value(call.receiver, place)
            if value is not None and self.is_session(value):
                yield self._carried(call.receiver, place, value)
            elif value is not None:
                yield from self._held(call.receiver, place, value, function)
        if function is None:
            return
        for parameter in function.parameters:
            given = argument_for(self.view.inference, call, function, parameter)
            if given is None:
                continue
            value = self.view.inference.value(given, place)
            if value is not None and self.is_session(value) and self.uses(function, parameter.name):
                yield self._carried(given, place, value)

    def _carried(self, expr: Expr, place: Place, value: Value) -> Carried:
        return Carried(quoted(expr), expr, value, root(expr, place, self._is_session_at, self._keeps))

    def _held(self, expr: Expr, place: Place, value: Value, function: Function | None) -> Iterator[Carried]:
        """The sessions of an object that a method of it uses: each by itself where the object keeps several."""
        used = self._used(value, function)
        if used and len(self._session_attributes(value)) == 1:
            yield self._carried(expr, place, value)
            return
        for name in sorted(used):
            text = f"{quoted(expr)}.{name}"
            yield Carried(text, expr, value, Root(place.scope, text))

    def _is_session_at(self, expr: Expr, place: Place) -> bool:
        return self.is_session(self.view.inference.value(expr, place))

    def _keeps(self, call: Call) -> bool:
        """Whether a call makes an object that keeps the session that it is made with, and no other."""
        callee = self.view.inference.callee(call)
        is_construction = callee is not None and callee.kind is Kind.CLASS
        return is_construction and self.is_lent(self.view.inference.call(call))

    def is_lent(self, value: Value | None) -> bool:
        """Whether an object keeps one session, and that is one that it was made with."""
        if value is None or not isinstance(value.definition, Class):
            return False
        names = self._session_attributes(value)
        targets = [(scope, item) for scope, item in attributes.own_targets(value.definition) if item.name in names]
        if len(names) != 1 or len(targets) != 1:
            return False
        scope, target = targets[0]
        return scope.name == "__init__" and isinstance(target.value, Name) and bool(scope.parameter(target.value.name))

    def bound(self, target: Expr, place: Place) -> Carried | None:
        """The object that `add_task(object.method)` passes on, when the method uses the session that it keeps."""
        if not isinstance(target, Attribute):
            return None
        value = self.view.inference.value(target.value, place)
        function = self.view.inference.function(self.view.inference.value(target, place))
        if value is None or not self.is_lent(value) or not self._used(value, function):
            return None
        return self._carried(target.value, place, value)

    def handed(self, target: Expr, given: Expr, place: Place, position: int) -> Carried | None:
        """A session that `add_task(target, given, …)` passes on to a function that uses it."""
        value = self.view.inference.value(given, place)
        if value is None or not (self.is_session(value) or self.holds(value)):
            return None
        function = self.view.inference.function(self.view.inference.value(target, place))
        if function is None:
            return None
        offset = 1 if function.owner is not None and isinstance(target, Attribute) else 0
        parameters = [item for item in function.parameters if item.kind == "positional"]
        if position + offset >= len(parameters) or not self.uses(function, parameters[position + offset].name):
            return None
        return self._carried(given, place, value)

    def uses(self, function: Function, name: str) -> bool:
        """Whether a function does something with a parameter: calls a method of it, or passes it on."""
        if _is_serialised(self.view, function):
            return False
        for scope in function.inner():
            for call in scope.calls:
                exprs = [call.receiver, *(argument.value for argument in call.arguments)]
                if any(_reads(expr, name) for expr in exprs if expr is not None):
                    return True
        return False

    def holds(self, value: Value) -> bool:
        """Whether an object keeps a session in one of its attributes."""
        return self._session_attributes(value) != set()

    def _session_attributes(self, value: Value) -> set[str]:
        if value.kind is not Kind.OBJECT or not isinstance(value.definition, Class):
            return set()
        found: set[str] = set()
        for cls in attributes.ancestry(self.view.inference, value.definition):
            if isinstance(cls, str):
                continue
            names = {target.name for _, target in attributes.own_targets(cls)} | set(cls.bindings)
            names -= {function.name for function in cls.functions if _makes(function)}
            found |= {name for name in names if self.is_session(attributes.attribute(self.view.inference, value, name))}
        return found

    def _used(self, value: Value, function: Function | None) -> set[str]:
        """The attributes with sessions that a method uses, itself or by passing them on."""
        names = self._session_attributes(value)
        if not names or function is None or not function.parameters or _is_serialised(self.view, function):
            return set()
        first = function.parameters[0].name
        exprs = (
            expr
            for scope in function.inner()
            for call in scope.calls
            for expr in (call.callee, *(argument.value for argument in call.arguments))
        )
        return {name for expr in exprs for name in _attributes_used(expr, first) if name in names}

    def from_dependency(self, expr: Expr, place: Place, hops: int = 3) -> bool:
        """Whether a session is the request's: a parameter with `Depends`, or an object built from one."""
        scope = place.scope
        if isinstance(expr, Attribute) and hops:  # `ordering.session`
            return self.from_dependency(expr.value, place, hops - 1)
        if not isinstance(expr, Name) or not isinstance(scope, Function) or not hops:
            return False
        for binding in scope.bindings.get(expr.name, []):
            value = binding.value
            if isinstance(value, Parameter):
                return depends_call(self.view.inference, value, declared_at(scope)) is not None
            if isinstance(value, Call):
                return any(self.from_dependency(item.value, place, hops - 1) for item in value.arguments)
        return False


def _attributes_used(expr: Expr, owner: str) -> Iterator[str]:
    """The attributes of an object for which more is asked than what they are bound to."""
    if isinstance(expr, Attribute):
        if isinstance(expr.value, Attribute) and expr.value.value == Name(owner) and expr.name in PASSIVE:
            return
        if expr.value == Name(owner):
            yield expr.name
    for child in children(expr):
        yield from _attributes_used(child, owner)


def _makes(function: Function) -> bool:
    """Whether a property makes what it returns, so that two readers get two."""
    return any(isinstance(item.value, (Call, Await)) for item in function.exits if item.kind == "return")


def _reads(expr: Expr, name: str) -> bool:
    return any(isinstance(item, Name) and item.name == name for item in walk(expr))


def _is_serialised(view: View, function: Function) -> bool:
    """Whether a function does its work under a lock."""
    for block in function.blocks:
        if block.kind is not BlockKind.ASYNC_WITH:
            continue
        head = block.heads[0]
        value = view.inference.value(head, Place(block.parent or block, block.opener.index if block.opener else 0))
        may_be_lock = value is None or (value.kind is Kind.FOREIGN and value.name in LOCKS)
        if may_be_lock and not isinstance(head, (Call, Await)):  # an object entered as it is, not one made here
            return True
    return False
