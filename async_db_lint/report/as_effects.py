"""What a function does to sessions and connections, as text: in order, each with its place and the calls below it."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function, Scope
from async_db_lint.project.effects.events import Effects, Event
from async_db_lint.project.effects.subjects import Provenance, Subject
from async_db_lint.project.names.quoted_code import quoted
from async_db_lint.project.project import Project
from async_db_lint.report.formats import Shown


def qualified(function: Function) -> str:
    """A function's name with the classes and functions around it: `Orders.create`."""
    names: list[str] = []
    scope: Scope | None = function
    while scope is not None and scope.parent is not None:
        names.append(scope.name)
        scope = scope.parent
    return ".".join(reversed(names))


def render(project: Project, function: Function, shown: Shown) -> str:
    """The effects of a function, with those of what is injected around it where it is a route."""
    request = next((request for request in project.requests if request.route is function), None)
    own = project.effects.of(function) if request is None else request.own
    lines = [f"{shown(function.path)}:{function.span.line} {qualified(function)}"]
    if request is not None:
        lines += _part("before it, by what is injected", request.before, shown)
    lines += _part("in it", own.events, shown)
    if request is not None:
        lines += _part("after it, by what is injected", request.after, shown)
    return "\n".join((*lines, "", _strength(own)))


def _part(title: str, events: tuple[Event, ...], shown: Shown) -> Iterator[str]:
    yield ""
    yield f"{title}:" if events else f"{title}: nothing"
    for event in events:
        yield from _lines(event, shown)


def _lines(event: Event, shown: Shown) -> Iterator[str]:
    """An event, and below it the calls that lead to what acts."""
    whose = "" if event.subject is None else f" {_session(event.subject)}"
    perhaps = "" if event.is_certain else ", perhaps"
    end = " at the end of its `with`" if event.left is not None else ""
    yield f"  {_place(event.call, shown)}  {event.act.value}{whose}{perhaps}: `{quoted(event.call)}`{end}"
    for call in event.chain:
        yield f"      {_place(call, shown)}  by `{quoted(call)}`"


def _place(call: Call, shown: Shown) -> str:
    return f"{shown(call.path)}:{call.span.line}"


def _session(subject: Subject) -> str:
    """A session by how the code comes by it."""
    kind = "the connection" if subject.is_connection else "the session"
    match subject.source:
        case Provenance.INJECTED if isinstance(subject.origin, Function):
            return f"{kind} of `{subject.origin.name}`"
        case Provenance.OPENED if isinstance(subject.origin, Call):
            return f"{kind} of `{quoted(subject.origin)}` in line {subject.origin.span.line}"
        case Provenance.CONSTRUCTOR if isinstance(subject.origin, Scope):
            return f"{kind} that `{subject.origin.name}` is made with"
    return f"`{subject.name.partition('|')[0]}`"


def _strength(effects: Effects) -> str:
    """Whether that is all."""
    if effects.is_lost:
        return "What it does to the sessions that it is given is not known: it calls itself, or is too long."
    if not effects.is_whole:
        return "It may do more: it awaits something that is not understood."
    return "That is all it does to sessions and connections."
