"""ADB211."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.project import library
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call


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

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call in project.makers_of(library.SYNC_FACTORY, *library.SYNC_SESSIONS):
            if not _makes_sync(project, call):
                continue
            engine = project.value(call.argument("bind", 0), call)
            if engine is not None and project.inference.is_a(engine, library.ENGINE):
                name = (project.name_of(call) or "").rpartition(".")[2]
                yield at_call(call, f"`{name}` makes synchronous sessions, and this engine is async")


def _makes_sync(project: Project, call: Call) -> bool:
    made = project.inference.call(call)
    if made is None:
        return False
    return project.is_sync_session(made) or project.is_sync_session(made.inner)
