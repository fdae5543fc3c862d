"""A second engine, for what reads much: on a replica where there is one, and never out of the requests' pool.

Somebody who exports everything takes one of these few connections, and the shop goes on selling.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from reference_app.settings import settings

reporting_engine = create_async_engine(
    settings.replica_url or settings.database_url,
    pool_size=2,
    max_overflow=0,
    pool_timeout=settings.pool_timeout,
    pool_pre_ping=True,
    hide_parameters=True,
    connect_args=settings.connect_args("bookshop reports"),
)
ReportSession = async_sessionmaker(reporting_engine, expire_on_commit=False)


async def get_report_session() -> AsyncIterator[AsyncSession]:
    """A session for a request that only reads."""
    async with ReportSession() as session:
        yield session


ReportSessionDep = Annotated[AsyncSession, Depends(get_report_session)]
