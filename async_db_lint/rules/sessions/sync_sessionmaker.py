"""ADB203."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.project import library
from async_db_lint.project.project import Project
from async_db_lint.project.versions import parsed
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.source import Role


class SyncSessionmaker(Rule):
    """Async sessions come from `sessionmaker(class_=AsyncSession)`.

    Happens: it works, untyped. Type checkers refuse the call, and once that is silenced its sessions
    are `Any`: a forgotten `await session.commit()` is not seen. Without `class_` in one place the
    factory makes synchronous sessions.

    Instead: `async_sessionmaker(engine, expire_on_commit=False)`, of SQLAlchemy 2.

    Silent: for factories of synchronous sessions, in tests and migrations, and where the project's
    files allow SQLAlchemy 1.4 as well as 2.0. For a project that is on 1.4, which has no
    `async_sessionmaker`, the message says what it takes.
    """

    code = "ADB203"
    name = "sync-sessionmaker"
    severity = Severity.WARNING

    def suspects(self, project: Project) -> Iterator[Suspect]:
        allowed = project.versions.of("sqlalchemy")
        if allowed.low and allowed.low < parsed("2.0") < allowed.high:
            return  # both are supported, on purpose
        hint = "`async_sessionmaker`" if allowed.low >= parsed("2.0") else "`async_sessionmaker`, of SQLAlchemy 2.0,"
        for call in project.makers_of(library.SYNC_FACTORY):
            made = project.inference.call(call)
            if project.role(call) in (Role.TEST, Role.MIGRATION) or made is None:
                continue
            if project.is_session(made.inner):
                yield at_call(call, f"`sessionmaker(class_=AsyncSession)` is untyped: {hint} makes async sessions")
