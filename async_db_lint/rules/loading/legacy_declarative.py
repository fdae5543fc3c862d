"""ADB508."""

from __future__ import annotations

from async_db_lint.fixes.nodes.moved_imports import NOW_IN, from_new_place
from async_db_lint.rule import *


class LegacyDeclarative(Rule):
    """Models are written as SQLAlchemy 1.4 wanted them.

    Happens: it works. Importing from `sqlalchemy.ext.declarative` gives `MovedIn20Warning`. A type checker sees
    `Column[int]` where an object holds an `int`, and nothing at all of what `backref=` adds to another class, so that
    it finds no mistakes there.

    Instead: the declarative style of 2.0: `class Base(DeclarativeBase): pass`.

        class Base(DeclarativeBase): …

        class Book(Base):
            __tablename__ = "book"

            id: Mapped[int] = mapped_column(primary_key=True)
            author: Mapped["Author"] = relationship(back_populates="books")

    Silent: in projects that may run on SQLAlchemy 1.4, for `Column` in a `Table(…)` and in SQLModel's `sa_column=`.
    One `Column` is reported for each class. This rule is advice: `--select ADVICE` shows it.
    """

    code = "ADB508"
    name = "legacy-declarative"
    severity = Severity.ADVICE
    consequence = Consequence.COSTS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        if not project.is_on_sqlalchemy_2:
            return
        for module in project.modules.values():
            yield from _imports(project, module)
        for model in project.loading.models.all():
            yield from _columns(project, model)
        for _, relationship in project.loading.models.written_relationships():
            call = relationship.call
            if call.keyword("backref") is not None and project.is_in_application(call):
                message = "`backref` adds an attribute that no type checker sees: write both sides"
                yield suspect(call, message, at=keyword("backref"))


def _imports(project: Project, module: Module) -> Suspects:
    """The imports from modules that have moved, one for each statement."""
    seen: set[Span] = set()
    for rows in module.bindings.values():
        for row in rows:
            found = row.value
            if not isinstance(found, Import) or found.level or found.name not in NOW_IN.get(found.module, ("", ()))[1]:
                continue
            if row.statement.span not in seen and project.is_in_application(row):
                seen.add(row.statement.span)
                now = NOW_IN[found.module][0]
                yield suspect_binding(row, f"`{found.module}` is of 1.4: import from `{now}`", from_new_place)


def _columns(project: Project, model: Model) -> Suspects:
    """The first column of a class that is written without an annotation."""
    for column in model.columns.values():
        call = column.call
        if column.owner is not model.cls or call is None or column.annotation is not None:
            continue
        value = model.cls.bindings[column.name][-1].value
        if isinstance(value, Function) and value.returns is not None:
            continue
        if project.site(call).library_name == "sqlalchemy.Column" and project.is_in_application(call):
            message = f"`{model.cls.name}` maps columns without types: write `Mapped[…] = mapped_column(…)`"
            yield suspect(call, message)
            return
