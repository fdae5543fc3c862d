"""What the application certainly does with the database before it serves."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.project.lifecycle import before_serving, queries
from async_db_lint.project.startup import handlers


def startup(ground: Ground) -> Iterator[entries.Startup]:
    """Every lifespan and start-up handler, with the calls in which it, or what it runs, talks to the database."""
    for item in handlers(ground.project):
        if ground.counts(item.function):
            yield entries.Startup(
                name=item.function.name,
                trigger=item.trigger.value,
                place=ground.place(item.function),
                touches=ground.places(queries(ground.project, before_serving(ground.project, item))),
            )
