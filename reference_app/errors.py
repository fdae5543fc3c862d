"""What can go wrong, and the one place that says how it is answered over HTTP."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reference_app.database import DatabaseUnavailable, reason

log = logging.getLogger("uvicorn.error")
LOCK_TIMEOUT = "55P03"  # lock_not_available, in PostgreSQL's table of error codes


class ShopError(Exception):
    """A request that cannot be served as it is; the text is for whoever sent it."""

    status = 400


class NotFound(ShopError):
    """Nothing has this id."""

    status = 404

    def __init__(self, kind: str, key: int) -> None:
        super().__init__(f"there is no {kind} {key}")


class Conflict(ShopError):
    """The request contradicts what the shop holds already."""

    status = 409


class OutOfStock(Conflict):
    """Fewer are there than were ordered."""

    def __init__(self, title: str, wanted: int, left: int) -> None:
        super().__init__(f"{wanted} of “{title}” were ordered, {left} are left")


async def answer_shop_error(request: Request, error: Exception) -> JSONResponse:
    """A refusal in the form that FastAPI gives its own."""
    status = error.status if isinstance(error, ShopError) else 500
    return JSONResponse({"detail": str(error)}, status)


async def answer_unavailable(request: Request, error: Exception) -> JSONResponse:
    """The database is gone or busy: a load balancer reads 503, and asks another instance."""
    if isinstance(error, DBAPIError) and not is_unavailable(error):
        raise error
    log.warning("%s %s is not served: %s", request.method, request.url.path, reason(error))
    return JSONResponse({"detail": "the database does not answer"}, 503, {"Retry-After": "5"})


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the connection broke, could not be made, or waited for a lock too long."""
    return error.connection_invalidated or getattr(error.orig, "sqlstate", None) == LOCK_TIMEOUT


def install(app: FastAPI) -> None:
    """Let an application answer these errors."""
    app.add_exception_handler(ShopError, answer_shop_error)
    for kind in (DatabaseUnavailable, DBAPIError, PoolTimeout, OSError):
        app.add_exception_handler(kind, answer_unavailable)
