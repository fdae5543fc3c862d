"""What happens to an object's session between the moment the object is loaded and the moment it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import LOOPS, Exit, Function, Read
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.effects.effects import EffectsOfFunctions
from async_db_lint.project.effects.events import Event
from async_db_lint.project.effects.requests import Request
from async_db_lint.project.effects.subjects import Subject
from async_db_lint.project.loading.arguments import Called
from async_db_lint.project.loading.results import Loaded
from async_db_lint.project.names.places import excludes

MAX_CALLERS = 25  # of a function, looked at for what they queried before
MAX_LEVELS = 3  # of callers' callers

Moment = Read | Exit | Call
"""Where something is read: by an attribute, by whoever gets what is returned, by a call that is given it."""


class Between(NamedTuple):
    """The events before an object was loaded, and those from then to the moment it is read.

    `subject` is its session as the function knows it that holds `moment`, None where that is not known.
    """

    before: tuple[Event, ...]
    after: tuple[Event, ...]
    moment: Moment
    subject: Subject | None


class Happenings:
    """Answers what happens around loaded objects."""

    def __init__(self, codebase: Codebase, effects: EffectsOfFunctions, requests: tuple[Request, ...]) -> None:
        """Take the project's code, what its functions do, and its requests."""
        self.codebase = codebase
        self.effects = effects
        self.before_route = {request.route: request.before for request in requests}
        self._known: dict[tuple[Function, int], tuple[Event, ...]] = {}

    def between(self, loaded: Loaded, moment: Moment, how: Called | None = None) -> Between | None:
        """What happens from when something is loaded to a moment at which it is read; None when that is not known.

        `how` is the call of the moment's function by which the object comes, where a caller loads it.
        """
        function = moment.block.scope
        if not isinstance(function, Function) or (own := self.effects.of(function)).is_lost:
            return None
        if how is None:
            is_here = loaded.first.block.scope is function
            before, after = _split(own.events, loaded.first if is_here else None, moment)
            return Between((*self._earlier(function), *before), after, moment, _session(own.events, loaded))
        caller = how.call.block.scope
        if not isinstance(caller, Function) or (outer := self.effects.of(caller)).is_lost:
            return None
        start = loaded.first if loaded.first.block.scope is caller else None
        before, after = _split(outer.events, start, how.call)
        _, inside = _split(own.events, None, moment)
        earlier = self._earlier(caller)
        return Between((*earlier, *before), (*after, *inside), moment, None)

    def _earlier(self, function: Function, levels: int = MAX_LEVELS) -> tuple[Event, ...]:
        """What was done before a function is called: by what is injected into its route, or by its callers."""
        key = (function, levels)
        if key not in self._known:
            self._known[key] = ()  # for functions that call each other
            self._known[key] = tuple(self._before(function, levels))
        return self._known[key]

    def _before(self, function: Function, levels: int) -> Iterator[Event]:
        yield from self.before_route.get(function, ())
        for call in self.codebase.inference.callers(function)[:MAX_CALLERS] if levels else ():
            scope = call.block.scope
            if isinstance(scope, Function) and scope is not function:
                yield from _split(self.effects.of(scope).events, None, call)[1]
                yield from self._earlier(scope, levels - 1)


def _session(events: tuple[Event, ...], loaded: Loaded) -> Subject | None:
    """The session that something was loaded by, as the function knows it whose events these are."""
    return next((event.subject for event in events if event.site is loaded.call), None)


def _split(
    events: tuple[Event, ...], start: Call | None, moment: Moment
) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """Those of a function's events that come before a call in it, and those from there to a moment."""
    before: list[Event] = []
    after: list[Event] = []
    for event in events:
        if event.call is moment or not may_come_before(event, moment) or excludes(event.block, moment.block):
            continue
        if start is not None and event.call is not start and not may_come_after(event, start):
            before.append(event)
        else:
            after.append(event)
    return tuple(before), tuple(after)


def may_come_before(event: Event, moment: Moment, start: Call | None = None) -> bool:
    """Whether an event may have happened when a moment comes: earlier in the code, or in a loop around both.

    A loop that is around `start` too does not count: there `start` comes again before the moment does.
    """
    if event.left is not None:
        is_over = event.call.statement.index < moment.statement.index and not moment.block.within(event.left)
        return is_over or _in_loop_of(event, moment, start)
    return _is_earlier(event, moment) or _in_loop_of(event, moment, start)


def _is_earlier(event: Event, moment: Moment) -> bool:
    first, second = event.call.statement, moment.statement
    if first is not second:
        return first.index < second.index
    if isinstance(moment, Exit):
        return True
    return _end(event.call.span) < _end(moment.span) and _is_outside(event.call, moment)


def _is_outside(call: Call, moment: Read | Call) -> bool:
    """Whether a moment is not inside the arguments of a call, which are there before the call is made."""
    span, other = call.span, moment.span
    return not (span[:2] <= other[:2] and _end(other) <= _end(span))


def _end(span: tuple[int, int, int, int]) -> tuple[int, int]:
    return span[2], span[3]


def _in_loop_of(event: Event, moment: Moment, start: Call | None = None) -> bool:
    return any(
        block.kind in LOOPS and moment.block.within(block) and (start is None or not start.block.within(block))
        for block in event.block.outward()
    )


def may_come_after(event: Event, start: Call) -> bool:
    """Whether an event may happen after a call: later in the code, or in a loop around both."""
    return comes_after(event, start) or _in_loop_of(event, start)


def comes_after(event: Event, start: Call) -> bool:
    """Whether an event comes after a call in the code, before the call may be made again."""
    if event.left is not None and start.block.within(event.left):
        return True
    return not _is_earlier(event, start)
