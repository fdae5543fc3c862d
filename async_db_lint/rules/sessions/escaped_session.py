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
    guide = "Creating global session instances; Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Suspects:
        consequence = _consequence(project.versions.of("fastapi"))
        for call in project.calls("add_task", on=("starlette.BackgroundTasks",)):
            for carried in _handed(project, call.call):
                yield suspect(call, f"`{carried.text}` is handed to a background task: {consequence}")
        for start, coroutine in tasks(project):
            if _is_awaited_later(start):
                continue
            for carried in carried_by(project, coroutine):
                is_one = is_session_or_connection(project, carried.value) or is_lent(project, carried.value)
                if is_one and is_of_request(project, carried.expr, place_of(start)):
                    yield suspect(
                        start, f"`{carried.text}` is closed with the request while this task may still use it"
                    )


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


def _is_awaited_later(start: Call) -> bool:
    """Whether a task is kept in a name or collection from which it may be awaited."""
    if start.usage is Usage.STATEMENT:
        return False
    name = bound_name(start) if start.usage is Usage.BOUND else None
    if name is None:
        return True
    scope = start.block.scope
    is_awaited = any(item.value == Name(name) for item in scope.awaits)
    return is_awaited or any(isinstance(parent, Call) for parent in uses_of(name, scope))
