"""ADB503."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import setting_keyword
from async_db_lint.rule import *


class DynamicLoader(Rule):
    """A relationship is loaded by a query of its own, which async sessions cannot make.

    Happens: `lazy="dynamic"` and `DynamicMapped` give a query instead of a collection. Whoever iterates it, or calls
    `all()` or `count()`, queries from an attribute: `MissingGreenlet`. Only `append` and `remove` work.

    Instead: declare it as `WriteOnlyMapped`, or `lazy="write_only"`. It gives a statement that can be awaited.

        orders: WriteOnlyMapped["Order"] = relationship()
        orders = await session.scalars(customer.orders.select().limit(10))

    Silent: in projects that make no async engine, or synchronous sessions as well; in tests and migrations.
    """

    code = "ADB503"
    name = "dynamic-loader"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Suspects:
        fix = setting_keyword("lazy", '"write_only"', Safety.UNSAFE)
        if not project.is_async or any(True for _ in project.calls_to(SYNC_FACTORY, *SYNC_SESSIONS)):
            return
        for name, relationship in project.loading.models.written_relationships():
            if relationship.lazy == "dynamic" and project.is_in_application(relationship.call):
                message = f"`{name}` is a query, which raises MissingGreenlet when it is read"
                given = fix if relationship.is_written else None
                yield suspect(relationship.call, message, at=keyword("lazy"), fix=given)
