"""The application."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reference_app import errors
from reference_app.database import DatabaseUnavailable, engine, verify
from reference_app.routes import books, customers, health, orders

log = logging.getLogger("uvicorn.error")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start only when the database answers; leave no connection behind."""
    try:
        await verify()
        yield
    except DatabaseUnavailable as error:
        log.error("The bookshop does not start: %s.", error)
        raise
    finally:
        await engine.dispose()


app = FastAPI(title="Bookshop", lifespan=lifespan)
errors.install(app)
for module in (customers, books, orders, health):
    app.include_router(module.router)
