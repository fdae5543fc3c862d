"""ADB415."""

from __future__ import annotations

from async_db_lint.rule import *


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
    consequence = Consequence.COSTS
    guide = "Use SQLAlchemy 2.0 style queries (`select()` instead of `query()`)"

    def suspects(self, project: Project) -> Suspects:
        if not project.is_async:
            return
        for call in project.calls("query", on=SYNC_SESSIONS):
            if call.is_imported_by_application and call.is_in_application and not _is_in_run_sync(project, call):
                yield suspect(call, "`query()` is the legacy interface: async sessions do not have it")


def _is_in_run_sync(project: Project, call: CallSite) -> bool:
    """Whether the function around a call is given to `run_sync`."""
    if not isinstance(call.scope, Function):
        return False
    given = (other.value_of(other.argument("fn", 0)) for other in project.calls("run_sync"))
    return any(value is not None and value.definition is call.scope for value in given)
