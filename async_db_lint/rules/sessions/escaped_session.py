"""ADB208."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Name, Usage
from async_db_lint.project.carriers import Carried, Carriers
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.project.uses import bound_name, uses_of
from async_db_lint.project.versions import Range
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.rules.tasks import tasks

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

    def suspects(self, project: Project) -> Iterator[Suspect]:
        carriers = Carriers(project)
        consequence = _consequence(project.versions.of("fastapi"))
        for call, _ in project.methods(["add_task"], "starlette.BackgroundTasks"):
            for carried in _handed(carriers, call):
                yield at_call(call, f"`{carried.text}` is handed to a background task: {consequence}")
        for call, coroutine in tasks(project):
            if _is_awaited_later(call):
                continue
            for carried in carriers.carried(coroutine):
                is_session = carriers.is_session(carried.value)
                if (is_session or carriers.is_lent(carried.value)) and carriers.from_dependency(
                    carried.expr, place_of(call)
                ):
                    message = f"`{carried.text}` is closed with the request while this task may still use it"
                    yield at_call(call, message)


def _handed(carriers: Carriers, call: Call) -> Iterator[Carried]:
    positional = call.positional
    place = place_of(call)
    owner = carriers.bound(positional[0], place) if positional else None
    if owner is not None and carriers.from_dependency(owner.expr, place):
        yield owner
    for position, given in enumerate(positional[1:]):
        if carriers.from_dependency(given, place):
            carried = carriers.handed(positional[0], given, place, position)
            if carried is not None:
                yield carried


def _consequence(version: Range) -> str:
    """What becomes of the session, in the FastAPI versions that the project allows."""
    if version.within("0.118"):
        return AFTER_TASK
    if version.outside("0.118"):
        return BEFORE_RESPONSE
    return f"up to FastAPI 0.117 {BEFORE_RESPONSE}; from 0.118 on {AFTER_TASK}"


def _is_awaited_later(call: Call) -> bool:
    """Whether a task is kept in a name or collection from which it may be awaited."""
    if call.usage is Usage.STATEMENT:
        return False
    if call.usage is not Usage.BOUND:
        return True
    name = bound_name(call)
    if name is None:
        return True
    scope = call.block.scope
    awaited = any(item.value == Name(name) for item in scope.awaits)
    passed = any(isinstance(parent, Call) for parent in uses_of(name, scope))
    return awaited or passed
