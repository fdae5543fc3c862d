"""What the application certainly does with the database before it serves."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.audited import Audited
from async_db_lint.project.application.lifecycle import before_serving, queries
from async_db_lint.project.application.startup import handlers


def startups(audited: Audited) -> Iterator[entries.Startup]:
    """Every lifespan and start-up handler, with the calls in which it, or what it runs, talks to the database."""
    for item in handlers(audited.project):
        if audited.counts(item.function):
            yield entries.Startup(
                name=item.function.name,
                trigger=item.trigger.value,
                place=audited.place(item.function),
                touches=audited.places(queries(audited.project, before_serving(audited.project, item))),
            )
