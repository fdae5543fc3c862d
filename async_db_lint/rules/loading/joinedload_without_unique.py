"""ADB408."""

from __future__ import annotations

from async_db_lint.fixes.nodes.unique_rows import make_unique
from async_db_lint.rule import *


class JoinedloadWithoutUnique(Rule):
    """A result with a joined collection is read without `unique()`.

    Happens: a join repeats the row of an object for each item of the collection. SQLAlchemy refuses to hand out
    such rows: `InvalidRequestError: The unique() method must be invoked on this Result`. The statement alone looks
    right, and every request that reads its result fails. `lazy="joined"` on the class does the same to every
    statement that selects it.

    Instead: `(await session.scalars(query)).unique().all()`. Or load the collection with `selectinload`, which
    repeats nothing.

    Silent: for many-to-one relationships, `first()`, `scalar()` and `session.get(…)`, which take one row; for a
    collection that is joined below a `selectinload`; when an option is not understood.
    """

    code = "ADB408"
    name = "joinedload-without-unique"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.joined_rows.repeated():
            if not project.is_in_application(item.call):
                continue
            message = f"`{item.collection}` is joined: `{item.call.method}()` raises without `unique()`"
            found = suspect(item.call, message, fix=make_unique)
            yield found.with_related([Related(item.loaded.call.path, item.loaded.call.span, "executed here")])
