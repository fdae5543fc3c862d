"""Levels of SQLAlchemy's loggers: INFO and DEBUG make an engine log its statements, as `echo` does."""

from __future__ import annotations

from async_db_lint.index.expressions import Call, Literal
from async_db_lint.project.application.call_site import CallSite

LOGGERS = tuple(Literal(name) for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.engine.Engine"))
LEVELS = tuple(Literal(level) for level in ("INFO", "DEBUG", 10, 20))
NAMED_LEVELS = ("logging.INFO", "logging.DEBUG")


def is_of_engines(call: CallSite) -> bool:
    """Whether `logger.setLevel(…)` is about the logger of SQLAlchemy's engines, or one above it."""
    logger = call.written(call.call.receiver)
    if not isinstance(logger, Call) or logger.argument("name", 0) not in LOGGERS:
        return False
    callee = call.value_of(logger.callee)
    return callee is not None and callee.name == "logging.getLogger"


def logs_statements(call: CallSite) -> bool:
    """Whether `logger.setLevel(…)` certainly makes SQLAlchemy's engines log their statements."""
    level = call.argument("level", 0)
    value = call.value_of(level)
    return is_of_engines(call) and (level in LEVELS or (value is not None and value.name in NAMED_LEVELS))
