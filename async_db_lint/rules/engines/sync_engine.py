"""ADB103."""

from __future__ import annotations

import re

from async_db_lint.rule import *

FALLBACK = "async_fallback"
"""What lets SQLAlchemy 2.0 use an async driver without an event loop; 2.1 has it no more."""
IN_ALEMBIC_INI = re.compile(r"^sqlalchemy\.url\s*=\s*\w+\+(asyncpg|aiosqlite|asyncmy|aiomysql)\b", re.MULTILINE)


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
    guide = "Using synchronous drivers"

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            is_wrapped = engine.call.usage is Usage.ARGUMENT
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
    driver = engine.driver
    if driver is not None:
        if FALLBACK in driver.prefix.text or _has_fallback(engine.call):
            return ""
        return driver.driver if driver.is_async and driver.driver != "psycopg" else ""
    return _alembic_driver(project, engine.call) if engine.call.method == "engine_from_config" else ""


def _alembic_driver(project: Project, call: Call) -> str:
    """The async driver in the URL that Alembic's configuration holds: set in the file, or else in `alembic.ini`."""
    module = call.block.scope.module
    given = [item for item in project.calls("set_main_option") if item.scope.module is module]
    for item in given:
        if _has_fallback(item.call):
            return ""
        driver = driver_of(project.inference, item.call.positional[-1], item.place) if item.call.positional else None
        return driver.driver if driver is not None and driver.is_async and driver.driver != "psycopg" else ""
    is_changed = any(target.name == "" for scope in module.inner() for target in scope.targets)
    texts = [text for path, text in project.settings if path.endswith("alembic.ini") and not is_changed]
    found = [match[1] for text in texts for match in [IN_ALEMBIC_INI.search(text)] if match and FALLBACK not in text]
    return found[0] if len(found) == len(texts) == 1 else ""


def _has_fallback(call: Call) -> bool:
    """Whether a URL says that the driver shall do without an event loop."""
    parts = (part for argument in call.arguments for part in walk(argument.value))
    return any(isinstance(part, Literal) and isinstance(part.value, str) and FALLBACK in part.value for part in parts)


def _is_only_engine(project: Project, engine: Engine) -> bool:
    """Whether the application has this engine and no other."""
    others = [other for other in project.engines if other is not engine and other.role is Role.APPLICATION]
    is_certain = not engine.is_conditional and not project.unread.mentions("create_async_engine")
    return engine.role is Role.APPLICATION and not others and is_certain
