"""What can go wrong, and the one place that says how it is answered over HTTP."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from reference_app.database import CONNECTION_ERRORS, DatabaseUnavailable, reason
from reference_app.request_id import HEADER, SCOPE_KEY
from reference_app.sqlstates import Meaning, meaning, sqlstate

log = logging.getLogger("uvicorn.error")
NO_ANSWER = Meaning("the database does not answer", 5)
BUSY = Meaning("too many ask at once", 2)


class ShopError(Exception):
    """A request that cannot be served as it is; the text is for whoever sent it."""

    status = 400


class NotFound(ShopError):
    """Nothing has this id."""

    status = 404

    def __init__(self, kind: str, key: int | str) -> None:
        super().__init__(f"there is no {kind} {key}")


class Conflict(ShopError):
    """The request contradicts what the shop holds already."""

    status = 409


class OutOfStock(Conflict):
    """Fewer are there than were ordered."""

    def __init__(self, title: str, wanted: int, left: int) -> None:
        super().__init__(f"{wanted} of “{title}” were ordered, only {left} left")


class KeyReused(ShopError):
    """An idempotency key came a second time, with another order."""

    status = 422

    def __init__(self) -> None:
        super().__init__("this Idempotency-Key was sent with another order")


async def answer_shop_error(request: Request, error: Exception) -> JSONResponse:
    """A refusal in the form that FastAPI gives its own."""
    status = error.status if isinstance(error, ShopError) else 500
    return JSONResponse({"detail": str(error)}, status)


async def answer_unavailable(request: Request, error: Exception) -> JSONResponse:
    """The database is gone or busy: a load balancer reads 503, and asks another instance."""
    found = unavailable(error)
    if found is None:
        raise error
    log.warning("%s %s is not served: %s", request.method, request.url.path, reason(error))
    return JSONResponse({"detail": found.detail}, 503, {"Retry-After": str(found.retry_after)})


async def answer_invalid(request: Request, error: Exception) -> JSONResponse:
    """What is wrong with a request, without what was sent: that may be no valid text at all."""
    rows = error.errors() if isinstance(error, RequestValidationError) else []
    return JSONResponse({"detail": [{name: row[name] for name in ("type", "loc", "msg")} for row in rows]}, 422)


async def answer_failure(request: Request, error: Exception) -> JSONResponse:
    """Our own mistake: the log has it under the request's id."""
    headers = {HEADER: str(request.scope.get(SCOPE_KEY, "-"))}
    return JSONResponse({"detail": "this should not have happened"}, 500, headers)


def unavailable(error: Exception) -> Meaning | None:
    """What to say of an error that another time, or another instance, may not have; nothing of our own mistakes."""
    if isinstance(error, PoolTimeout):
        return BUSY
    if found := meaning(error):
        return found
    is_ours = isinstance(error, DBAPIError) and not error.connection_invalidated
    return None if is_ours or sqlstate(error) else NO_ANSWER


def install(app: FastAPI) -> None:
    """Let an application answer these errors."""
    app.add_exception_handler(ShopError, answer_shop_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(Exception, answer_failure)
    for kind in (DatabaseUnavailable, PoolTimeout, *CONNECTION_ERRORS):
        app.add_exception_handler(kind, answer_unavailable)
