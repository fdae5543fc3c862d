"""ADB415."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project import library
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.source import Role


class LegacyQueryOnSyncSession(Rule):
    """`query()` on a synchronous session, in the application of a project that is async.

    Happens: it works, in the thread or script where the session lives. It cannot be carried over:
    async sessions have no `query()`, so the code has to be written twice.

    Instead: `session.scalars(select(User).where(…)).first()`, which both kinds of session understand.

    Silent: in functions given to `run_sync`, in tests, migrations and scripts, and in projects without
    an async session.
    """

    code = "ADB415"
    name = "legacy-query-on-sync-session"
    severity = Severity.WARNING
    guide = "Use SQLAlchemy 2.0 style queries (`select()` instead of `query()`)"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        if not project.is_async:
            return
        for call, _ in project.methods(["query"], *library.SYNC_SESSIONS):
            is_served = call.block.scope.module in project.application_modules
            if is_served and project.role(call) is Role.APPLICATION and not _is_run_sync(project, call):
                yield at_call(call, "`query()` is the legacy interface: async sessions do not have it")


def _is_run_sync(project: Project, call: Call) -> bool:
    """Whether the function around a call is given to `run_sync`."""
    function = call.block.scope
    if not isinstance(function, Function):
        return False
    for other in project.table.named("run_sync"):
        given = project.value(other.argument("fn", 0), other)
        if given is not None and given.definition is function:
            return True
    return False
