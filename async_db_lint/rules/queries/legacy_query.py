"""ADB401."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.project import library
from async_db_lint.project.project import Project
from async_db_lint.project.text import quoted
from async_db_lint.rule import Rule, Severity, Suspect, along, at_call


class LegacyQuery(Rule):
    """`query()` is called on an async session, which has no such method.

    Happens: `AttributeError: 'AsyncSession' object has no attribute 'query'`, each time the line is
    reached.

    Instead: `(await session.scalars(select(User).where(User.id == 1))).first()`.

    Silent: inside functions given to `run_sync`, whose session is synchronous, and for objects of
    other libraries that have a `query`.
    """

    code = "ADB401"
    name = "legacy-query"
    severity = Severity.ERROR
    guide = "Use SQLAlchemy 2.0 style queries (`select()` instead of `query()`)"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call, owner in project.methods(["query"], *library.SESSIONS, library.REGISTRY):
            if project.inference.callee(call) is None:  # a subclass may define it
                yield at_call(call, f"`{quoted(call)}`: async sessions have no `query()`", along(owner.chain))
