"""ADB601."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Call, Name, Usage
from async_db_lint.index.scopes import Class, Module
from async_db_lint.project import library
from async_db_lint.project.application import Trigger
from async_db_lint.project.definitions import bindings_of
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.rules.mending.injecting import injected, injection_for
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye

STREAMS = ("StreamingResponse", "EventSourceResponse")
BACKGROUND = ("add_task", "create_task")


class SessionNotInjected(Rule):
    """A route makes its own session, or uses one of its module.

    Happens: with a module's session, what ADB201 says. With its own: nothing at run time, but the
    route cannot share its transaction with other dependencies, and a test cannot give it another
    session by `dependency_overrides`.

    Instead: `session: Annotated[AsyncSession, Depends(get_session)]`.

    Silent: for WebSockets, streams and background work, where a session of their own is right, and for
    repositories and units of work that own their session. This rule is advice.
    """

    code = "ADB601"
    name = "session-not-injected"
    severity = Severity.ADVICE
    fix = Safety.UNSAFE
    guide = "Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for function, triggers in project.application.triggers.items():
            if Trigger.ROUTE not in triggers or project.role(function) is not Role.APPLICATION:
                continue
            if any(call.method in (*STREAMS, *BACKGROUND) for call in function.calls):
                continue
            found = next((call for call in function.calls if _is_own(project, call)), None)
            if found is not None:
                message = f"the route `{function.name}` makes its own session instead of receiving one"
                yield at_call(found, message, facts=injection_for(project, function, found))
                continue
            used = next((call for call in function.calls if project.is_on_session_of_module(call)), None)
            if used is not None:
                yield at_call(
                    used, f"the route `{function.name}` uses a session of its module instead of receiving one"
                )

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        return None if suspect.facts is None else injected(suspect.facts, eye)


def _is_own(project: Project, call: Call) -> bool:
    """Whether a call opens a session from a factory that the module knows by name, or on an engine."""
    if call.usage is not Usage.ENTERED:
        return False
    if project.name_of(call) in library.SESSIONS:
        bind = call.argument("bind", 0)
        bound = bindings_of(bind.name, place_of(call)) if isinstance(bind, Name) else None
        return bound is not None and isinstance(bound[0], (Module, Class))
    if not isinstance(call.callee, Name):
        return False
    callee = project.inference.callee(call)
    if callee is None or callee.inner is None or not project.is_session(callee.inner):
        return False
    found = bindings_of(call.callee.name, place_of(call))
    return found is not None and isinstance(found[0], (Module, Class))
