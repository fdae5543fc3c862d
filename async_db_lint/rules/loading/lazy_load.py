"""ADB501."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.fixes.nodes.loader_option import loading
from async_db_lint.rule import *


class LazyLoad(Rule):
    """A relationship is read that nothing has loaded.

    Happens: SQLAlchemy would have to query when the attribute is read, and an attribute cannot be awaited. The read
    raises `MissingGreenlet`, with `lazy="raise"` an `InvalidRequestError`, and after the session is closed a
    `DetachedInstanceError`. Every request that comes here fails, also where the collection is only appended to.

    Instead: load it with the statement: `.options(selectinload(Model.relation))`.

        select(Author).options(selectinload(Author.books))

    Or load it later: `await session.refresh(author, ["books"])`. Or inherit from `AsyncAttrs` and write
    `await author.awaitable_attrs.books`. Give a new object its collection: `Author(name=name, books=[])`.

    Silent: unless the statement, its options, and everything between it and the read are understood: another query
    that may bring the same objects, a function that is given the object or its session, an option under a
    condition, code that asks `inspect(author).unloaded`.
    """

    code = "ADB501"
    name = "lazy-load"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Suspects:
        for item in project.loading.unloaded:
            if isinstance(item.moment, Read) and project.is_in_application(item.loaded.call):
                read = quoted(item.moment.expr)
                fix = loading(item, project.loading.statement_of(item))
                found = suspect_read(item.moment, f"`{read}` is not loaded: reading it raises {item.exception}", fix)
                yield found.with_related(_why(item))


def _why(item: Unloaded) -> Iterator[Related]:
    loaded = item.loaded
    name = f"{item.cls.name}.{item.relationship.name}"
    how = "made here, without a value for it" if loaded.is_new else f"loaded here, without `{name}`"
    yield Related(loaded.call.path, loaded.call.span, how)
    if item.how is not None:
        yield Related(item.how.call.path, item.how.call.span, "passed on here")
    call = item.relationship.call
    yield Related(call.path, call.span, f"`{name}` is loaded when it is read, if nothing else is said")
