"""ADB507."""

from __future__ import annotations

from async_db_lint.rule import *

RESERVED = ("metadata", "registry")


class ReservedAttribute(Rule):
    """A mapped attribute has a name that SQLAlchemy uses itself.

    Happens: SQLAlchemy 2.0 raises `InvalidRequestError: Attribute name 'metadata' is reserved` when the class is
    defined. 2.1 only warns, and `Doc.metadata` is then a column where all other classes have their tables. `registry`
    is warned about from 2.1 on.

    Instead: another name in Python; the column in the table can keep its own.

        meta: Mapped[dict] = mapped_column("metadata", JSON)

    Silent: for `metadata = MetaData(…)`, which is how a base class gets its own, for classes that are not mapped, and
    for `registry` in projects that do not run on 2.1.
    """

    code = "ADB507"
    name = "reserved-attribute"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        version = project.versions.of("sqlalchemy")
        happens = "2.0 raises when the class is defined, 2.1 warns"
        if version.within("2.1"):
            happens = "it hides the tables' metadata, and 2.1 warns"
        elif version.outside("2.1"):
            happens = "the class cannot be defined"
        seen: set[Binding] = set()
        for model in project.loading.models.all():
            for name in RESERVED if not version.outside("2.1") else RESERVED[:1]:
                owner = _owner(model, name)
                row = None if owner is None else owner.bindings[name][-1]
                if row is not None and row not in seen and project.is_in_application(row):
                    seen.add(row)
                    what = happens if name == "metadata" else "from 2.1 on, SQLAlchemy warns"
                    yield suspect_binding(row, f"`{name}` is SQLAlchemy's own name: {what}")


def _owner(model: Model, name: str) -> Class | None:
    """The class that maps a name for a model: itself, or one that it inherits from."""
    column = model.columns.get(name)
    if column is not None:
        is_field = ("table", Literal(True)) in model.cls.keywords  # of SQLModel, which maps every annotation
        return column.owner if column.call is not None or column.mapped is not None or is_field else None
    scope = model.relationships[name].call.block.scope if name in model.relationships else None
    return scope if isinstance(scope, Class) and name in scope.bindings else None
