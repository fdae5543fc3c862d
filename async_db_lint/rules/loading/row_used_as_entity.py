"""ADB409."""

from __future__ import annotations

from async_db_lint.rule import *


class RowUsedAsEntity(Rule):
    """A row of `execute(select(Model))` is used as if it were the object.

    Happens: `execute` gives rows, and a row of `select(User)` is a tuple with one `User` in it. Its attributes are
    the names of what was selected: `row.User.name` is there, `row.name` raises `AttributeError`. A response model
    that is made of such rows fails for every request.

    Instead: ask for the objects themselves, with `await session.scalars(query)` or `result.scalars()`.

        user = (await session.scalars(select(User))).first()
        users = (await session.execute(select(User))).scalars().all()

    Silent: for rows of several columns, for `row.User` and `row[0]`, for SQLModel's `exec`.
    """

    code = "ADB409"
    name = "row-used-as-entity"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.joined_rows.rows_read():
            if project.is_in_application(item.loaded.call):
                read = quoted(item.read.expr)
                message = f"`{read}` raises: this is a row that holds one `{item.cls.name}`"
                yield suspect_read(item.read, message).with_related(_executed(item.loaded.call))
        for response in project.loading.responses.of_rows():
            cls = response.loaded.entity
            if cls is not None and response.model is not None:
                message = f"`{response.model.name}` reads attributes of `{cls.name}`, but gets rows: the request fails"
                yield suspect_return(response.exit, message).with_related(_executed(response.loaded.call))


def _executed(call: Call) -> list[Related]:
    return [Related(call.path, call.span, "`execute` gives rows: `scalars` gives the objects")]
