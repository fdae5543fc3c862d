"""ADB211."""

from __future__ import annotations

from async_db_lint.rule import *


class SyncSessionOnAsyncEngine(Rule):
    """A synchronous session or factory is bound to an async engine.

    Happens: `async with` raises `TypeError: 'Session' object does not support the asynchronous context
    manager protocol`; used without it, the first query raises `AsyncContextNotStarted`.

    Instead: `async_sessionmaker(engine, expire_on_commit=False)`, or `AsyncSession(engine)`.

    Silent: when the class of the sessions or the engine is not known.
    """

    code = "ADB211"
    name = "sync-session-on-async-engine"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls_to(SYNC_FACTORY, *SYNC_SESSIONS):
            made = call.gives
            is_sync = made is not None and (project.is_sync_session(made) or project.is_sync_session(made.inner))
            if is_sync and project.is_a(call.value_of(call.argument("bind", 0)), ENGINE):
                name = (call.library_name or "").rpartition(".")[2]
                yield suspect(call, f"`{name}` makes synchronous sessions, and this engine is async")
