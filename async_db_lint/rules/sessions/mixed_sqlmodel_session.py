"""ADB210."""

from __future__ import annotations

from async_db_lint.rule import *

NAMES = ("Session", "AsyncSession", "session")


class MixedSqlmodelSession(Rule):
    """`exec()` is called on a session of SQLAlchemy, which has no such method.

    Happens: `AttributeError: 'AsyncSession' object has no attribute 'exec'`, each time the line is reached. SQLModel
    and SQLAlchemy both have an `AsyncSession`; only SQLModel's has `exec()`. An annotation does not make one the
    other: `async_sessionmaker(engine)` without `class_` gives SQLAlchemy's.

    Instead: make SQLModel's session: `async_sessionmaker(engine, class_=AsyncSession)` with its own
    `AsyncSession`.

        from sqlmodel.ext.asyncio.session import AsyncSession
        async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)

    Or use what both have: `await session.scalars(select(Hero))`.

    Silent: for SQLModel's sessions, and for classes of one's own that define `exec`. Where the project has SQLModel's
    sessions too, an annotation alone is not believed: SQLModel's session inherits from SQLAlchemy's.
    """

    code = "ADB210"
    name = "mixed-sqlmodel-session"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        has_other = any(_brings_session(module) for module in project.modules.values())
        for call in project.calls("exec", on=(SESSION, SYNC_SESSION, REGISTRY)):
            if call.callee is not None or call.owner is None:  # a subclass may define it
                continue
            if call.owner.origins or not has_other:  # an annotation allows SQLModel's, which inherits from SQLAlchemy's
                message = f"`{quoted(call.call)}`: this is SQLAlchemy's session, and only SQLModel's has `exec()`"
                yield suspect(call, message).with_related(steps_of(call.owner.chain))


def _brings_session(module: Module) -> bool:
    """Whether a file imports a session of SQLModel."""
    imported = (item for item in module.imports if item.module.startswith("sqlmodel"))
    return any(item.name in NAMES or (item.name is None and item.module != "sqlmodel") for item in imported)
