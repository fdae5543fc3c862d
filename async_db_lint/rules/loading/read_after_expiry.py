"""ADB502."""

from __future__ import annotations

from async_db_lint.rule import *


class ReadAfterExpiry(Rule):
    """An attribute is read after `commit()`, on a session whose objects expire.

    Happens: without `expire_on_commit=False`, `commit()` empties every object of the session, new ones as well. The
    next read of any attribute, even of the primary key, would have to query. It raises `MissingGreenlet`, and after
    the session is closed `DetachedInstanceError`. The row is stored, and the client gets a 500.

    Instead: make the sessions with `async_sessionmaker(engine, expire_on_commit=False)`. Or read what is needed
    before the commit, or `await session.refresh(obj)` after it.

    Silent: unless it is known which factory the session comes from, and that nobody switches the option; after a
    refresh or another query of the class; for attributes that are set after the commit.
    """

    code = "ADB502"
    name = "read-after-expiry"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.stale:
            if item.cause is Cause.COMMIT and project.is_in_application(item.loaded.call):
                message = f"`{item.cls.name}.{item.attribute}` has expired: the session was committed before"
                yield suspect_moment(item.moment, message).with_related(causes(item, "everything expires here"))
