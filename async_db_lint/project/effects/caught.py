"""What happens to sessions in a `try`, in the `except` that catches an error there, and afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Sequence, Usage
from async_db_lint.index.scopes import CONDITIONS, LOOPS, Block, BlockKind, ExitKind, Function, Scope
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.effects.acts import RELEASES, Act
from async_db_lint.project.effects.effects import DONE, EffectsOfFunctions
from async_db_lint.project.effects.events import Event
from async_db_lint.project.effects.requests import Request
from async_db_lint.project.effects.subjects import Provenance, Subject
from async_db_lint.project.names.places import Place, excludes

FAILING = frozenset({Act.QUERY, Act.FLUSH, Act.COMMIT})
"""What the database may refuse."""
LEAVING = frozenset({ExitKind.RETURN, ExitKind.BREAK})
WRITING = ("flush", "commit")
ENDING = frozenset({"rollback", "close", "aclose", "reset", "invalidate"})
RAW = frozenset({"get_raw_connection"})  # below SQLAlchemy, errors are asyncpg's own
OWN_ROLLBACK = ("begin_nested", "begin")
WITHS = (BlockKind.WITH, BlockKind.ASYNC_WITH)
LOGGING = frozenset("debug info warning error exception critical log".split())
MAX_LEVELS = 2  # callers of callers, in which a session may be used on


class Handler(NamedTuple):
    """An `except`, and the dotted names of what it catches. Example: `for item in project.errors.handlers():`."""

    block: Block
    names: tuple[str, ...]

    def guards(self, block: Block) -> bool:
        """Whether a block is in the `try` that the `except` belongs to."""
        tried = _tried(self.block)
        return tried is not None and block.within(tried)


class Caught(NamedTuple):
    """An `except`, the names of what it catches, and what may fail in its `try`, of one session.

    Example: `for caught in project.errors.failing(item):`.
    """

    handler: Block
    names: tuple[str, ...]
    failing: Event
    subject: Subject


class CaughtErrors:
    """Finds the errors of sessions that are caught."""

    def __init__(self, codebase: Codebase, effects: EffectsOfFunctions) -> None:
        """Take the project's code, and what its functions do."""
        self.codebase = codebase
        self.effects = effects

    def handlers(self) -> Iterator[Handler]:
        """Every `except` of the application that names what it catches."""
        for function in self.codebase.functions():
            for block in function.blocks:
                if block.caught is not None and self.codebase.is_in_application(function):
                    yield Handler(block, tuple(self.names_of(block)))

    def goes_on(self, handler: Block) -> bool:
        """Whether an `except` neither raises nor rolls back, as far as its own lines show."""
        calls = _calls_within(handler)
        return not _has_raise(handler) and not any(call.method in ENDING or self._raises(call) for call in calls)

    def swallows(self, handler: Block) -> bool:
        """Whether an `except` certainly raises nothing, nor what it calls."""
        return not _has_raise(handler) and not any(map(self._may_raise, _calls_within(handler)))

    def _raises(self, call: Call) -> bool:
        """Whether a function of the project that is called raises, as one that handles errors does."""
        function = self.codebase.inference.function(self.codebase.inference.callee(call))
        return function is not None and any(row.kind is ExitKind.RAISE for row in function.exits)

    def _may_raise(self, call: Call) -> bool:
        """Whether a call raises, or is of something that is not known; a logger may lie in a file that was not read."""
        is_unknown = self.codebase.inference.callee(call) is None and call.method not in LOGGING
        return is_unknown or self._raises(call)

    def may_write(self, handler: Block) -> bool:
        """Whether something in the `try` of an `except` may flush or commit, itself or by what it calls."""
        if handler.scope not in self._writing:
            return False
        return any(call.usage in DONE and self._writes(call) for call in _calls_within(_tried(handler)))

    def _writes(self, call: Call) -> bool:
        if call.method in WRITING:
            return True
        return self.codebase.inference.function(self.codebase.inference.callee(call)) in self._writing

    @cached_property
    def _writing(self) -> set[Scope]:
        return {*self.effects.functions_that_end(WRITING)}

    def failing(self, item: Handler) -> Iterator[Caught]:
        """Each thing that may fail in the `try` of an `except`, on a session that was there before."""
        handler = item.block
        tried = _tried(handler)
        calls = _calls_within(tried)
        if tried is None or not isinstance(handler.scope, Function):
            return
        if any(self._is_savepoint(call) for call in calls) or not any(call.usage in DONE for call in calls):
            return
        for event in self.effects.of(handler.scope).events:
            is_tried = event.act in FAILING and event.block.within(tried) and not _is_caught_before(event, tried)
            if is_tried and _is_from_outside(event.subject, tried):
                assert event.subject is not None
                yield Caught(handler, item.names, event, event.subject)

    def _is_savepoint(self, call: Call) -> bool:
        """Whether a call begins a savepoint or transaction that is rolled back alone, itself or by a manager."""
        if call.method in OWN_ROLLBACK or call.method in RAW:
            return True
        is_entered = call.usage is Usage.ENTERED
        callee = self.codebase.inference.callee(call) if is_entered else None
        wrapped = self.codebase.inference.function_behind(callee)
        return wrapped is not None and any(item.method in OWN_ROLLBACK for item in wrapped.calls)

    def names_of(self, handler: Block) -> Iterator[str]:
        """The dotted names of what is caught; empty for what is not known."""
        if not handler.heads:
            yield "builtins.BaseException"
            return
        head: Expr = handler.heads[0]
        index = -1 if handler.opener is None else handler.opener.index
        for item in head.items if isinstance(head, Sequence) else (head,):
            value = self.codebase.value_at(item, Place(handler, index))
            yield value.name if value is not None and value.name else ""

    def used_on(self, item: Caught, requests: tuple[Request, ...]) -> Event | None:
        """What the same session does after an error was caught and it was not rolled back; None for nothing known."""
        function = item.handler.scope
        if not isinstance(function, Function) or self._is_ended(item, function):
            return None
        is_left = any(row.kind in LEAVING and row.block.within(item.handler) for row in function.exits)
        events = self.effects.of(function).events
        own = None if is_left else _next(item.subject, _after(item, events))
        if own is not None:
            return own if _breaks(item, own) and _is_straight(item.handler, own) else None
        late = next((request.after for request in requests if request.route is function), ())
        found = _next(item.subject, list(late))
        return (found if found is not None and _breaks(item, found) else None) or self._by_callers(item, function, 0)

    def _is_ended(self, item: Caught, function: Function) -> bool:
        """Whether the `except`, or a `finally`, raises, rolls back, or does what is not known."""
        if any(row.kind is ExitKind.RAISE and row.block.within(item.handler) for row in function.exits):
            return True
        ends = [
            block
            for block in function.blocks
            if block is item.handler or (block.kind is BlockKind.FINALLY and block.opener is item.handler.opener)
        ]
        ending = (*RELEASES, Act.UNKNOWN)
        events = self.effects.of(function).events
        return any(event.act in ending and event.block.within(block) for event in events for block in ends)

    def _by_callers(self, item: Caught, function: Function, level: int) -> Event | None:
        """What a caller does with the session that it has given, after the call."""
        for call in self.codebase.inference.callers(function) if level < MAX_LEVELS else ():
            scope = call.block.scope
            subject = self.effects.subjects.seen_from(item.subject, call, function)
            if subject is None or not isinstance(scope, Function) or _is_tried(call):
                continue
            later = [event for event in self.effects.of(scope).events if _is_later(event, call)]
            found = _next(subject, later)
            if found is not None and _breaks(item, found) and not found.block.inside(CONDITIONS):
                return found
            if found is None:
                deeper = self._by_callers(item._replace(subject=subject), scope, level + 1)
                if deeper is not None:
                    return deeper
        return None


def _is_caught_before(event: Event, tried: Block) -> bool:
    """Whether an error is caught in a `try` inside of another, or below a call by code that rolls back."""
    for block in event.block.outward():
        if block is tried:
            break
        if block.kind is BlockKind.TRY and any(_handlers(block)):
            return True
    around = [block for call in event.chain for block in call.block.outward()]
    heads = [head for block in around if block.kind in WITHS for head in block.heads]
    if any(isinstance(head, Call) and head.method in OWN_ROLLBACK for head in heads):
        return True
    below = (block for block in around if block.kind is BlockKind.TRY)
    return any(
        call.method == "rollback" and call.block.within(handler)
        for block in below
        for handler in _handlers(block)
        for call in handler.scope.calls
    )


def _has_raise(handler: Block) -> bool:
    return any(row.kind is ExitKind.RAISE and row.block.within(handler) for row in handler.scope.exits)


def _tried(handler: Block) -> Block | None:
    """The `try` that an `except` belongs to; None where nothing is in it."""
    blocks = handler.scope.blocks
    return next((block for block in blocks if block.kind is BlockKind.TRY and block.opener is handler.opener), None)


def _calls_within(block: Block | None) -> list[Call]:
    return [] if block is None else [call for call in block.scope.calls if call.block.within(block)]


def _handlers(tried: Block) -> Iterator[Block]:
    blocks = tried.scope.blocks
    return (item for item in blocks if item.kind is BlockKind.EXCEPT and item.opener is tried.opener)


def _is_from_outside(subject: Subject | None, tried: Block) -> bool:
    """Whether a session was there before a `try`, so that it is there afterwards."""
    if subject is None or subject.is_connection:
        return False
    origin = subject.origin
    if subject.source is Provenance.OPENED and isinstance(origin, Call):
        return origin.block.scope is tried.scope and not origin.block.within(tried)
    return subject.source in (Provenance.INJECTED, Provenance.PARAMETER, Provenance.CONSTRUCTOR)


def _breaks(item: Caught, event: Event) -> bool:
    """Whether an event fails after an error: not a commit after a statement, which only gives up what was written."""
    return event.act in FAILING and not (item.failing.act is Act.QUERY and event.act is Act.COMMIT)


def _is_straight(handler: Block, event: Event) -> bool:
    """Whether an event is reached in any case after an `except`: under no condition, and nothing may leave before."""
    around = handler.parent or handler
    if not around.within(event.block):
        return event.block.within(around) and not event.block.inside(CONDITIONS) and event.call.block.inside(LOOPS)
    start = -1 if handler.opener is None else handler.opener.index
    between = range(start, event.call.statement.index)
    own = handler.scope.blocks
    tried = {id(block) for block in own if block.opener is handler.opener}
    return not any(
        row.statement.index in between and not any(id(block) in tried for block in row.block.outward())
        for row in handler.scope.exits
        if row.kind is not ExitKind.YIELD
    )


def _next(subject: Subject, events: list[Event]) -> Event | None:
    """The first event of a session among some that are certain, or that end it in any case."""
    for event in events:
        if event.subject == subject and event.act is not Act.ADD:
            return event
    return None


def _after(item: Caught, events: tuple[Event, ...]) -> list[Event]:
    """The events of a function after an error was caught: below the `try`, and again in a loop around it."""
    handler = item.handler
    start = -1 if handler.opener is None else handler.opener.index
    last = max((row.statement.index for row in handler.scope.calls if row.block.within(handler)), default=start)
    own = {id(block) for block in handler.scope.blocks if block.opener is handler.opener}
    later = [event for event in events if event.call.statement.index > last and not excludes(event.block, handler)]
    later = [event for event in later if not any(id(block) in own for block in event.block.outward())]
    loop = next((block for block in handler.outward() if block.kind in LOOPS), None)
    return [*later, *(event for event in events if loop is not None and event.block.within(loop))]


def _is_later(event: Event, call: Call) -> bool:
    if event.call is call or excludes(event.block, call.block):
        return False
    return event.left is not None or event.call.statement.index > call.statement.index


def _is_tried(call: Call) -> bool:
    """Whether a call is made in a `try`, whose `except` may roll back what went wrong below."""
    return call.block.inside(frozenset({BlockKind.TRY}))
