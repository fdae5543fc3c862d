"""ADB506."""

from __future__ import annotations

from async_db_lint.rule import *


class UntrackedJsonMutation(Rule):
    """A JSON or array value is changed in place, and SQLAlchemy does not see it.

    Happens: SQLAlchemy writes an attribute when it is assigned. A plain `JSON`, `JSONB`, `ARRAY` or `HSTORE` value
    does not tell that an item was set or appended. The commit succeeds, and the change is lost. Assigning the same
    dict again changes nothing, and neither does `doc.tags += ["new"]`.

    Instead: assign a new value, call `flag_modified(obj, "name")`, or use a type that tells:
    `MutableDict.as_mutable(JSON)`.

        doc.data = {**doc.data, "color": "red"}
        data: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSONB))

    Or call `flag_modified(doc, "data")` after the change.

    Silent: for `MutableDict`, `MutableList` and types of one's own; for new objects; when another value is assigned,
    or `flag_modified` is called; unless the session is flushed or committed afterwards in the same function.
    """

    code = "ADB506"
    name = "untracked-json-mutation"
    severity = Severity.WARNING
    consequence = Consequence.LOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.mutations:
            column = item.column
            if not project.is_in_application(item.place):
                continue
            name = f"{item.model.cls.name}.{column.name}"
            message = f"`{name}` is changed in place: SQLAlchemy does not see it, and the change is lost"
            found = (
                suspect(item.place, message) if isinstance(item.place, Call) else suspect_assigned(item.place, message)
            )
            related = [Related(item.read.path, item.read.span, "this is the value of the column")]
            yield found.with_related(related if item.read.statement is not item.place.statement else [])
