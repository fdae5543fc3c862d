"""ADB212."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import Function
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.source import Role


class UnremovedScopedSession(Rule):
    """An `async_scoped_session` keeps its sessions, and nothing calls `remove()`.

    Happens: the registry holds one session for each task, by the task, also after the task has ended:
    three finished tasks left three sessions. Memory grows, and what was not closed keeps its connection.

    Instead: `await registry.remove()` at the end of each request or job, or no registry: pass the session.

    Silent: when anything that may run calls `remove()` on it, or on something that is not understood;
    for a registry that lives only as long as the function that makes it; in tests and scripts.
    """

    code = "ADB212"
    name = "unremoved-scoped-session"
    severity = Severity.WARNING
    guide = "Creating global session instances"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call in project.makers_of(library.REGISTRY):
            if project.role(call) is not Role.APPLICATION or not _is_kept(call):
                continue
            if not any(_may_remove(project, call, other) for other in project.table.named("remove")):
                yield at_call(call, "nothing calls `remove()` on this registry: it keeps the session of every task")


def _is_kept(call: Call) -> bool:
    """Whether the registry outlives the function that makes it."""
    scope = call.block.scope
    if not isinstance(scope, Function):
        return call.usage is Usage.BOUND
    return any(target.value is call for target in scope.targets)


def _may_remove(project: Project, call: Call, other: Call) -> bool:
    """Whether a call of `remove()` may be the registry's."""
    if other.receiver is None or other.arguments:
        return False
    value = project.inference.value(other.receiver, place_of(other))
    if value is None or value.kind is Kind.FOREIGN:
        return True
    return value.name == library.REGISTRY and (not value.origins or call in value.origins)
