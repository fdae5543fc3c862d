"""ADB413."""

from __future__ import annotations

from async_db_lint.rule import *


class AmbiguousFilterBy(Rule):
    """`filter_by()` after a join names a column of which it is not clear whose it is.

    Happens: SQLAlchemy 2.0 looks for the name in the class that was joined last, and only there. If both classes have
    it, the joined one is filtered, which may not be the one that was meant. If only the selected one has it, this
    raises `InvalidRequestError`. SQLAlchemy 2.1 looks in all classes, and raises `AmbiguousColumnError` for a name
    that two of them have: an update breaks the query, or finds other rows.

    Instead: say whose column it is: `Model.column` in place of its bare name.

        select(Book).join(Author).where(Book.name == name)

    Silent: before the join; where only the joined class has the name; for `Query.filter_by`; when a class or its
    columns are not known. A name that only the selected class has is reported when the project's files say that it
    runs on SQLAlchemy 2.0.
    """

    code = "ADB413"
    name = "ambiguous-filter-by"
    severity = Severity.WARNING
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        version = project.versions.of("sqlalchemy")
        for item in project.loading.ambiguous_names:
            joined, first = item.joined.name, item.owners[0].name
            if len(item.owners) > 1:
                names = " and ".join(f"`{cls.name}`" for cls in item.owners)
                meant = f"2.0 looks for it in `{joined}`, 2.1 raises"
                if version.within("2.1"):
                    meant = "this raises AmbiguousColumnError"
                elif version.outside("2.1"):
                    meant = f"it is looked for in `{joined}`, and 2.1 will raise"
                yield suspect(item.call, f"{names} have `{item.name}`: {meant}", at=written_keyword(item.name))
            elif version.outside("2.1"):
                message = f"`{item.name}` is looked for in `{joined}`, and only `{first}` has it: this raises"
                yield suspect(item.call, message, at=written_keyword(item.name))
