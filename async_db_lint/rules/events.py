"""Where handlers for start-up and shutdown are registered, for the rules about them."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Literal
from async_db_lint.project.application import EVENTS, Trigger
from async_db_lint.project.decorators import ROUTERS
from async_db_lint.project.project import Project


def event_registrations(project: Project) -> Iterator[tuple[Call, str]]:
    """The calls that register a handler for start-up or shutdown on an application or router, each with its event."""
    for item in project.application.registrations:
        if item.decorator is not None and item.call is not None and item.trigger in (Trigger.STARTUP, Trigger.SHUTDOWN):
            yield item.call, item.trigger.value
    for call, _ in project.methods(["add_event_handler"], *ROUTERS):
        event = call.argument("event_type", 0)
        if isinstance(event, Literal) and event.value in EVENTS:
            yield call, str(event.value)
