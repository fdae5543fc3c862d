"""ADB603."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.project.project import Project
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.rules.events import event_registrations
from async_db_lint.rules.mending.moving import handlers_of, moved
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class OnEvent(Rule):
    """Start-up or shutdown work is registered with `on_event` or `add_event_handler`.

    Happens: FastAPI deprecates both. As soon as the application is given a `lifespan`, these handlers
    are never called, without an error: the engine is no longer disposed.

    Instead: one lifespan.

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            await check_database()
            yield
            await engine.dispose()

        app = FastAPI(lifespan=lifespan)

    Silent: for methods of that name on objects that are not a FastAPI or Starlette application or
    router, and in tests.
    """

    code = "ADB603"
    name = "on-event"
    severity = Severity.WARNING
    fix = Safety.UNSAFE
    guide = "Initialize database in lifespan/startup event; Dispose engine in lifespan/shutdown event"
    yields_to = ("ADB613",)

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call, event in event_registrations(project):
            if project.role(call) in (Role.APPLICATION, Role.SCRIPT):
                message = f'`{call.method}("{event}")` is deprecated, and never runs beside a `lifespan`'
                yield at_call(call, message, facts=handlers_of(project))

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        return None if suspect.facts is None or suspect.facts.lifespan is not None else moved(suspect.facts, eye)
