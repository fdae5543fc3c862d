"""ADB611."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.fixes.nodes.loader_option import loading
from async_db_lint.rule import *


class UnloadedResponseModel(Rule):
    """A response model reads a relationship that nothing has loaded.

    Happens: FastAPI makes the response model of the object that a route returns, and reads each of its fields as an
    attribute. A relationship that is not loaded raises `MissingGreenlet` there, which becomes a
    `ResponseValidationError`, or a `ValidationError` in `model_validate`: every request is answered with 500.

    Instead: load what the response shows, also for the models inside the model:
    `.options(selectinload(Model.relation))`.

        select(Author).options(selectinload(Author.books).selectinload(Book.reviews))

    Or leave the field out of the model. Give a new object its collections: `Author(name=name, books=[])`.

    Silent: unless the statement, its options and everything up to the `return` are understood; for fields with a
    `validation_alias`; for models that prepare the object in a validator of their own.
    """

    code = "ADB611"
    name = "unloaded-response-model"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Suspects:
        for field in project.loading.unloaded_fields:
            item = field.unloaded
            if not project.is_in_application(item.loaded.call):
                continue
            name = f"{item.cls.name}.{item.relationship.name}"
            message = f"`{field.model.name}.{field.field.name}` reads `{name}`, which is not loaded: the request fails"
            fix = None if field.needs_more else loading(item, project.loading.statement_of(item))
            if isinstance(item.moment, Exit):
                yield suspect_return(item.moment, message, fix).with_related(_why(field))
            elif isinstance(item.moment, Call):
                yield suspect(item.moment, message, fix=fix).with_related(_why(field))


def _why(field: UnloadedField) -> Iterator[Related]:
    item = field.unloaded
    name = f"{item.cls.name}.{item.relationship.name}"
    how = "made here, without a value for it" if item.loaded.is_new else f"loaded here, without `{name}`"
    yield Related(item.loaded.call.path, item.loaded.call.span, how)
    row = field.field.binding
    yield Related(row.block.scope.module.path, row.statement.span, "this field reads it")
