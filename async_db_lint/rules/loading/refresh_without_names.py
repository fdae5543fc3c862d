"""ADB512."""

from __future__ import annotations

from async_db_lint.rule import *


class RefreshWithoutNames(Rule):
    """An object is refreshed as a whole, and then a relationship of it is read.

    Happens: `refresh(author)` reads the columns again. It loads no relationship that its statement did not load,
    and it empties those that were loaded otherwise: assigned, or loaded by an earlier `refresh` with names. The
    read after it raises `MissingGreenlet`.

    Instead: name what is needed, in the last refresh before the read: `await session.refresh(obj,
    ["relation"])`.

        await session.refresh(author, ["books"])

    Silent: for relationships that the class loads by itself; when some statement of the project loads a
    relationship of this name, since a refresh repeats the options of the object's own statement.
    """

    code = "ADB512"
    name = "refresh-without-names"
    severity = Severity.WARNING
    consequence = Consequence.FAILS
    yields_to = ("ADB501", "ADB611")

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.refreshed:
            name = f"{item.cls.name}.{item.relationship.name}"
            message = f"this refresh does not load `{name}`, which is read afterwards"
            found = suspect(item.refresh, message, fix=None)
            yield found.with_related([Related(item.read.path, item.read.span, "raises MissingGreenlet here")])
