"""Where handlers for start-up and shutdown are registered."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Literal
from async_db_lint.project.application.application import EVENTS
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.decorators import ROUTERS


def event_registrations(codebase: Codebase) -> Iterator[tuple[Call, str]]:
    """The calls that register a handler on an application or router, each with `startup` or `shutdown`."""
    for item in codebase.application.registrations:
        if item.decorator is not None and item.call is not None and item.trigger in EVENTS.values():
            yield item.call, item.trigger.value
    for site in codebase.calls("add_event_handler", on=ROUTERS):
        event = site.argument("event_type", 0)
        if isinstance(event, Literal) and isinstance(event.value, str) and event.value in EVENTS:
            yield site.call, event.value
