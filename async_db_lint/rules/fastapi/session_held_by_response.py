"""ADB614."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

STREAMS = frozenset(("StreamingResponse", "EventSourceResponse", "FileResponse"))
IN_MEMORY = frozenset(("BytesIO", "StringIO", "iter", "list", "tuple"))
RECEIVING = frozenset(
    ("receive", "receive_text", "receive_json", "receive_bytes", "iter_text", "iter_json", "iter_bytes")
)


class SessionHeldByResponse(Rule):
    """A session that is injected into a stream or WebSocket keeps its connection until the client has gone.

    Happens: a dependency ends after the response is sent. A stream, a file or a WebSocket is sent for as
    long as the client reads, and with it lives every session that the route was given, also by a
    dependency of a dependency, such as the one that checks the user. A session that has run a query
    holds a connection of the pool all that time. With a pool of two, two open streams were enough: the
    third request got no connection and was answered with 500.

    Instead: end the transaction before the response starts, or close the session earlier.

        user = await session.get(User, user_id)
        await session.commit()  # gives the connection back
        return StreamingResponse(events(user.name))

    Read what the response needs before the commit, or make sessions with `expire_on_commit=False`.
    `Depends(get_session, scope="function")` closes the session before the response is sent.

    Silent: after `commit()`, `rollback()` or `close()`; with `scope="function"`; with FastAPI 0.106 to
    0.117, where the session is closed first; when nothing is known to run a query; for bodies in memory; when
    the stream itself reads the session.
    """

    code = "ADB614"
    name = "session-held-by-response"
    severity = Severity.ERROR
    consequence = Consequence.HOLDS_CONNECTIONS

    def suspects(self, project: Project) -> Suspects:
        closes_first = project.versions.ends_dependencies_first
        for request in project.requests:
            if request.trigger is Trigger.WEBSOCKET:
                held = list(_by_socket(project, request))
                message = "keeps its connection for as long as the client of this WebSocket stays"
            elif not closes_first:
                held = list(_by_response(project, request))
                message = "keeps its connection until the client has read the whole response"
            else:
                continue
            if held:
                found = suspect_function(request.route, f"the session of `{_name(held[0])}` {message}")
                yield found.with_related(_queried(held[0]))


def _by_response(project: Project, request: Request) -> Iterator[Held]:
    """The injected sessions that hold a connection when a streamed response is returned."""
    for item in request.route.exits:
        call = _streaming(project, item)
        if call is None:
            continue
        for held in project.held_at(call, request.before):
            if _is_of_request(held) and not _is_read(project, request.route, call, held.subject):
                yield held


def _streaming(project: Project, item: Exit) -> Call | None:
    """The call that makes the response which is returned, where the client decides how long it takes."""
    value = item.value
    if isinstance(value, Name):
        rows = item.block.scope.bindings.get(value.name, [])
        value = rows[0].value if len(rows) == 1 and is_expression(rows[0].value) else None
    if not isinstance(value, Call) or value.method not in STREAMS:
        return None
    site = project.site(value)
    if site.callee is None or site.callee.kind not in (Kind.LIBRARY, Kind.FOREIGN):
        return None
    content = site.written(value.argument("content", 0))
    is_display = isinstance(content, (Sequence, Literal, Comprehension))
    in_memory = is_display or (isinstance(content, Call) and content.method in IN_MEMORY)
    return None if in_memory and value.method != "FileResponse" else value


def _is_read(project: Project, route: Function, response: Call, subject: Subject) -> bool:
    """Whether the body of a response reads a session itself: then the session has to live as long."""
    content = response.argument("content", 0)
    inner = {name for function in route.functions for name in ([function.name] if function.is_generator else [])}
    for part in walk(content) if content is not None else ():
        if isinstance(part, Name) and part.name in inner:
            return True  # it may use the names around it
        if project.effects.session_in(part, place_of(response)) == subject:
            return True
    return False


def _by_socket(project: Project, request: Request) -> Iterator[Held]:
    """The injected sessions that hold a connection while a WebSocket waits for its client, again and again."""
    for call in request.route.calls:
        if call.method in RECEIVING and call.block.inside(LOOPS):
            for held in project.held_in_loop_at(call, request.before):
                if _is_of_request(held):
                    yield held


def _is_of_request(held: Held) -> bool:
    return held.subject.source is Provenance.INJECTED and held.subject.scope.startswith("request")


def _name(held: Held) -> str:
    origin = held.subject.origin
    return origin.name if isinstance(origin, Function) else ""


def _queried(held: Held) -> Iterator[Related]:
    site = held.since.site
    yield Related(site.path, site.span, "it has a connection since this query")
