"""What happens for one request: what FastAPI injects, in order, then the route, then what follows the `yield`s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project.application.application import Registration, Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.application.injection import Injected, around, injected_by
from async_db_lint.project.effects.effects import HOLDERS, EffectsOfFunctions, around_yield
from async_db_lint.project.effects.events import Effects, Event
from async_db_lint.project.effects.subjects import Provenance, Subject, scope_of
from async_db_lint.project.inference.dependencies import depends_call
from async_db_lint.project.inference.parameters import declared_at

MAX_DEPENDENCIES = 60  # of one route, through others


class InjectedDependency(NamedTuple):
    """Something that is injected for a request: what is called, by which `Depends(…)`, and in which scope.

    Example: `for dependency in request.dependencies:`.
    """

    target: Function
    depends: Call
    scope: str
    gives_session: bool


class Request(NamedTuple):
    """A route with what is injected for it, the innermost first, and what that does before and after the route.

    Example: `for request in project.requests:`.
    """

    route: Function
    trigger: Trigger
    dependencies: tuple[InjectedDependency, ...]
    before: tuple[Event, ...]
    own: Effects
    after: tuple[Event, ...]


class Requests:
    """The requests that the application answers."""

    def __init__(self, codebase: Codebase, effects: EffectsOfFunctions) -> None:
        """Take the project's code, and what its functions do."""
        self.codebase = codebase
        self.effects = effects

    def all(self) -> Iterator[Request]:
        """Every route of the application that is given a session, itself or by way of what is injected."""
        seen: set[Function] = set()
        for item in self.codebase.application.registrations:
            if item.trigger in (Trigger.ROUTE, Trigger.WEBSOCKET) and item.function not in seen:
                seen.add(item.function)
                if self.codebase.is_in_application(item.function):
                    dependencies = self._dependencies(item)
                    if any(dependency.gives_session for dependency in dependencies):
                        yield self._of(item, dependencies)

    def _dependencies(self, item: Registration) -> tuple[InjectedDependency, ...]:
        """What is injected for a route, below each what is injected into it first."""
        found: dict[tuple[Function, str], InjectedDependency] = {}
        for injected in around(self.codebase, item):
            self._collect(injected.target, found, 0)
            scope = scope_of(injected.depends)
            found.setdefault((injected.target, scope), self._dependency(injected, scope))
        self._collect(item.function, found, 0)
        return tuple(found.values())

    def _dependency(self, injected: Injected, scope: str) -> InjectedDependency:
        is_session = self.codebase.is_a(injected.value, *HOLDERS)
        return InjectedDependency(injected.target, injected.depends, scope, is_session)

    def _of(self, item: Registration, dependencies: tuple[InjectedDependency, ...]) -> Request:
        before: list[Event] = []
        after: list[Event] = []
        for dependency in dependencies:
            first, last = around_yield(dependency.target, self.effects.of(dependency.target))
            before += self._as_injected(dependency, first)
            after += self._as_injected(dependency, last)
        own = self.effects.of(item.function)
        shared = {(each.target, each.scope) for each in dependencies}
        rows = [tuple(_as_shared(event, shared) for event in events) for events in (before, own.events, after)]
        return Request(item.function, item.trigger, dependencies, rows[0], own._replace(events=rows[1]), rows[2])

    def _collect(self, function: Function, found: dict[tuple[Function, str], InjectedDependency], depth: int) -> None:
        """Add what is injected into a function, below it first."""
        for parameter in function.parameters:
            call = depends_call(self.codebase.inference, parameter, declared_at(function))
            target: Injected | None = None
            if call is not None:
                target = injected_by(self.codebase, function, parameter, call)
            if call is None or target is None or len(found) >= MAX_DEPENDENCIES or depth > MAX_DEPENDENCIES:
                continue
            scope = scope_of(call)
            base = scope.removesuffix("*")
            if (target.target, base) not in found:
                scope = base  # what is not cached is kept all the same, where nothing was before
            if (target.target, scope) not in found:
                self._collect(target.target, found, depth + 1)
                found[target.target, scope] = self._dependency(target, scope)

    def _as_injected(self, dependency: InjectedDependency, events: tuple[Event, ...]) -> Iterator[Event]:
        """Events of a dependency, with the session that it opens called by what is injected."""
        opened = self.effects.yielded(dependency.target)
        for event in events:
            is_it = opened is not None and opened.source is Provenance.OPENED and event.subject == opened
            yield event._replace(subject=injected_subject(dependency)) if is_it else event


def _as_shared(event: Event, known: set[tuple[Function, str]]) -> Event:
    """An event, with an uncached session that is the first of its kind called as the others are that share it."""
    subject = event.subject
    if subject is None or not subject.scope.endswith("*") or (subject.origin, subject.scope) in known:
        return event
    return event._replace(subject=subject._replace(scope=subject.scope.removesuffix("*")))


def injected_subject(dependency: InjectedDependency) -> Subject:
    """The session that a dependency gives, as the code that gets it knows it.

    Example: `subject = injected_subject(dependency)`.
    """
    return Subject(Provenance.INJECTED, dependency.target, "", dependency.scope)
