"""ADB603."""

from __future__ import annotations

from async_db_lint.fixes.nodes.event_handlers import moving_handlers
from async_db_lint.rule import *


class OnEvent(Rule):
    """Start-up or shutdown work is registered with `on_event` or `add_event_handler`.

    Happens: FastAPI deprecates both. As soon as the application is given a `lifespan`, these handlers
    are never called, without an error: the engine is no longer disposed.

    Instead: move the code into one `lifespan`, before and after its `yield`, and give it to
    `FastAPI(lifespan=…)`.

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
    consequence = Consequence.COSTS
    fix = Safety.UNSAFE
    guide = "Initialize database in lifespan/startup event; Dispose engine in lifespan/shutdown event"
    yields_to = ("ADB613",)

    def suspects(self, project: Project) -> Suspects:
        handlers = handlers_of(project)
        fix = moving_handlers(handlers) if handlers is not None and handlers.lifespan is None else None
        for call, event in event_registrations(project):
            if project.role(call) in (Role.APPLICATION, Role.SCRIPT):
                message = f'`{call.method}("{event}")` is deprecated, and never runs beside a `lifespan`'
                yield suspect(call, message, fix=fix)
