"""What can go wrong, and the one place that says how it is answered over HTTP."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from reference_app.database import DatabaseUnavailable


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
    """A load balancer reads this, and asks another instance."""
    return JSONResponse({"detail": "the database does not answer"}, 503)


def install(app: FastAPI) -> None:
    """Let an application answer these errors."""
    app.add_exception_handler(ShopError, answer_shop_error)
    app.add_exception_handler(DatabaseUnavailable, answer_unavailable)
