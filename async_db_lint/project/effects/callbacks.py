"""What runs when a function calls what it is given: a lambda, a function, a bound method, or a `partial` of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Lambda, Name, Starred
from async_db_lint.index.scopes import Class, Function, Parameter, ParameterKind, Scope
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.effects.events import MAX_CHAIN, Effects, Event
from async_db_lint.project.effects.subjects import HeldParameter, Provenance, Subject, Subjects
from async_db_lint.project.inference.parameters import argument_for
from async_db_lint.project.names.places import Place, is_certain, place_of

PARTIAL = "functools.partial"
NAMED = (ParameterKind.POSITIONAL, ParameterKind.KEYWORD)


class CallbackRun(NamedTuple):
    """A call at which something is given to be called, whom it is given to, and the event of the call that runs it.

    Example: `callbacks.events(CallbackRun(call, target, event), is_awaited=True)`.
    """

    given_at: Call
    target: Function
    event: Event


class Callback(NamedTuple):
    """Something given to be called. Example: `callback_of(codebase, Name("work"), place)`.

    `owner` is the object of a bound method, and `wrapped` the `partial` that has arguments already.
    """

    function: Function
    owner: Expr | None
    place: Place
    wrapped: Call | None = None


def called_parameter(call: Call) -> Parameter | None:
    """The parameter of the function around it that a call calls, when nothing else is bound to its name."""
    scope = call.block.scope
    found = _parameter(call.callee, scope)
    if found is None or not isinstance(scope, Function) or found.kind not in NAMED:
        return None
    return None if scope.owner is not None and scope.parameters[0] == found else found  # `cls(…)`


def callback_of(codebase: Codebase, expr: Expr | None, place: Place) -> Callback | None:
    """The project's function that runs when an expression is called; None when it is not known."""
    if isinstance(expr, Lambda):
        return Callback(expr.function, None, place)
    if isinstance(expr, Call):
        callee = codebase.inference.callee(expr)
        if callee is None or callee.name != PARTIAL or not expr.positional:
            return None
        inner = callback_of(codebase, expr.positional[0], place)
        return inner._replace(wrapped=expr) if inner is not None and inner.wrapped is None else None
    value = codebase.value_at(expr, place)
    function = codebase.inference.function(value)
    if function is None or value is None:
        return None
    is_bound = isinstance(expr, Attribute) and function.owner is not None and value.inner is not None
    return Callback(function, expr.value if is_bound and isinstance(expr, Attribute) else None, place)


class Callbacks:
    """Answers what happens when a function calls what it is given."""

    def __init__(self, subjects: Subjects, effects_of: Callable[[Function], Effects]) -> None:
        """Take what knows sessions, and what knows what functions do."""
        self.subjects = subjects
        self.codebase = subjects.codebase
        self.effects_of = effects_of

    def given(self, run: CallbackRun) -> Expr | None:
        """The argument that is called."""
        parameter = None if run.event.subject is None else run.target.parameter(run.event.subject.name)
        if parameter is None:
            return None
        return argument_for(self.codebase.inference, run.given_at, run.target, parameter)

    def events(self, run: CallbackRun, is_awaited: bool) -> tuple[Event, ...] | None:
        """What is done by it, as the function sees it that gives it away; None when that is not known."""
        given = self.given(run)
        asked = run.event
        passed_on = _passed_on(run.given_at, given)
        if passed_on is not None:
            return (asked._replace(subject=passed_on, call=run.given_at, chain=(asked.call, *asked.chain)),)
        callback = callback_of(self.codebase, given, place_of(run.given_at))
        if callback is None or not (is_awaited or _runs_at_once(callback.function)):
            return None
        effects = self.effects_of(callback.function)
        if effects.is_lost or not effects.is_whole or any(len(item.chain) >= MAX_CHAIN for item in effects.events):
            return None
        found = [self._seen(callback, event, run) for event in effects.events]
        if any(seen is None and _is_own(event, callback) for seen, event in zip(found, effects.events, strict=True)):
            return None  # it uses a session of the callback's, and not known which
        return tuple(event for event in found if event is not None)

    def _seen(self, callback: Callback, event: Event, run: CallbackRun) -> Event | None:
        """An event of a callback as the function sees it that gives it away."""
        subject = None if event.subject is None else self._subject(callback, event.subject, run)
        if event.subject is not None and subject is None:
            return None
        asked = run.event
        certain = asked.is_certain and is_certain(asked.block) and event.is_certain and is_certain(event.block)
        return Event(event.act, subject, run.given_at, (asked.call, *asked.chain, event.call, *event.chain), certain)

    def _subject(self, callback: Callback, subject: Subject, run: CallbackRun) -> Subject | None:
        """What a session that a callback uses is to the function that gives it away."""
        if subject.origin is not callback.function:
            is_held = subject.source is Provenance.CONSTRUCTOR and callback.owner is not None
            return self._of_owner(callback, subject) if is_held else subject
        parameter = callback.function.parameter(subject.name)
        if subject.source is not Provenance.PARAMETER or parameter is None:
            return None
        position = parameter.position - (callback.owner is not None)
        wrapped = callback.wrapped
        if wrapped is not None and (given := _given(wrapped, parameter, position + 1)):
            return self.subjects.of(given, callback.place)
        bound = 0 if wrapped is None else len(wrapped.positional) - 1
        return self._passed(run, None if run.event.chain else _given(run.event.call, parameter, position - bound))

    def _passed(self, run: CallbackRun, given: Expr | None) -> Subject | None:
        """The session that the function passes which calls what it is given."""
        found = None if given is None else self.subjects.of(given, place_of(run.event.call))
        return None if found is None else self.subjects.seen_from(found, run.given_at, run.target)

    def _of_owner(self, callback: Callback, subject: Subject) -> Subject | None:
        """The session of the object whose bound method is given."""
        value = self.codebase.inference.value(callback.owner, callback.place)
        if callback.owner is None or value is None or not isinstance(value.definition, Class):
            return None
        return self.subjects.of_held(callback.owner, HeldParameter(value.definition, subject.name), callback.place)


def _is_own(event: Event, callback: Callback) -> bool:
    """Whether an event is about a session that a callback is given."""
    return event.subject is not None and event.subject.origin is callback.function


def _passed_on(call: Call, given: Expr | None) -> Subject | None:
    """The parameter of the calling function that is passed on, to be called further down."""
    scope = call.block.scope
    parameter = _parameter(given, scope)
    if parameter is None or not isinstance(scope, Function):
        return None
    return Subject(Provenance.PARAMETER, scope, parameter.name)


def _parameter(expr: Expr | None, scope: Scope) -> Parameter | None:
    """The parameter of a function that a name is, when nothing else is bound to it."""
    rows = scope.bindings.get(expr.name, ()) if isinstance(expr, Name) and isinstance(scope, Function) else ()
    found = rows[0].value if len(rows) == 1 else None
    return found if isinstance(found, Parameter) else None


def _runs_at_once(function: Function) -> bool:
    """Whether a call of it does its work without being awaited: a lambda may give a coroutine."""
    return not function.is_async and not function.is_lambda


def _given(call: Call, parameter: Parameter, position: int) -> Expr | None:
    """What a call gives to a parameter, by its name or position."""
    named = call.keyword(parameter.name)
    positional = call.positional
    is_there = 0 <= position < len(positional) and not any(isinstance(item, Starred) for item in positional)
    return named if named is not None else positional[position] if is_there else None
