"""ADB104."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from async_db_lint.fixes.nodes.lifespan import disposing
from async_db_lint.rule import *


class EngineNotDisposed(Rule):
    """An application makes an engine, and nothing that runs at shutdown disposes it.

    Happens: the pool's connections stay open until the server notices that the process is gone. A
    reload, a test or a second application in the same process keeps them and opens more; asyncpg
    reports `ResourceWarning: unclosed connection`, and PostgreSQL runs towards `too many clients`.
    `engine.sync_engine.dispose()` is no substitute: it drops asyncpg's connections without a goodbye to
    the server, and the pool logs a `MissingGreenlet` for each.

    Instead: `await engine.dispose()` where the application stops: after the `yield` of the lifespan.

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            yield
            await engine.dispose()

    A `dispose()` before the `yield`, or only in an `except` of the lifespan, is not at the end.

    Silent: when anything that may run disposes it, through wrappers and other files, or may do so: a
    receiver or a lifespan that is not understood, a file that was not read; with `NullPool` and
    `StaticPool`; in libraries, tests, migrations and scripts; when nothing uses the engine, so that it
    never connects; when it is handed to code outside the project that may own it.
    """

    code = "ADB104"
    name = "engine-not-disposed"
    severity = Severity.WARNING
    consequence = Consequence.HOLDS_CONNECTIONS
    fix = Safety.UNSAFE
    guide = "Not closing connections; Dispose engine in lifespan/shutdown event"
    yields_to = ("ADB105", "ADB301")

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if not engine.is_async or not engine.is_in_application or engine.is_unpooled:
                continue
            early = engine.early_disposals
            others = [item for item in engine.disposals if item not in early]
            forgotten = [item.call for item in others if not item.is_awaited and item.call is not None]
            if len(forgotten) < len(others) or engine.is_handed_out or not engine.is_used:
                continue
            if project.has_unknown_handlers or any(project.may_be_unread(word, engine.call) for word in engine.endings):
                continue
            message = f"{engine.title} is never disposed: its connections stay open when the application stops"
            ending = None if forgotten else ending_of(engine)
            found = suspect(engine.call, message, fix=None if ending is None else disposing(ending))
            yield found.with_related((*_early(early), *_stops(project))).with_same_as(forgotten)


def _early(disposals: Iterable[Disposal]) -> Iterator[Related]:
    """Where the engine is disposed, but not when the application stops."""
    for item in disposals:
        if item.call is not None:
            yield Related(item.call.path, item.call.span, "this does not run when the application stops normally")


def _stops(project: Project) -> Iterator[Related]:
    """Where the application stops without disposing the engine."""
    for item in project.application.registrations:
        function = item.function
        if item.trigger in AT_STOP and project.is_in_application(function):
            yield Related(function.path, function.span, f"`{function.name}` runs at shutdown and does not dispose it")
