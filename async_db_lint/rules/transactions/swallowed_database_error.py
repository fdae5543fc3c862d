"""ADB703."""

from __future__ import annotations

from typing import Any

from async_db_lint.rule import *

ERRORS = "SQLAlchemyError DBAPIError DatabaseError IntegrityError OperationalError DataError StatementError"
DATABASE_ERRORS = frozenset(f"sqlalchemy.{name}" for name in ERRORS.split())
ANY = frozenset({"builtins.Exception", "builtins.BaseException"})


class SwallowedDatabaseError(Rule):
    """A database error is caught, and the session is used on without a rollback.

    Happens: after an error the transaction is over, whatever caught it. The next flush or commit of the session
    raises `PendingRollbackError`; after a failed statement PostgreSQL answers `current transaction is aborted`. What
    was meant to be optional breaks the whole request, and nothing of it is stored.

    Instead: give what may fail a savepoint of its own, which is rolled back alone.

        try:
            async with session.begin_nested():
                session.add(link)
        except IntegrityError:
            log.warning("not noted")

    Or `await session.rollback()` in the `except`, which gives up everything since the last commit.

    Silent: when the `except` raises, rolls back or gives the session away; with `begin_nested()` or `begin()` in the
    `try`; when nothing is known to use the session afterwards.
    """

    code = "ADB703"
    name = "swallowed-database-error"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for handler in project.errors.handlers():
            acts = _refused(project, handler)
            if not acts or not project.errors.goes_on(handler.block):
                continue
            for item in project.errors.failing(handler):
                used = project.errors.used_on(item, project.requests) if item.failing.act in acts else None
                if used is not None:
                    yield _suspect(item, used)
                    break


def _refused(project: Project, handler: Handler) -> frozenset[Act]:
    """What an `except` is for: any error of SQLAlchemy, or with `Exception` that of a flush or commit."""
    if not DATABASE_ERRORS.isdisjoint(map(canonical, handler.names)):
        return frozenset({Act.QUERY, Act.FLUSH, Act.COMMIT})
    is_any = not ANY.isdisjoint(handler.names) and project.errors.may_write(handler.block)
    return frozenset({Act.FLUSH, Act.COMMIT}) if is_any else frozenset()


def _suspect(item: Caught, used: Event) -> Suspect[Any]:
    message = "the session is used again after this error without a rollback: the next statement raises"
    failing = Related(item.failing.site.path, item.failing.site.span, "this may fail")
    on = Related(used.site.path, used.site.span, "the session is used again here")
    return suspect_handler(item.handler, message).with_related([failing, on])
