"""ADB613."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Call, is_nothing
from async_db_lint.project.decorators import ROUTERS
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.rules.events import event_registrations
from async_db_lint.rules.mending.moving import handlers_of, moved

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


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
    fix = Safety.UNSAFE
    guide = "Initialize database in lifespan/startup event; Dispose engine in lifespan/shutdown event"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call, event in event_registrations(project):
            makers = _makers(project, call)
            if makers and all(_has_lifespan(maker) for maker in makers):
                message = f"this {event} handler never runs: the application has a `lifespan`"
                related = calls_as_related(makers, "the application is made here, with a lifespan")
                yield at_call(call, message, related, facts=handlers_of(project))

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        return None if suspect.facts is None or suspect.facts.lifespan is None else moved(suspect.facts, eye)


def _makers(project: Project, call: Call) -> list[Call]:
    """The calls that made the application on which a handler is registered."""
    owner = project.receiver(call)
    if owner is None or not project.inference.is_a(owner, *ROUTERS):
        return []
    return sorted(owner.origins, key=lambda item: item.span)


def _has_lifespan(maker: Call) -> bool:
    given = maker.keyword("lifespan")
    return given is not None and not is_nothing(given)
