"""ADB406."""

from __future__ import annotations

from async_db_lint.fixes.nodes.limited_statement import limiting
from async_db_lint.rule import *


class UnboundedFirst(Rule):
    """All rows are loaded, for the first of them or for their number.

    Happens: `first()` of a result adds no `LIMIT`, as `Query.first()` did. Under asyncio the whole result is read
    before the first row is there: every row comes over the network and into memory. It gets slower with the table,
    and nobody notices in development.

    Instead: let the statement ask for no more than is needed: `.limit(1)`, `func.count()`, `exists()`.

        (await session.scalars(select(Book).order_by(Book.at.desc()).limit(1))).first()
        await session.scalar(select(func.count()).select_from(Book))

    Silent: for statements with a limit, for streams, and for statements that lock the rows to be counted; for
    conditions without an order, which may be meant for few rows, and for those on a column that may be unique; for
    rows that are used otherwise.
    """

    code = "ADB406"
    name = "unbounded-first"
    severity = Severity.WARNING
    consequence = Consequence.COSTS
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.unbounded:
            if not project.is_in_application(item.call):
                continue
            name = item.cls.name
            if item.is_count:
                message = f"each `{name}` is loaded to be counted: select `func.count()`"
                found = suspect(item.call, message)
            else:
                message = f"`{item.call.method}()` takes one row of all that are loaded: add `.limit(1)`"
                found = suspect(item.call, message, fix=limiting(item))
            last = item.chain.last
            yield found if last is None else found.with_related([Related(last.path, last.span, "no limit here")])
