"""What functions do to sessions and connections: computed once for each, callees put in place of their calls."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Enter,
    Expr,
    Lambda,
    Literal,
    Name,
    Usage,
    children,
    walk,
)
from async_db_lint.index.scopes import Block, BlockKind, Class, ExitKind, Function, Parameter, Scope
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.effects.acts import METHODS, WAITS, Act, is_outside
from async_db_lint.project.effects.callbacks import PARTIAL, CallbackRun, Callbacks, called_parameter
from async_db_lint.project.effects.events import MAX_CHAIN, Effects, Event, with_blocks
from async_db_lint.project.effects.subjects import Provenance, Subject, Subjects
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.parameters import argument_for, arguments
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place, is_certain, place_of
from async_db_lint.project.names.uses import given_to
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.project.sessions.handing import handed_over
from async_db_lint.project.sessions.shared import carried_by
from async_db_lint.project.sessions.tasks import SPAWN, is_awaited_later

HOLDERS = (*library.SESSIONS, library.CONNECTION, library.ASYNCPG_CONNECTION)
DONE = frozenset({Usage.AWAITED, Usage.ENTERED, Usage.ASYNC_ITERATED, Usage.RETURNED})
OPENERS = (*library.FACTORIES, library.ENGINE, library.POOL)
CONTEXTS = ("contextlib.asynccontextmanager", "contextlib.contextmanager")
GATHERING = ("asyncio.gather", "asyncio.wait_for", "asyncio.shield", "asyncio.wait")
WRITERS = (
    *(f"sqlalchemy.{name}" for name in ("insert", "update", "delete")),
    *(f"sqlalchemy.dialects.{name}.insert" for name in ("postgresql", "sqlite", "mysql")),
)
WRITTEN = tuple(f"{name}." for name in WRITERS)
MAX_DEPTH = 60  # calls followed down, for the sake of the interpreter's stack
MAX_EVENTS = 300  # of one function
DOUBTFUL = frozenset({Act.ESCAPE, Act.OUTSIDE, Act.ADD, Act.WRITE})  # which accuse, so that none may be too many
MAX_LEADING = 3000  # functions that lead to some calls
BACKGROUND = "starlette.BackgroundTasks.add_task"
GROUP = "asyncio.TaskGroup.create_task"
NOTHING = Effects(())
LOST = Effects((), is_understood=False, is_lost=True)


class Opening(NamedTuple):
    """A call that opens a session or connection, and what it calls."""

    call: Call
    callee: Value | None


class EffectsOfFunctions:
    """Answers what functions do."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.subjects = Subjects(codebase)
        self.callbacks = Callbacks(self.subjects, self.of)
        self._known: dict[Function, Effects] = {}
        self._sessions: dict[tuple[Scope, str], Subject | None] = {}
        self._running: list[Function] = []
        self._in_circles: set[Function] = set()

    def of(self, function: Function) -> Effects:
        """What a function does, in order. What functions do that call each other in a circle is not known."""
        if function not in self._known:
            if function in self._running:
                self._in_circles.update(self._running[self._running.index(function) :])
                return LOST
            if len(self._running) >= MAX_DEPTH:
                return LOST
            self._running.append(function)
            found = self._in_order(function)
            self._running.pop()
            self._known[function] = LOST if function in self._in_circles else found
        return self._known[function]

    def begun_by(self, call: Call) -> Subject | None:
        """The session that a call such as `session.begin()` is about: its receiver, or what it opens."""
        callee = self.codebase.inference.callee(call)
        if callee is not None and callee.kind is Kind.METHOD and self._is_held(callee.inner):
            return self.subjects.of(call.receiver, place_of(call))
        return self.subjects.opened(call)

    def engines_of(self, subject: Subject) -> frozenset[Call]:
        """The calls that make the engines from which a session or connection may come; empty when not known."""
        found = [self._engines_behind(item.call, item.callee) for item in self.openings_of(subject)]
        return frozenset().union(*found) if found and all(found) else frozenset()

    def openings_of(self, subject: Subject) -> list[Opening]:
        """The calls that may open a session or connection, of factories, engines or classes; empty when not known."""
        origin = subject.origin
        if subject.source is Provenance.INJECTED and isinstance(origin, Function):
            opened = self.yielded(origin)
            return [] if opened is None or opened.source is Provenance.INJECTED else self.openings_of(opened)
        if subject.source in (Provenance.PARAMETER, Provenance.CONSTRUCTOR):
            return self._openings_of_given(subject)
        if subject.source is not Provenance.OPENED or not isinstance(origin, Call):
            return []
        callee = self.codebase.inference.callee(origin)
        target = self._target(origin, callee)
        if target is not None and target.is_generator:
            inner = self.yielded(target)
            return [] if inner is None or inner == subject else self.openings_of(inner)
        return [Opening(origin, callee)]

    def _openings_of_given(self, subject: Subject) -> list[Opening]:
        """The calls that open the sessions which callers give to a parameter."""
        function = subject.origin
        if isinstance(function, Class):
            rows = function.bindings.get("__init__", ())
            function = next((row.value for row in rows if isinstance(row.value, Function)), function)
        parameter = function.parameter(subject.name) if isinstance(function, Function) else None
        if not isinstance(function, Function) or parameter is None:
            return []
        found: list[Opening] = []
        for value in arguments(self.codebase.inference, function, parameter):
            if value is None or not value.origins:
                return []
            found += [Opening(call, self.codebase.inference.callee(call)) for call in value.origins]
        return found

    def _engines_behind(self, call: Call, callee: Value | None) -> frozenset[Call]:
        """The engines of the factory, engine or class by which a call opens a session or connection."""
        owner = callee.inner if callee is not None and callee.kind is Kind.METHOD else callee
        if self.codebase.is_a(owner, library.ENGINE) and owner is not None:
            return owner.origins if all(_is_made_once(made) for made in owner.origins) else frozenset()
        binds = [item.argument("bind", 0) for item in (owner.origins if owner is not None else ())]
        places = [place_of(item) for item in (owner.origins if owner is not None else ())]
        if owner is not None and owner.kind is Kind.LIBRARY:
            binds, places = [call.argument("bind", 0)], [place_of(call)]
        values = [self.codebase.value_at(bind, place) for bind, place in zip(binds, places, strict=True)]
        if not values or any(value is None for value in values):
            return frozenset()
        found = frozenset(made for value in values if value is not None for made in value.origins)
        return found if all(_is_made_once(made) for made in found) else frozenset()

    @cached_property
    def functions_that_open(self) -> tuple[Function, ...]:
        """The functions that open a session or connection, and those that call them, in the project's order."""
        sites = (*self.codebase.calls_to(*library.SESSIONS), *self.codebase.calls("connect", "begin", "acquire"))
        opening = [site.call for site in sites if self._is_of_library(site.callee)]
        for function in self.codebase.functions():
            opening += [call for call in function.calls if call.usage in DONE and self._is_opener(call)]
        return tuple(self._ordered(self._leading_to(opening)))

    def _is_opener(self, call: Call) -> bool:
        """Whether a call enters or awaits the session of a factory, which takes nothing but keywords."""
        callee = None if call.positional else self.codebase.inference.callee(call)
        return callee is not None and callee.kind is Kind.INSTANCE and self._is_of_library(callee)

    def functions_that_wait(self) -> Iterator[Function]:
        """The functions that query and wait for something outside, themselves or by what they call."""
        table = self.codebase.table
        waits = (call for name in WAITS for call in table.named(name) if call.usage in DONE)
        found = self._leading_to([call for call in waits if is_outside(self.codebase.inference.callee(call), call)])
        if found:
            queries = [name for name, act in METHODS.items() if act is Act.QUERY]  # on a parameter too, of any type
            found &= self._leading_to([call for name in queries for call in table.named(name) if call.usage in DONE])
        return self._ordered(found)

    def functions_that_end(self, methods: tuple[str, ...], levels: int = MAX_CHAIN) -> set[Function]:
        """The functions in which some methods may end a transaction, called there or by what they call."""
        calls = [call for name in methods for call in self.codebase.table.named(name)]
        return self._leading_to([call for call in calls if call.usage in DONE], levels)

    def _leading_to(self, calls: list[Call], levels: int = MAX_CHAIN) -> set[Function]:
        """The functions that make some calls, and those that call them, so many calls away at most."""
        pending = [(scope, 0) for call in calls if isinstance(scope := call.block.scope, Function)]
        found = {function for function, _ in pending}
        for function, level in pending:
            for call in self.codebase.inference.callers(function) if level < levels else ():
                scope = call.block.scope
                if isinstance(scope, Function) and scope not in found and len(found) < MAX_LEADING:
                    found.add(scope)
                    pending.append((scope, level + 1))
        return found

    def _ordered(self, found: set[Function]) -> Iterator[Function]:
        """Functions in the project's order."""
        return (function for function in self.codebase.functions() if function in found)

    def _in_order(self, function: Function) -> Effects:
        events: list[Event] = []
        is_understood = True
        entered = with_blocks(function)
        open_blocks: list[tuple[Block, Call]] = []
        for call in function.calls:
            while open_blocks and not call.block.within(open_blocks[-1][0]):
                events += self._left(*open_blocks.pop())
            found = self._of_call(call)
            events += found.events
            is_understood = is_understood and found.is_understood
            block = entered.get(id(call))
            if block is not None:
                open_blocks.append((block, call))
            if len(events) > MAX_EVENTS:
                return LOST
        while open_blocks:
            events += self._left(*open_blocks.pop())
        return Effects(tuple(events), is_understood)

    def _of_call(self, call: Call) -> Effects:
        """What a call does."""
        callee = self.codebase.inference.callee(call)
        if callee is not None and callee.kind is Kind.METHOD and self._is_held(callee.inner):
            return Effects(tuple(self._of_method(call, callee)))
        if callee is not None and callee.name in (*SPAWN, BACKGROUND):
            return Effects(tuple(self._escaped(call, callee)))
        if call.usage in DONE and is_outside(callee, call):
            return Effects((Event(Act.OUTSIDE, None, call),))
        target = self._target(call, callee)
        parameter = called_parameter(call)
        is_work = target is None or (callee is not None and callee.kind is Kind.FUNCTION)
        if parameter is not None and is_work and not self._opens(call):
            return Effects((self._asked(call, parameter), *self._handed(call)))
        if target is None:
            return self._of_unknown(call, callee)
        if not self._is_run(call, target):
            return Effects(tuple(self._handed(call)))
        if target.is_generator:
            return self._opened(call, target)
        return self._put_in_place(call, target, self.of(target))

    def _escaped(self, call: Call, callee: Value) -> Iterator[Event]:
        """The sessions that work which is started here, and runs later, takes along."""
        coroutine = call.argument("coro", 0)
        if callee.name == BACKGROUND:
            taken = list(handed_over(self.codebase, call))
        elif isinstance(coroutine, Call) and not is_awaited_later(call) and callee.name != GROUP:
            taken = list(carried_by(self.codebase, coroutine))
        else:
            return
        for carried in taken:
            subject = self.session_in(carried.expr, place_of(call))
            if subject is not None:
                yield Event(Act.ESCAPE, subject, call)

    def _is_held(self, value: Value | None) -> bool:
        return self.codebase.is_a(value, *HOLDERS)

    def _is_of_its_own(self, subject: Subject) -> bool:
        """Whether a connection is no pool's, so that nobody else waits for it."""
        if subject.source is not Provenance.OPENED or not isinstance(subject.origin, Call):
            return False
        return self.codebase.inference.library_name(self.codebase.inference.callee(subject.origin)) == "asyncpg.connect"

    def _is_run(self, call: Call, target: Function) -> bool:
        """Whether a call runs its target here: it is no coroutine, or is awaited, alone or with others."""
        return not target.is_async or self._is_awaited(call)

    def _is_awaited(self, call: Call) -> bool:
        if call.usage in DONE:
            return True
        return any(
            self.codebase.inference.library_name(self.codebase.inference.callee(item)) in GATHERING
            and item.usage in DONE
            for item in given_to(call)
        )

    def _of_method(self, call: Call, callee: Value) -> Iterator[Event]:
        """What a method of a session or connection does to it."""
        act = METHODS.get(call.method or "")
        subject = self.subjects.of(call.receiver, place_of(call))
        if act is None or (subject is not None and self._is_of_its_own(subject)):
            return
        if library.is_coroutine(callee.name) and not self._is_awaited(call):
            act = Act.UNKNOWN  # it may be awaited later, or never
        if act is Act.QUERY and self._writes(call):
            yield Event(Act.WRITE, subject, call)
        yield Event(act, subject, call)

    def _writes(self, call: Call) -> bool:
        """Whether a statement that is executed certainly inserts, updates or deletes."""
        given = call.argument("statement", 0)
        statement = self.codebase.site(call).written(given)
        names = [*self._names(self.codebase.value(given, call))]
        for part in walk(statement) if statement is not None else ():
            if isinstance(part, Call):
                names += self._names(self.codebase.inference.callee(part))
        return any(name in WRITERS or name.startswith(WRITTEN) for name in names)

    def _names(self, value: Value | None) -> tuple[str, ...]:
        """What a library calls a value: of a statement, the function that begins it and the methods that follow."""
        return () if value is None else (value.name, library.canonical(value.name))

    def _of_unknown(self, call: Call, callee: Value | None) -> Effects:
        """What a call of something outside the project, or unknown, does: anything with the sessions that it gets."""
        if self._opens(call):
            return Effects(tuple(self._of_opening(call)))
        is_wrapped = callee is not None and callee.name == PARTIAL and bool(self._runners(call))
        events = () if is_wrapped else tuple(self._handed(call))
        return Effects(events, is_understood=callee is not None or bool(events) or not _may_matter(call))

    def _runners(self, call: Call) -> list[Function]:
        """The functions of the project that are given what a call gives."""
        found = [self.codebase.inference.function(self.codebase.inference.callee(item)) for item in given_to(call)]
        return [item for item in found if item is not None]

    def _opens(self, call: Call) -> bool:
        """Whether a call gives a session or connection: itself, awaited, or entered."""
        return self._is_held(self._given(call))

    def _given(self, call: Call) -> Value | None:
        if call.usage is Usage.ENTERED:
            return self.codebase.value_at(Enter(call, True), place_of(call))
        value = self.codebase.inference.call(call)
        return value.inner if value is not None and value.kind is Kind.COROUTINE else value

    def _of_opening(self, call: Call) -> Iterator[Event]:
        subject = self.subjects.opened(call)
        yield Event(Act.OPEN, subject, call)
        if call.usage in DONE and subject.is_connection and not self._is_of_its_own(subject):
            yield Event(Act.QUERY, subject, call)  # it has a connection from the start

    def _handed(self, call: Call) -> Iterator[Event]:
        """The sessions that a call is given, itself or in objects: what becomes of them is not known."""
        place = place_of(call)
        for item in (call.receiver, *(argument.value for argument in call.arguments)):
            for expr in _passed(item):
                subject = self.session_in(expr, place)
                if subject is not None:
                    yield Event(Act.UNKNOWN, subject, call, is_certain=False)

    def session_in(self, expr: Expr, place: Place) -> Subject | None:
        """The session that an expression is, or that the object has which it is."""
        scope = place.scope
        if isinstance(expr, Name) and len(scope.bindings.get(expr.name, ())) == 1:  # the same wherever it is read
            key = (scope, expr.name)
            if key not in self._sessions:
                self._sessions[key] = self._session_in(expr, place)
            return self._sessions[key]
        return self._session_in(expr, place)

    def _session_in(self, expr: Expr, place: Place) -> Subject | None:
        value = self.codebase.inference.value(expr, place)
        if self._is_held(value):
            return self.subjects.of(expr, place)
        return None if value is None else self.subjects.in_object(expr, value, place)

    def _put_in_place(self, call: Call, target: Function, effects: Effects) -> Effects:
        """What a called function does, as the caller sees it; of a generator only what is before or after its yield."""
        if effects.is_lost or any(len(event.chain) >= MAX_CHAIN for event in effects.events):
            return Effects(tuple(self._handed(call)), is_understood=False)
        events: list[Event] = []
        is_understood = effects.is_understood
        run: list[Call] = []  # calls of a parameter whose argument is understood
        for event in effects.events:
            if event.act is Act.CALLBACK:
                found = self._called_back(call, target, event)
                is_understood = is_understood and found.is_understood
                run += [event.site] if found.is_understood else []
                events += found.events
            elif event.act is not Act.UNKNOWN or event.site not in run:
                seen = self._seen(call, target, event)
                events += () if seen is None else (seen,)
        return Effects(tuple(events), is_understood)

    def _asked(self, call: Call, parameter: Parameter) -> Event:
        """That a call runs what its function is given, whatever that is."""
        scope = call.block.scope
        assert isinstance(scope, Function)
        return Event(Act.CALLBACK, Subject(Provenance.PARAMETER, scope, parameter.name), call)

    def _called_back(self, call: Call, target: Function, asked: Event) -> Effects:
        """What a function does by calling what it is given at a call, as the caller sees it."""
        found = self.callbacks.events(CallbackRun(call, target, asked), self._is_awaited(asked.site))
        if found is not None:
            return Effects(found)
        given = self.callbacks.given(CallbackRun(call, target, asked))
        return Effects(tuple(self._handed(given)) if isinstance(given, Call) else (), is_understood=False)

    def _seen(self, call: Call, target: Function, event: Event) -> Event | None:
        if event.act in DOUBTFUL and self._is_switched_off(call, target, event.block):
            return None
        subject = None if event.subject is None else self.subjects.seen_from(event.subject, call, target)
        if event.subject is not None and subject is None:
            return None
        certain = event.is_certain and is_certain(event.block)
        return Event(event.act, subject, call, (event.call, *event.chain), certain)

    def _is_switched_off(self, call: Call, target: Function, block: Block) -> bool:
        """Whether a block is under `if parameter:`, and a call leaves the parameter out, or passes something false."""
        for item in block.outward():
            for part in walk(item.heads[0]) if item.kind is BlockKind.IF and item.heads else ():
                parameter = target.parameter(part.name) if isinstance(part, Name) else None
                given = None if parameter is None else argument_for(self.codebase.inference, call, target, parameter)
                value = given if given is not None else parameter.default if parameter is not None else None
                if isinstance(value, Literal) and not value.value:
                    return True
        return False

    def _opened(self, call: Call, target: Function) -> Effects:
        """What happens when a generator is entered: what it does before it yields, to the session that it yields."""
        if call.usage not in DONE:
            return NOTHING
        effects = self.of(target)
        before, _ = around_yield(target, effects)
        found = self._put_in_place(call, target, effects._replace(events=before))
        opened = (Event(Act.OPEN, self.subjects.opened(call), call),) if self._opens(call) else ()
        return Effects((*opened, *self._renamed(call, target, found.events)), found.is_understood)

    def _renamed(self, call: Call, target: Function, events: tuple[Event, ...]) -> Iterator[Event]:
        """Events with the session that a generator yields called by the call that opens it."""
        inner = self.yielded(target)
        for event in events:
            is_it = inner is not None and event.subject == inner and inner.source is Provenance.OPENED
            yield event._replace(subject=self.subjects.opened(call)) if is_it else event

    def yielded(self, target: Function) -> Subject | None:
        """The session that a generator yields."""
        given = [item for item in target.exits if item.kind is ExitKind.YIELD]
        return self.subjects.of(given[0].value, place_of(given[0])) if len(given) == 1 else None

    def _left(self, block: Block, call: Call) -> Iterator[Event]:
        """What happens when a `with` is left: sessions are closed, transactions end."""
        callee = self.codebase.inference.callee(call)
        if callee is not None and callee.kind is Kind.METHOD and self._is_held(callee.inner):
            if call.method == "begin":
                yield Event(Act.COMMIT, self.subjects.of(call.receiver, place_of(call)), call, left=block)
            return
        subject = self.subjects.opened(call)
        target = self._target(call, callee)
        ends: list[Event] = []
        if target is not None and target.is_generator:
            effects = self.of(target)
            _, after = around_yield(target, effects)
            found = self._put_in_place(call, target, effects._replace(events=after))
            ends = [event._replace(left=block) for event in self._renamed(call, target, found.events)]
        elif target is None and self._is_of_library(callee):
            acts = (Act.COMMIT, Act.CLOSE) if call.method == "begin" else (Act.CLOSE,)
            ends = [Event(act, subject, call, left=block) for act in acts]
        if not any(event.act is Act.CLOSE and event.subject == subject for event in ends):
            ends.append(Event(Act.UNKNOWN, subject, call, left=block))  # whoever leaves it may do anything
        yield from ends

    def _is_of_library(self, callee: Value | None) -> bool:
        """Whether a session or connection is opened by SQLAlchemy's or asyncpg's own factory, engine, class or pool."""
        if callee is None:
            return False
        owner = callee.inner if callee.kind is Kind.METHOD else callee
        return self.codebase.is_a(owner, *OPENERS) or self.codebase.inference.library_name(callee) in library.SESSIONS

    def _target(self, call: Call, callee: Value | None) -> Function | None:
        """The function of the project that a call runs, also by the name of `asynccontextmanager(function)`."""
        found = None if callee is None else self.codebase.inference.function_behind(callee)
        if found is None and callee is not None and callee.kind is Kind.CLASS:
            return self.codebase.inference.function(callee)
        is_wrapped = found is None and callee is not None and callee.kind is Kind.CALLABLE
        made = self.codebase.site(call).written(call.callee) if is_wrapped else None
        if not isinstance(made, Call) or not made.positional:
            return found
        if self.codebase.inference.library_name(self.codebase.inference.callee(made)) not in CONTEXTS:
            return None
        known = definitions(self.codebase.inference, call.callee, place_of(call))
        place = known[0][1] if known else place_of(call)
        return self.codebase.inference.function_behind(self.codebase.value_at(made.positional[0], place))


def _passed(expr: Expr | None) -> Iterator[Expr]:
    """The values in an expression that are passed on as they are: not what is called on them, or read of them."""
    if isinstance(expr, (Name, Attribute)):
        yield expr
    elif expr is not None and not isinstance(expr, (Call, Await, Lambda)):
        for item in children(expr):
            yield from _passed(item)


def _is_made_once(made: Call) -> bool:
    """Whether a call makes one engine: not one for each of several databases, as a function with parameters may."""
    scope = made.block.scope
    return not isinstance(scope, Function) or len(scope.parameters) <= (scope.owner is not None)


def around_yield(target: Function, effects: Effects) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """What a function does before and after its one `yield`; nothing is known of one with several."""
    places = [item for item in target.exits if item.kind is ExitKind.YIELD]
    if not places:
        return effects.events, ()
    if len(places) != 1:
        return (), ()
    place = places[0]
    is_after = [
        place.block.within(event.left) if event.left is not None else event.call.statement.index > place.statement.index
        for event in effects.events
    ]
    rows = list(zip(effects.events, is_after, strict=True))
    return tuple(event for event, late in rows if not late), tuple(event for event, late in rows if late)


def _may_matter(call: Call) -> bool:
    """Whether an unknown call may use a session that is not handed to it: it is awaited, or entered."""
    return call.usage in DONE
