"""ADB510."""

from __future__ import annotations

from async_db_lint.rule import *


class StaleServerValue(Rule):
    """A value that the database computes is read after an UPDATE, and was not fetched.

    Happens: a column with `onupdate=func.now()`, `server_onupdate=` or `Computed(…)` gets a new value with every
    UPDATE of its row. SQLAlchemy does not know it, and expires the attribute, also with `expire_on_commit=False`.
    The read would have to query, and raises `MissingGreenlet`. The change is stored, and the client gets a 500.

    Instead: fetch it after the flush or commit, `await session.refresh(obj, ["column"])`, or with every UPDATE
    of the class.

        await session.refresh(note, ["changed"])
        __mapper_args__ = {"eager_defaults": True}

    Silent: for new objects, whose INSERT returns the values; for `onupdate=` with a Python function; for classes
    with `eager_defaults`; unless the object is known to be changed and written before.
    """

    code = "ADB510"
    name = "stale-server-value"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.stale:
            if item.cause is Cause.SERVER and project.is_in_application(item.loaded.call):
                name = f"{item.cls.name}.{item.attribute}"
                message = f"the database has computed `{name}` anew: reading it before a refresh raises MissingGreenlet"
                yield suspect_moment(item.moment, message).with_related(causes(item, "the row is updated here"))
