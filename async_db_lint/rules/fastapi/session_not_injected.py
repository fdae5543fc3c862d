"""ADB601."""

from __future__ import annotations

from async_db_lint.fixes.nodes.injected_session import injecting
from async_db_lint.rule import *

STREAMS = ("StreamingResponse", "EventSourceResponse")
BACKGROUND = ("add_task", "create_task")


class SessionNotInjected(Rule):
    """A route makes its own session, or uses one of its module.

    Happens: with a module's session, what ADB201 says. With its own, the route cannot share its
    transaction with other dependencies, and a test cannot give it another session by
    `dependency_overrides`. Where a dependency holds a session as well, a request needs more than one
    connection, and requests wait for each other (ADB213).

    Instead: `session: Annotated[AsyncSession, Depends(get_session)]`.

    Silent: for WebSockets, streams and background work, where a session of their own is right, for
    repositories and units of work that own their session, and in a route that uses a given session too.
    This rule is advice.
    """

    code = "ADB601"
    name = "session-not-injected"
    severity = Severity.ADVICE
    consequence = Consequence.COSTS
    fix = Safety.UNSAFE
    guide = "Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Suspects:
        for function in project.functions_run_as(Trigger.ROUTE):
            if not project.is_in_application(function):
                continue
            if any(call.method in (*STREAMS, *BACKGROUND) for call in function.calls) or _receives(project, function):
                continue
            calls = [project.site(call) for call in function.calls]
            route = f"the route `{function.name}`"
            own = next((call for call in calls if _is_own(project, call)), None)
            used = next((call for call in function.calls if project.is_on_session_of_module(call)), None)
            if own is not None:
                injection = injection_for(project, function, own)
                message = f"{route} makes its own session instead of receiving one"
                yield suspect(own, message, fix=None if injection is None else injecting(injection))
            elif used is not None:
                yield suspect(used, f"{route} uses a session of its module instead of receiving one")


def _receives(project: Project, route: Function) -> bool:
    """Whether a route uses a session that it is given, itself or in an object: the second is meant."""
    names = [item.name for item in route.parameters if len(route.bindings[item.name]) == 1]
    given = [project.value_at(Name(name), end_of(route)) for name in names if any(True for _ in uses_of(name, route))]
    return any(value is not None and (project.is_session(value) or is_lent(project, value)) for value in given)


def _is_own(project: Project, call: CallSite) -> bool:
    """Whether a call opens a session by what the module knows: a factory, an engine, or a helper around them."""
    if call.usage is not Usage.ENTERED or not project.is_session(project.value_at(Enter(call.call, True), call.place)):
        return False
    opener: Expr | None = call.argument("bind", 0) if call.library_name in SESSIONS else call.call.callee
    while isinstance(opener, Attribute):
        opener = opener.value
    return isinstance(opener, Name) and not project.is_local(opener, call.place)
