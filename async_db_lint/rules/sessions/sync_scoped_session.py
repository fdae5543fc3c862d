"""ADB206."""

from __future__ import annotations

from async_db_lint.rule import *


class SyncScopedSession(Rule):
    """`scoped_session` wraps a factory of async sessions.

    Happens: its scope is the thread, and all requests of an event loop run in one thread: all of them
    get the same session, and one's rollback discards the others' work. `remove()` calls `close()`
    without awaiting it. SQLAlchemy 2.1 warns that this will become an error.

    Instead: pass the session to whom needs it; or `async_scoped_session(factory,
    scopefunc=asyncio.current_task)` with `await registry.remove()` at the end of each task.

    Silent: around synchronous factories, which threads of a task queue use.
    """

    code = "ADB206"
    name = "sync-scoped-session"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    guide = "Creating global session instances"

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls_to(SYNC_REGISTRY):
            if call.gives is not None and project.is_session(call.gives.inner):
                yield suspect(call, "`scoped_session` gives every request of the event loop the same async session")
