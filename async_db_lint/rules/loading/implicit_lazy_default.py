"""ADB509."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import setting_keyword
from async_db_lint.rule import *


class ImplicitLazyDefault(Rule):
    """A relationship says nothing of how it is loaded, and nothing in the project loads it.

    Happens: the default loads a relationship when it is read, and under asyncio the read raises `MissingGreenlet`,
    which names neither the class nor the attribute. It is found by the first request that comes there.

    Instead: decide at the model. `lazy="raise"` fails as early and says which relationship it is; `lazy="selectin"`
    loads it with every statement; `WriteOnlyMapped` suits large collections.

        books: Mapped[list["Book"]] = relationship(lazy="raise")

    Silent: when an option, a `refresh` or `awaitable_attrs` of the project loads a relationship of this name.
    """

    code = "ADB509"
    name = "implicit-lazy-default"
    severity = Severity.ADVICE
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE
    yields_to = ("ADB501", "ADB611")

    def suspects(self, project: Project) -> Suspects:
        fix = setting_keyword("lazy", '"raise"', Safety.UNSAFE)
        if not project.is_async:
            return
        found = (*project.loading.unloaded, *(field.unloaded for field in project.loading.unloaded_fields))
        read = {(item.cls, item.relationship.name) for item in found}
        for name, item in project.loading.models.written_relationships():
            is_left = item.lazy == "select" and not item.is_written and name not in project.loading.names_loaded
            scope = item.call.block.scope
            if is_left and project.is_in_application(item.call) and (scope, name) not in read:
                message = f"`{name}` would be loaded when it is read, which raises MissingGreenlet: nothing loads it"
                yield suspect(item.call, message, fix=fix if item.call.method == "relationship" else None)
