"""Which session or connection an expression means: what it was opened by, injected from, or given as.

Two expressions mean the same session when their subjects are equal: through names, attributes, constructors, and what
FastAPI injects. What may be one of several is no subject.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Await, Call, Enter, Expr, Literal, Name, Usage
from async_db_lint.index.scopes import Binding, Class, ExitKind, Function, Module, Parameter
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.application.injection import injected_by
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.inference.dependencies import depends_call
from async_db_lint.project.inference.parameters import argument_for, declared_at
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.sessions.held import held_sessions

CONNECTIONS = (library.CONNECTION, library.ASYNCPG_CONNECTION)
MAX_HOPS = 12  # names, attributes and constructors followed


class Provenance(Enum):
    """How code comes by a session. Example: `if subject.source is Provenance.INJECTED:`."""

    INJECTED = "injected"
    OPENED = "opened"
    PARAMETER = "parameter"
    CONSTRUCTOR = "constructor"
    MODULE = "module"


class Subject(NamedTuple):
    """One session or connection. Example: `if event.subject == injected_subject(dependency):`.

    `origin` is the dependency that FastAPI injects it from, the call that opens it, the function or class whose
    parameter it is, or the module; `name` is the parameter, with the constructor's parameter behind a `|` where an
    object holds it. `scope` is what `Depends(…, scope=…)` says. A connection is kept until it is closed, whatever it
    commits.
    """

    source: Provenance
    origin: Function | Call | Class | Module
    name: str = ""
    scope: str = ""
    is_connection: bool = False


class HeldParameter(NamedTuple):
    """The parameter of a class's constructor by which its objects are given a session."""

    cls: Class
    parameter: str


class Subjects:
    """Answers which session an expression means."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference
        self._parameters: dict[Class, str | None] = {}

    def of(self, expr: Expr | None, place: Place, hops: int = MAX_HOPS) -> Subject | None:
        """The session or connection that an expression is; None when that is not certain."""
        if not hops:
            return None
        match expr:
            case Name(name):
                return self._of_name(name, place, hops - 1)
            case Attribute(owner, name):
                return self._of_attribute(owner, name, place, hops - 1)
            case Enter(Call() as call, _):
                return self.opened(call)
            case Await(value) | Enter(value, _):
                return self.of(value, place, hops - 1)
            case Call():
                return self.opened(expr) if self._opens(expr) else None
        return None

    def opened(self, call: Call) -> Subject:
        """The session or connection that a call opens."""
        is_entered = call.usage is Usage.ENTERED
        value = self.codebase.value(Enter(call, True), call) if is_entered else self.inference.call(call)
        inner = value.inner if value is not None and value.kind is Kind.COROUTINE else value
        return Subject(Provenance.OPENED, call, is_connection=self.codebase.is_a(inner, *CONNECTIONS))

    def _opens(self, call: Call) -> bool:
        """Whether a call gives a session or connection of its own: what it calls is no getter of an existing one."""
        callee = self.inference.callee(call)
        if callee is None:
            return False
        function = self.inference.function_behind(callee)
        return function is None or function.is_generator

    def _of_name(self, name: str, place: Place, hops: int) -> Subject | None:
        found = bindings_of(name, place)
        if found is None or len(found[1]) != 1:
            return None
        scope, (binding,) = found
        if isinstance(binding.value, Parameter) and isinstance(scope, Function):
            return self.of_parameter(scope, binding.value, hops)
        if isinstance(binding.value, (Name, Attribute, Await, Enter, Call)):
            if isinstance(scope, Module) and not isinstance(binding.value, (Name, Attribute)):
                return Subject(Provenance.MODULE, scope, name)
            return self.of(binding.value, place_of(binding), hops)
        known = definitions(self.inference, Name(name), place) if isinstance(scope, Module) else []
        return Subject(Provenance.MODULE, known[0][1].scope.module, name) if len(known) == 1 else None

    def of_parameter(self, function: Function, parameter: Parameter, hops: int = MAX_HOPS) -> Subject | None:
        """The session that a parameter is."""
        call = depends_call(self.inference, parameter, declared_at(function))
        if call is not None:
            return self.of_dependency(function, parameter, call, hops)
        if function.name == "__init__" and function.owner is not None:
            return Subject(Provenance.CONSTRUCTOR, function.owner, parameter.name)
        return Subject(Provenance.PARAMETER, function, parameter.name)

    def of_dependency(self, function: Function, parameter: Parameter, call: Call, hops: int) -> Subject | None:
        """The session that `Depends(…)` injects: of a dependency that passes one on, the one that it is given."""
        target = injected_by(self.codebase, function, parameter, call)
        if target is None or not hops:
            return None
        given = [item.value for item in target.target.exits if item.kind in (ExitKind.YIELD, ExitKind.RETURN)]
        if len(given) == 1 and isinstance(given[0], (Name, Attribute)):
            inner = self.of(given[0], place_of(target.target.exits[0]), hops - 1)
            if inner is not None and inner.source is Provenance.INJECTED:
                return inner
        return Subject(Provenance.INJECTED, target.target, "", scope_of(call))

    def _of_attribute(self, owner: Expr, name: str, place: Place, hops: int) -> Subject | None:
        """The session that an object holds in an attribute."""
        value = self.inference.value(owner, place)
        if value is None or not isinstance(value.definition, Class):
            return None
        parameter = self.held(value.definition, name)
        return (
            None if parameter is None else self.of_held(owner, HeldParameter(value.definition, parameter), place, hops)
        )

    def in_object(self, expr: Expr, value: Value, place: Place) -> Subject | None:
        """The session that an object of the project was made with, if it holds one."""
        if value.kind is not Kind.OBJECT or not isinstance(value.definition, Class):
            return None
        cls = value.definition
        if cls not in self._parameters:
            names = sorted(held_sessions(self.codebase, value))
            self._parameters[cls] = self.held(cls, names[0]) if len(names) == 1 else None
        parameter = self._parameters[cls]
        return None if parameter is None else self.of_held(expr, HeldParameter(cls, parameter), place)

    def held(self, cls: Class, name: str, hops: int = 4) -> str | None:
        """The constructor's parameter that a class keeps in an attribute, also behind a property."""
        for item in attributes.ancestry(self.inference, cls):
            if isinstance(item, str):
                continue
            method = next((row.value for row in item.bindings.get(name, ()) if isinstance(row.value, Function)), None)
            if method is not None:
                exits = [row.value for row in method.exits if row.kind is ExitKind.RETURN]
                kept = exits[0] if len(exits) == 1 else None
                return self.held(cls, kept.name, hops - 1) if isinstance(kept, Attribute) and hops else None
            targets = [(scope, row) for scope, row in attributes.own_targets(item) if row.name == name]
            if targets:
                scope, row = targets[0]
                if len(targets) != 1 or scope.name != "__init__" or not isinstance(row.value, Name):
                    return None
                return row.value.name if scope.parameter(row.value.name) is not None else None
        return None

    def of_held(self, owner: Expr, held: HeldParameter, place: Place, hops: int = MAX_HOPS) -> Subject | None:
        """The session that an object was made with, as a parameter of its class's constructor."""
        if not hops:
            return None
        match owner:
            case Name(name):
                found = bindings_of(name, place)
                if found is None or len(found[1]) != 1:
                    return None
                return self._of_holder(found[0], found[1][0], held, hops - 1)
            case Attribute():
                return self._of_kept_holder(owner, held, place, hops - 1)
            case Await(value) | Enter(value, _):
                return self.of_held(value, held, place, hops - 1)
            case Call(callee=Name("super")) if isinstance(place.scope, Function) and place.scope.parameters:
                return self.of_held(Name(place.scope.parameters[0].name), held, place, hops - 1)
            case Call():
                return self._of_made(owner, held, hops - 1)
        return None

    def _of_holder(self, scope: object, binding: Binding, held: HeldParameter, hops: int) -> Subject | None:
        """The session of the object that a name is."""
        value = binding.value
        if isinstance(value, Parameter) and isinstance(scope, Function):
            if scope.owner is not None and scope.parameters[:1] == (value,):
                return Subject(Provenance.CONSTRUCTOR, self._constructor_of(held.cls, scope.owner), held.parameter)
            call = depends_call(self.inference, value, declared_at(scope))
            if call is not None:
                target = injected_by(self.codebase, scope, value, call)
                return None if target is None else self._of_injected_holder(target.target, held, hops)
            return Subject(Provenance.PARAMETER, scope, f"{value.name}|{held.parameter}")
        if isinstance(value, (Name, Attribute, Await, Enter, Call)):
            return self.of_held(value, held, place_of(binding), hops)
        return None

    def _constructor_of(self, cls: Class, other: Class) -> Class:
        """The class whose constructor has the parameter: of a class, or the one that it inherits."""
        for item in attributes.ancestry(self.inference, cls):
            if isinstance(item, Class) and "__init__" in item.bindings:
                return item
        return other

    def _of_injected_holder(self, target: Function, held: HeldParameter, hops: int) -> Subject | None:
        """The session of an object that a dependency makes: its class, or a function that returns one."""
        if not hops:
            return None
        if target.name == "__init__":
            own = target.parameter(held.parameter)
            return None if own is None else self.of_parameter(target, own, hops)
        given = [item for item in target.exits if item.kind in (ExitKind.YIELD, ExitKind.RETURN)]
        if len(given) != 1 or given[0].value is None:
            return None
        return self.of_held(given[0].value, held, place_of(given[0]), hops)

    def _of_kept_holder(self, expr: Attribute, held: HeldParameter, place: Place, hops: int) -> Subject | None:
        """The session of an object that another one keeps: `self.users`, made in the constructor."""
        owner, name = expr
        value = self.inference.value(owner, place)
        if value is None or not isinstance(value.definition, Class) or not hops:
            return None
        holder = value.definition
        targets = [
            (scope, row)
            for item in attributes.ancestry(self.inference, holder)
            if isinstance(item, Class)
            for scope, row in attributes.own_targets(item)
            if row.name == name
        ]
        if len(targets) != 1:
            return None
        scope, row = targets[0]
        found = self.of_held(row.value, held, place_of(row), hops)
        if found is None or found.source is not Provenance.CONSTRUCTOR or scope.name != "__init__":
            return found if found is not None and found.source is Provenance.INJECTED else None
        return self.of_held(owner, HeldParameter(holder, found.name), place, hops)

    def _of_made(self, call: Call, held: HeldParameter, hops: int) -> Subject | None:
        """The session that an object is made with, by the call that makes it."""
        callee = self.inference.callee(call)
        if callee is None or callee.kind is not Kind.CLASS:
            return None
        constructor = self._constructor(held.cls)
        own = None if constructor is None else constructor.parameter(held.parameter)
        if constructor is None or own is None:
            return None
        return self.of(argument_for(self.inference, call, constructor, own), place_of(call), hops)

    def _constructor(self, cls: Class) -> Function | None:
        for item in attributes.ancestry(self.inference, cls):
            rows = item.bindings.get("__init__", ()) if isinstance(item, Class) else ()
            found = next((row.value for row in rows if isinstance(row.value, Function)), None)
            if found is not None:
                return found
        return None

    def seen_from(self, subject: Subject, call: Call, function: Function) -> Subject | None:
        """What a session of a called function is to the caller; None when it is none of the caller's."""
        place = place_of(call)
        if subject.source is Provenance.PARAMETER and subject.origin is function:
            name, _, held = subject.name.partition("|")
            parameter = function.parameter(name)
            given = None if parameter is None else argument_for(self.inference, call, function, parameter)
            if not held:
                return self.of(given, place)
            value = self.inference.value(given, place)
            if given is None or value is None or not isinstance(value.definition, Class):
                return None
            return self.of_held(given, HeldParameter(value.definition, held), place)
        if subject.source is Provenance.CONSTRUCTOR and isinstance(subject.origin, Class):
            if function.name == "__init__" and call.receiver is None:
                return self._of_made(call, HeldParameter(subject.origin, subject.name), MAX_HOPS)
            owner = call.receiver
            value = self.inference.value(owner, place)
            if owner is None or value is None or not isinstance(value.definition, Class):
                return None
            return self.of_held(owner, HeldParameter(value.definition, subject.name), place)
        return subject


def scope_of(call: Call) -> str:
    """What `Depends(…, scope=…)` says: `?` for what is not written out, with a `*` where it is not cached."""
    given = call.keyword("scope")
    scope = "request" if given is None else str(given.value) if isinstance(given, Literal) else "?"
    return scope if call.keyword("use_cache") != Literal(False) else f"{scope}*"
