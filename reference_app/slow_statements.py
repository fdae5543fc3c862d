"""Logs statements that took long, with the request that sent them. Never what they were sent with."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine

from reference_app.settings import settings

log = logging.getLogger("uvicorn.error")
STARTED = "bookshop_started"


def watch(engine: AsyncEngine) -> None:
    """Log what an engine's connections execute slowly, also when it fails in the end."""
    event.listen(engine.sync_engine, "before_cursor_execute", note_start)
    event.listen(engine.sync_engine, "after_cursor_execute", log_if_slow)
    event.listen(engine.sync_engine, "handle_error", log_failed_if_slow)


def note_start(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
    """Remember when a statement was sent."""
    connection.info[STARTED] = perf_counter()


def log_if_slow(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
    """Compare with now."""
    seconds = perf_counter() - connection.info.pop(STARTED, perf_counter())
    if seconds >= settings.slow_statement:
        log.warning("%.0f ms for %s", seconds * 1000, " ".join(statement.split()))


def log_failed_if_slow(context: ExceptionContext) -> None:
    """The slowest ones are those that the server has broken off."""
    if context.connection is not None and context.statement is not None and not context.connection.invalidated:
        log_if_slow(context.connection, None, context.statement)
