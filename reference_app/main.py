"""The application."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from reference_app import docs_page, errors, slow_statements
from reference_app.database import DatabaseUnavailable, engine, verify
from reference_app.deadline import Deadline
from reference_app.readiness import readiness_engine
from reference_app.reporting import reporting_engine
from reference_app.request_id import NameRequest, RequestId
from reference_app.routes import books, customers, health, orders
from reference_app.services import jobs
from reference_app.settings import settings

log = logging.getLogger("uvicorn.error")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start only when the database answers; send letters meanwhile; leave no connection behind."""
    try:
        await verify()
        async with jobs.sweeping():
            yield
    except DatabaseUnavailable as error:
        log.error("The bookshop does not start: %s.", error)
        raise
    finally:
        await engine.dispose()
        await reporting_engine.dispose()
        await readiness_engine.dispose()


app = FastAPI(title="Bookshop", lifespan=lifespan, docs_url=None, redoc_url=None)
app.add_middleware(Deadline, seconds=settings.request_timeout)
app.add_middleware(RequestId)
errors.install(app)
docs_page.install(app)
slow_statements.watch(engine)
slow_statements.watch(reporting_engine)
log.addFilter(NameRequest())
for module in (customers, books, orders, health):
    app.include_router(module.router)
