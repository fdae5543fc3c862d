"""ADB103."""

from __future__ import annotations

from async_db_lint.rule import *


class SyncEngine(Rule):
    """A synchronous engine where an async one belongs.

    Happens: `create_engine` with an asyncpg URL fails at the first connection with `MissingGreenlet`. So does the
    `engine_from_config` that Alembic writes into `env.py`, as soon as `alembic.ini` names asyncpg.
    A synchronous engine under `async def` routes works, and stops the event loop for as long as each
    query takes: all other requests wait.

    Instead: `create_async_engine("postgresql+asyncpg://…")` and `async with` sessions; or make the
    routes plain `def`, which FastAPI runs in threads. In `env.py`: `async_engine_from_config(…)` and
    `await connection.run_sync(do_run_migrations)`.

    Silent: for a synchronous engine beside an async one (migrations, scripts, workers use it), when
    it is wrapped in `AsyncEngine(…)`, when no `async def` is known to use it, and for URLs with `async_fallback`.
    """

    code = "ADB103"
    name = "sync-engine"
    severity = Severity.ERROR
    consequence = Consequence.BLOCKS_LOOP
    guide = "Using synchronous drivers"

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            is_wrapped = engine.call.usage is Usage.ARGUMENT or _is_wrapped_later(project, engine)
            if engine.kind != SYNC_ENGINE or engine.role is Role.TEST or is_wrapped:
                continue
            driver = _async_driver(project, engine)
            if driver:
                yield suspect(engine.call, f"`{engine.call.method}` cannot use `{driver}`, which is an async driver")
            elif _is_only_engine(project, engine) and project.blocking_calls:
                places = [item.proof.call_in_root(item.call) for item in project.blocking_calls]
                calls = [*dict.fromkeys([*(item.call for item in project.blocking_calls), *places])]
                message = "the only engine is synchronous: each query in an `async def` stops the event loop"
                found = suspect(engine.call, message).with_same_as(calls)
                yield found.with_related(related_calls(calls[:5], "blocks the event loop"))


def _async_driver(project: Project, engine: Engine) -> str:
    """The async driver that a synchronous engine is given; empty when there is none, or it is not known."""
    if engine.driver is None and engine.call.method == "engine_from_config":
        return alembic_driver(project, engine.call, project.settings)
    if any(has_fallback(argument.value) for argument in engine.call.arguments):
        return ""
    return async_driver(engine.driver)


def _is_wrapped_later(project: Project, engine: Engine) -> bool:
    """Whether an async engine is made of a synchronous one by its name: `AsyncEngine(sync)`."""
    calls = project.calls_to(ENGINE)
    names = engine.names
    return any(isinstance(item, Name) and item.name in names for call in calls for item in call.call.positional)


def _is_only_engine(project: Project, engine: Engine) -> bool:
    """Whether the application has this engine and no other."""
    others = [other for other in project.engines if other is not engine and other.role is Role.APPLICATION]
    is_certain = not engine.is_conditional and not project.unread.mentions("create_async_engine")
    return engine.role is Role.APPLICATION and not others and is_certain
