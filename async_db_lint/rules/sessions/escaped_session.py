"""ADB208."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

BEFORE_RESPONSE = "the dependency is closed before the task runs: the session opens again and is never closed"
AFTER_TASK = (
    "the session stays open, with its connection, until the task has ended, and what it does not commit is lost"
)


class EscapedSession(Rule):
    """The request's session is handed to work that outlives the request.

    Happens: with `create_task` the session is closed while the task works: its next use opens it
    again, silently, and nobody closes it. With `BackgroundTasks` it depends on FastAPI: up to 0.117,
    and with `Depends(…, scope="function")`, the same happens; from 0.118 on the session stays open
    until the task has ended, keeps its connection for so long, and what the task does not commit itself
    is lost.

    Instead: pass ids, and let the task open its own session.

        background.add_task(send_mail, user.id)

    Silent: when the task is awaited in the same function, when only values are passed, when the
    function ignores the session, and when the session is not the request's.
    """

    code = "ADB208"
    name = "escaped-session"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    guide = "Creating global session instances; Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Suspects:
        consequence = _consequence(project.versions.of("fastapi"))
        for call in project.calls("add_task", on=("starlette.BackgroundTasks",)):
            for carried in _handed(project, call.call):
                yield suspect(call, f"`{carried.text}` is handed to a background task: {consequence}")
        for start, coroutine in tasks(project):
            if is_awaited_later(start) or _ends_with_group(project, start):
                continue
            for carried in carried_by(project, coroutine):
                is_one = is_session_or_connection(project, carried.value) or is_lent(project, carried.value)
                if is_one and is_of_request(project, carried.expr, place_of(start)):
                    yield suspect(
                        start, f"`{carried.text}` is closed with the request while this task may still use it"
                    )
        yield from _behind_routes(project, consequence)
        for request in project.requests:
            yield from _in_streams(project, request)


def _behind_routes(project: Project, consequence: str) -> Suspects:
    """The request's sessions that functions which a route calls hand to later work."""
    reported: set[Call] = set()
    for request in project.requests:
        for event in request.own.events:
            is_escape = event.act is Act.ESCAPE and event.chain and event.site not in reported
            if is_escape and event.subject is not None and event.subject.source is Provenance.INJECTED:
                reported.add(event.site)
                what = f"the session of `{request.route.name}`"
                if event.site.method == "add_task":
                    message = f"{what} is handed to a background task: {consequence}"
                else:
                    message = f"{what} is closed with the request while this task may still use it"
                yield suspect(event.site, message).with_related(related_calls([event.call, *event.chain[:-1]]))


def _in_streams(project: Project, request: Request) -> Suspects:
    """The sessions that a streamed body reads, and that are closed before it is sent."""
    closes_first = project.versions.ends_dependencies_first
    for call in request.route.calls:
        content = call.argument("content", 0)
        if call.method not in ("StreamingResponse", "EventSourceResponse") or not isinstance(content, Call):
            continue
        for carried in carried_by(project, content):
            subject = project.effects.session_in(carried.expr, place_of(call))
            is_injected = subject is not None and subject.source is Provenance.INJECTED
            if subject is not None and is_injected and (closes_first or subject.scope.startswith("function")):
                yield suspect(call, f"`{carried.text}` is closed before this body is sent: reading opens it again")


def _handed(project: Project, call: Call) -> Iterator[Carried]:
    """The request's sessions that `add_task` takes along: in the object of the method, or as arguments."""
    for carried in handed_over(project, call):
        if is_of_request(project, carried.expr, place_of(call)):
            yield carried


def _consequence(version: Range) -> str:
    """What becomes of the session, in the FastAPI versions that the project allows."""
    if version.within("0.118"):
        return AFTER_TASK
    if version.outside("0.118"):
        return BEFORE_RESPONSE
    return f"up to FastAPI 0.117 {BEFORE_RESPONSE}; from 0.118 on {AFTER_TASK}"


def _ends_with_group(project: Project, start: Call) -> bool:
    """Whether a task belongs to a group, which is not left before its tasks have ended."""
    return project.is_a(project.value(start.receiver, start), "asyncio.TaskGroup")
