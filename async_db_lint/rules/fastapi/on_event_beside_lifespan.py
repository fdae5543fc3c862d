"""ADB613."""

from __future__ import annotations

from async_db_lint.fixes.nodes.event_handlers import moving_handlers
from async_db_lint.rule import *


class OnEventBesideLifespan(Rule):
    """`on_event` handlers on an application that also has a `lifespan`: they never run.

    Happens: no error is raised, and the handler that should dispose the engine or warm the pool is never
    called: a given `lifespan` replaces the one that calls handlers.

    Instead: move the work into the lifespan, before or after its `yield`.

    Silent: when the application's `lifespan` cannot be seen, or may be None.
    """

    code = "ADB613"
    name = "on-event-beside-lifespan"
    severity = Severity.ERROR
    consequence = Consequence.HOLDS_CONNECTIONS
    fix = Safety.UNSAFE
    guide = "Initialize database in lifespan/startup event; Dispose engine in lifespan/shutdown event"

    def suspects(self, project: Project) -> Suspects:
        handlers = handlers_of(project)
        fix = moving_handlers(handlers) if handlers is not None and handlers.lifespan is not None else None
        for call, event in event_registrations(project):
            makers = _makers(project, project.site(call))
            if makers and all(has_lifespan(project, maker) for maker in makers):
                found = suspect(call, f"this {event} handler never runs: the application has a `lifespan`", fix=fix)
                yield found.with_related(related_calls(makers, "the application is made here, with a lifespan"))


def _makers(project: Project, call: CallSite) -> list[Call]:
    """The calls that made the application on which a handler is registered."""
    owner = call.owner
    if owner is None or not project.is_a(owner, *ROUTERS):
        return []
    return sorted(owner.origins, key=lambda item: item.span)
