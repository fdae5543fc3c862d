"""Whether the database answers, asked on a connection that no request can take away.

The load balancer asks often and wants an answer soon. Out of the requests' pool it would get one when the shop
is least busy: with all connections in use, the question would wait behind the customers.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from reference_app.database import CONNECTION_ERRORS, DatabaseUnavailable, ping, reason
from reference_app.settings import settings

SECONDS = 0.8

readiness_engine = create_async_engine(
    settings.database_url,
    pool_size=1,
    max_overflow=0,
    pool_timeout=SECONDS,
    pool_pre_ping=True,
    hide_parameters=True,
    connect_args=settings.connect_args("bookshop readiness"),
)
ReadinessSession = async_sessionmaker(readiness_engine, expire_on_commit=False)


async def get_readiness_session() -> AsyncIterator[AsyncSession]:
    """A session on the connection for this one question."""
    async with ReadinessSession() as session:
        yield session


ReadinessSessionDep = Annotated[AsyncSession, Depends(get_readiness_session)]


async def ping_soon(session: AsyncSession) -> None:
    """Ask, and take no answer within the time for one. Raises DatabaseUnavailable."""
    try:
        async with asyncio.timeout(SECONDS):
            await ping(session)
    except (*CONNECTION_ERRORS, PoolTimeout) as error:
        raise DatabaseUnavailable(f"the database does not answer within {SECONDS} s: {reason(error)}") from error
