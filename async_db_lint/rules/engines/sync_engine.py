"""ADB103."""

from __future__ import annotations

from async_db_lint.rule import *


class SyncEngine(Rule):
    """A synchronous engine where an async one belongs.

    Happens: `create_engine` with an asyncpg URL fails at the first connection with `MissingGreenlet`.
    A synchronous engine under `async def` routes works, and stops the event loop for as long as each
    query takes: all other requests wait.

    Instead: `create_async_engine("postgresql+asyncpg://…")` and `async with` sessions; or make the
    routes plain `def`, which FastAPI runs in threads.

    Silent: for a synchronous engine beside an async one (migrations, scripts, workers use it), when
    it is wrapped in `AsyncEngine(…)`, and when no `async def` is known to use it.
    """

    code = "ADB103"
    name = "sync-engine"
    severity = Severity.ERROR
    guide = "Using synchronous drivers"

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            is_wrapped = engine.call.usage is Usage.ARGUMENT
            if engine.kind != SYNC_ENGINE or engine.role is Role.TEST or is_wrapped:
                continue
            driver = engine.driver
            if driver is not None and driver.is_async and driver.driver != "psycopg":
                yield suspect(engine.call, f"`create_engine` cannot use `{driver.driver}`, which is an async driver")
            elif _is_only_engine(project, engine) and project.blocking_calls:
                places = [item.proof.call_in_root(item.call) for item in project.blocking_calls]
                calls = [*dict.fromkeys([*(item.call for item in project.blocking_calls), *places])]
                message = "the only engine is synchronous: each query in an `async def` stops the event loop"
                found = suspect(engine.call, message).with_same_as(calls)
                yield found.with_related(related_calls(calls[:5], "blocks the event loop"))


def _is_only_engine(project: Project, engine: Engine) -> bool:
    """Whether the application has this engine and no other."""
    others = [other for other in project.engines if other is not engine and other.role is Role.APPLICATION]
    is_certain = not engine.is_conditional and not project.unread.mentions("create_async_engine")
    return engine.role is Role.APPLICATION and not others and is_certain
