"""ADB203."""

from __future__ import annotations

from async_db_lint.fixes.nodes.sessionmaker import using_async_sessionmaker
from async_db_lint.rule import *

SQLALCHEMY_2 = (2,)


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
    consequence = Consequence.COSTS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        allowed = project.versions.of("sqlalchemy")
        if allowed.low and allowed.low < SQLALCHEMY_2 < allowed.high:
            return  # both are supported, on purpose
        hint = "`async_sessionmaker`" if allowed.low >= SQLALCHEMY_2 else "`async_sessionmaker`, of SQLAlchemy 2.0,"
        message = f"`sessionmaker(class_=AsyncSession)` is untyped: {hint} makes async sessions"
        for call in project.calls_to(SYNC_FACTORY):
            made = call.gives
            if call.role in (Role.TEST, Role.MIGRATION) or made is None or not project.is_session(made.inner):
                continue
            yield suspect(call, message, fix=_fix(project, call) if _has_new_factory(project) else None)


def _has_new_factory(project: Project) -> bool:
    """Whether the project may run on SQLAlchemy 2, which has `async_sessionmaker`."""
    allowed = project.versions.of("sqlalchemy")
    return allowed.low >= SQLALCHEMY_2 or not allowed.low


def _fix(project: Project, call: CallSite) -> Fixer[cst.Call] | None:
    """The new factory in place of the old one; None when a parameter is called, which may be given something else."""
    callee = call.call.callee
    if isinstance(callee, Name) and project.is_bound_locally(callee, call.place):
        return None
    given = call.call.keyword("class_")
    is_default = call.application.inference.library_name(call.value_of(given)) == SESSION
    is_safe = project.is_on_sqlalchemy_2 and not _is_compared(project)
    return using_async_sessionmaker(call.path, is_default, Safety.SAFE if is_safe else Safety.UNSAFE)


def _is_compared(project: Project) -> bool:
    """Whether some file asks what class a factory is of: the new one is of another."""
    words = {"isinstance", "issubclass", "type"}
    return any("sessionmaker" in module.mentions and words & module.mentions for module in project.modules.values())
