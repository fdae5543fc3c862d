"""What becomes of a loaded object on its way to a moment: changed, flushed, committed, rolled back, refreshed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Literal, Name, walk
from async_db_lint.index.scopes import BlockKind, Function, Scope, TargetBinding, is_expression
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.events import Event
from async_db_lint.project.effects.subjects import Subject
from async_db_lint.project.inference.parameters import argument_for
from async_db_lint.project.loading.arguments import Called
from async_db_lint.project.loading.between import Happenings, Moment, comes_after, may_come_before
from async_db_lint.project.loading.results import Loaded
from async_db_lint.project.loading.touched import is_one_of, names_behind
from async_db_lint.project.names.places import Place, dominates, excludes, is_certain

ANY = "*"
"""The name of an attribute that is set by `setattr`."""
DETACHING = frozenset({"expunge", "expunge_all", "make_transient", "make_transient_to_detached"})
MAX_HOPS = 3  # names bound to names


class Happening(NamedTuple):
    """One thing that happens to an object: an event of its session, or an attribute that is set.

    `is_certain` says whether it happens whenever the moment is reached; `value` is what is set.
    """

    at: tuple[float, int]
    event: Event | None = None
    attribute: str = ""
    value: Expr | None = None
    is_certain: bool = True


class History(NamedTuple):
    """What happens to an object, in order, and its session as the function knows it that loads it for the reader."""

    happenings: tuple[Happening, ...]
    session: Subject | None


class Level(NamedTuple):
    """A function on the way of an object: the call by which it gets the object, and where the way leads on.

    `names` are what it calls the object, and `subject` the object's session as the function knows it.
    """

    scope: Function
    start: Call | None
    end: Moment | None
    names: frozenset[str]
    subject: Subject | None


class Histories:
    """Tells what happens to objects after they were loaded."""

    def __init__(self, happenings: Happenings) -> None:
        """Take what happens around objects."""
        self.happenings = happenings
        self.effects = happenings.effects
        self.inference = happenings.codebase.inference
        self._names: dict[Call, frozenset[str]] = {}
        self._sessions: dict[tuple[Call, Call | None, Scope], Subject | None] = {}

    def of(self, loaded: Loaded, expr: Expr, moment: Moment, how: Called | None = None) -> History | None:
        """What happens to what an expression holds until a moment; None when that is not known."""
        happenings: list[Happening] = []
        session: Subject | None = None
        for level in self._levels(loaded, expr, moment, how):
            if level is None or (own := self.effects.of(level.scope)).is_lost:
                return None
            if level.subject is None and own.events:
                return None
            if any(call.method in DETACHING for call in level.scope.calls):
                return None
            session = level.subject if level.start is not None or how is None else session
            happenings += sorted(self._at(level), key=lambda item: item.at)
        return History(tuple(happenings), session)

    def _levels(self, loaded: Loaded, expr: Expr, moment: Moment, how: Called | None) -> Iterator[Level | None]:
        """The functions that an object comes through: the one that loads it first."""
        reader = moment.block.scope
        outer, end = (reader, moment) if how is None else (how.call.block.scope, how.call)
        starts = [loaded.call, *reversed(loaded.through)]
        *inner, last = starts
        for start in inner:
            yield self._level(loaded, start.block.scope, start, None)
        names = frozenset(names_behind(expr, Place(moment.block, moment.statement.index)))
        if last.block.scope is outer:
            yield self._level(loaded, outer, last, end)
        elif how is None:  # FastAPI injects it
            yield self._injected(loaded, outer, names, moment)
        else:
            yield None
        if how is not None:
            own = self._level(loaded, reader, None, moment)
            yield None if own is None else own._replace(names=names, subject=self._given(how))

    def _level(self, loaded: Loaded, scope: Scope, start: Call | None, end: Moment | None) -> Level | None:
        if not isinstance(scope, Function):
            return None
        if start is not None and start not in self._names:
            self._names[start] = frozenset(_names_of(start, scope))
        names = frozenset() if start is None else self._names[start]
        key = (loaded.call, start, scope)
        if key not in self._sessions:
            self._sessions[key] = self._session(loaded, Level(scope, start, end, names, None))
        return Level(scope, start, end, names, self._sessions[key])

    def _session(self, loaded: Loaded, level: Level) -> Subject | None:
        """The session of an object in a function: the one that loads it, or that a new one is added to."""
        for event in self.effects.of(level.scope).events:
            if event.site is loaded.call:
                return event.subject
            is_added = event.call is level.start or _passes(event.call, level.names)
            if loaded.is_new and event.act is Act.ADD and is_added:
                return event.subject
        return None

    def _injected(self, loaded: Loaded, scope: Scope, names: frozenset[str], moment: Moment) -> Level | None:
        if not isinstance(scope, Function):
            return None
        before = self.happenings.before_route.get(scope, ())
        subject = next((event.subject for event in before if event.site is loaded.call), None)
        return Level(scope, None, moment, names, subject)

    def _given(self, how: Called) -> Subject | None:
        """The one session that a function is given, where it is only given one."""
        events = self.effects.of(how.function).events
        found = {event.subject for event in events}
        return found.pop() if len(found) == 1 else None

    def _at(self, level: Level) -> Iterator[Happening]:
        """The steps in one function, in no order."""
        for target in level.scope.targets:
            if is_one_of(target.owner, level.names) and self._is_between(target, level):
                yield Happening((target.statement.index, 0), None, target.name, target.value)
        for call in level.scope.calls:
            if call is not level.start and self._is_between(call, level):
                for name in self._set_by(call, level.names):
                    yield Happening((call.statement.index, 0), None, name)
        for event in self.effects.of(level.scope).events:
            is_own = event.subject is None or event.subject == level.subject
            if is_own and event.call is not level.start and self._is_on_the_way(event, level):
                yield Happening(_place(event), event, is_certain=_is_certain(event, level))

    def _is_between(self, item: TargetBinding | Call, level: Level) -> bool:
        """Whether a statement of a function comes after its start, and before its end."""
        index = item.statement.index
        if level.start is not None and index < level.start.statement.index:
            return False
        if level.end is None:
            return True
        return index < level.end.statement.index and not excludes(item.block, level.end.block)

    def _is_on_the_way(self, event: Event, level: Level) -> bool:
        if level.start is not None and not comes_after(event, level.start):
            return False
        if level.end is None:
            return True
        return may_come_before(event, level.end, level.start) and not excludes(event.block, level.end.block)

    def _set_by(self, call: Call, names: frozenset[str]) -> Iterator[str]:
        """The attributes of an object that a call sets: `setattr`, or a function that is given the object."""
        given = call.positional[:1]
        if call.callee == Name("setattr") and given and is_one_of(given[0], names):
            named = call.positional[1] if len(call.positional) > 1 else None
            yield str(named.value) if isinstance(named, Literal) else ANY
            return
        function = self.inference.function(self.inference.callee(call))
        for parameter in function.parameters if function is not None else ():
            assert function is not None
            passed = argument_for(self.inference, call, function, parameter)
            if passed is not None and is_one_of(passed, names):
                yield from _set_in(function, parameter.name)


def _set_in(function: Function, name: str) -> Iterator[str]:
    """The attributes of a parameter that a function sets."""
    for target in function.targets:
        if target.owner == Name(name) and target.name:
            yield target.name
    for call in function.calls:
        if call.callee == Name("setattr") and call.positional[:1] == (Name(name),):
            yield ANY


def _names_of(start: Call, scope: Function) -> set[str]:
    """The names that a function binds to what a call gives, or takes from what it gives."""
    found: set[str] = set()
    for _ in range(MAX_HOPS):
        for name, rows in scope.bindings.items():
            values = [row.value for row in rows if is_expression(row.value)]
            if any(part is start or is_one_of(part, found) for value in values for part in _taken(value)):
                found.add(name)
    return found


def _taken(expr: Expr) -> Iterator[Expr]:
    """The parts of an expression that it may be taken from: not what is given to calls, nor what is read."""
    pending = [expr]
    for item in pending:
        yield item
        if isinstance(item, Call):
            pending += [] if item.receiver is None else [item.receiver]
        elif not isinstance(item, Attribute):
            pending += walk(item)[1:]


def _passes(call: Call, names: frozenset[str]) -> bool:
    return any(is_one_of(part, names) for item in call.arguments for part in walk(item.value))


def _place(event: Event) -> tuple[float, int]:
    """Where an event comes among the steps of its function: at its call, or at the end of its `with`."""
    if event.left is None:
        return event.call.statement.index, 1
    inside = [call.statement.index for call in event.call.block.scope.calls if call.block.within(event.left)]
    return max(inside, default=event.call.statement.index) + 0.5, 1


def _is_certain(event: Event, level: Level) -> bool:
    """Whether an event has happened whenever the way leads on."""
    if not event.is_certain:
        return False
    if level.end is None:
        return is_certain(event.block)
    return dominates(event.block, level.end.block) and not _is_given_up(event, level.end)


def _is_given_up(event: Event, end: Moment) -> bool:
    """Whether a moment is in the `except` of the `try` that an event is in, which may have failed there."""
    handlers = {id(block.opener) for block in end.block.outward() if block.kind is BlockKind.EXCEPT}
    return any(block.kind is BlockKind.TRY and id(block.opener) in handlers for block in event.block.outward())
