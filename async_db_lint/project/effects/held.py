"""Where a session certainly holds a connection: from a statement on until it commits, rolls back or is closed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import LOOPS, Block
from async_db_lint.project.effects.acts import RELEASES, Act
from async_db_lint.project.effects.events import Event
from async_db_lint.project.effects.subjects import Subject
from async_db_lint.project.names.places import excludes, is_certain


class Held(NamedTuple):
    """A session with the event since which it holds a connection.

    Example: `for held in project.held_at(call.call, request.before):`.
    """

    subject: Subject
    since: Event


def held_after(events: Sequence[Event], block: Block, before: Sequence[Event] = ()) -> list[Held]:
    """The sessions that certainly hold a connection in a block of a function after some of its events, in order.

    `before` is what happened before the function was called.
    """
    state: dict[Subject, Event] = {}
    added: set[Subject] = set()
    for event in before:
        _apply(state, added, event, is_on_the_way=event.is_certain and is_certain(event.block))
    for event in events:
        if not excludes(event.block, block):
            _apply(state, added, event, event.is_certain and block.within(event.block))
    return [Held(subject, event) for subject, event in state.items()]


def events_before(events: Sequence[Event], place: Call) -> list[Event]:
    """The events of a function before one of its calls is made."""
    earlier = {id(call) for call in _calls_before(place)}
    return [event for event in events if id(event.call) in earlier and not _is_inside(place, event)]


def events_of_rounds(events: Sequence[Event], place: Call) -> list[Event]:
    """The events of a function before one of its calls is made once more, in the innermost loop around it."""
    first = events_before(events, place)
    loop = next((block for block in place.block.outward() if block.kind in LOOPS), None)
    if loop is None:
        return first
    later = [event for event in events if event not in first and event.block.within(loop)]
    return [*first, *later, *(event for event in first if event.block.within(loop))]


def _calls_before(place: Call) -> Iterator[Call]:
    for call in place.block.scope.calls:
        if call is place:
            return
        yield call


def _is_inside(place: Call, event: Event) -> bool:
    """Whether an event is the end of a `with` that a call stands in."""
    return event.left is not None and place.block.within(event.left)


def _apply(state: dict[Subject, Event], added: set[Subject], event: Event, is_on_the_way: bool) -> None:
    """What an event makes of the sessions that hold a connection."""
    subject = event.subject
    if subject is None:
        if event.act in RELEASES or event.act is Act.UNKNOWN:
            state.clear()  # it may be any of them
        return
    if event.act is Act.UNKNOWN or (event.act in RELEASES and not _stays(subject, event)):
        state.pop(subject, None)
    elif event.act is Act.ADD and is_on_the_way:
        added.add(subject)
    elif is_on_the_way and (event.act is Act.QUERY or (event.act is Act.FLUSH and subject in added)):
        state.setdefault(subject, event)


def _stays(subject: Subject, event: Event) -> bool:
    """Whether a connection, other than a session, is kept: only closing it gives it back."""
    return event.act is not Act.CLOSE and subject.is_connection
