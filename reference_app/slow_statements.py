"""Logs statements that took long, with the request that sent them. Never what they were sent with."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

from reference_app.request_id import request_id
from reference_app.settings import settings

log = logging.getLogger("uvicorn.error")
STARTED = "bookshop_started"


def watch(engine: AsyncEngine) -> None:
    """Log what an engine's connections execute slowly."""
    event.listen(engine.sync_engine, "before_cursor_execute", note_start)
    event.listen(engine.sync_engine, "after_cursor_execute", log_if_slow)


def note_start(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
    """Remember when a statement was sent."""
    connection.info[STARTED] = perf_counter()


def log_if_slow(connection: Connection, cursor: Any, statement: str, *rest: Any) -> None:
    """Compare with now."""
    seconds = perf_counter() - connection.info[STARTED]
    if seconds >= settings.slow_statement:
        log.warning("request %s: %.0f ms for %s", request_id.get(), seconds * 1000, " ".join(statement.split()))
