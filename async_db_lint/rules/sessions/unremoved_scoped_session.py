"""ADB212."""

from __future__ import annotations

from async_db_lint.rule import *


class UnremovedScopedSession(Rule):
    """An `async_scoped_session` keeps its sessions, and nothing calls `remove()`.

    Happens: the registry holds one session for each task, by the task, also after the task has ended:
    three finished tasks left three sessions. Memory grows, and what was not closed keeps its connection.

    Instead: `await registry.remove()` at the end of each request or job, or no registry: pass the session.

    Silent: when anything that may run calls `remove()` on it, or on something that is not understood;
    when a file that was not read may call it; for a registry that lives only as long as the function
    that makes it; in tests and scripts.
    """

    code = "ADB212"
    name = "unremoved-scoped-session"
    severity = Severity.WARNING
    consequence = Consequence.HOLDS_CONNECTIONS
    guide = "Creating global session instances"

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls_to(REGISTRY):
            if not call.is_in_application or not _is_kept(call):
                continue
            if project.may_be_unread("remove", call.call):
                continue
            if not any(_may_remove(call, other) for other in project.calls("remove")):
                yield suspect(call, "nothing calls `remove()` on this registry: it keeps the session of every task")


def _is_kept(call: CallSite) -> bool:
    """Whether the registry outlives the function that makes it."""
    if not isinstance(call.scope, Function):
        return call.usage is Usage.BOUND
    return any(target.value is call.call for target in call.scope.targets)


def _may_remove(call: CallSite, other: CallSite) -> bool:
    """Whether a call of `remove()` may be the registry's."""
    if other.call.receiver is None or other.call.arguments:
        return False
    value = other.owner
    if value is None or value.kind is Kind.FOREIGN:
        return True
    return value.name == REGISTRY and (not value.origins or call.call in value.origins)
