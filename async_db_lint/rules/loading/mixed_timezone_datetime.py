"""ADB505."""

from __future__ import annotations

from async_db_lint.rule import *

AWARE = "a datetime with a zone is given to `{}`, whose column has none: asyncpg refuses it"
NAIVE = "`utcnow()` has no zone, and `{}` has: asyncpg takes it for local time, and stores another hour"


class MixedTimezoneDatetime(Rule):
    """A datetime with a zone meets a column without one, or the other way round.

    Happens: asyncpg refuses `datetime.now(UTC)` for a `DateTime` column: `can't subtract offset-naive and
    offset-aware datetimes`, at every insert. The other way is silent: `utcnow()` in a column with a zone is taken for
    the server's local time, and is stored hours away from what was meant.

    Instead: keep the zone in both: `DateTime(timezone=True)` and `datetime.now(UTC)`.

        at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=lambda: datetime.now(UTC))

    For all columns at once: `type_annotation_map = {datetime: DateTime(timezone=True)}` in the base class.

    Silent: when the driver may be another than asyncpg, for types of one's own, for fields of SQLModel without a
    type, and for `datetime.now()` without a zone.
    """

    code = "ADB505"
    name = "mixed-timezone-datetime"
    severity = Severity.WARNING
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.time_zones.mixed() if project.is_on_asyncpg_alone else ():
            if not project.is_in_application(item.place):
                continue
            message = (AWARE if item.is_aware else NAIVE).format(f"{item.model.name}.{item.column}")
            if isinstance(item.place, Call):
                yield suspect(item.place, message, at=keyword(item.keyword))
            else:
                yield suspect_assigned(item.place, message)
