"""ADB511."""

from __future__ import annotations

from async_db_lint.rule import *


class AccessAfterRollback(Rule):
    """An attribute is read after `rollback()`.

    Happens: a rollback expires every object that the session has loaded, also with `expire_on_commit=False`. The
    next read of an attribute would have to query, and raises `MissingGreenlet`. It hides the error that the
    rollback was made for: a conflict that should be a 409 is answered with 500.

    Instead: keep what the message needs before the transaction can fail.

        key = link.id
        try:
            await session.commit()
        except IntegrityError:
            await session.rollback()
            raise HTTPException(409, f"link {key} stays as it is")

    Silent: for new objects, which keep their values; after a refresh or another query of the class; where no
    transaction was begun; for a rollback to a savepoint.
    """

    code = "ADB511"
    name = "access-after-rollback"
    severity = Severity.WARNING
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.stale:
            if item.cause is Cause.ROLLBACK and project.is_in_application(item.loaded.call):
                message = f"`{item.cls.name}.{item.attribute}` has expired: the session was rolled back before"
                yield suspect_moment(item.moment, message).with_related(causes(item, "everything expires here"))
