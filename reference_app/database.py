"""The engine of the requests, its factory of sessions, and the dependency that gives a request its session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from asyncpg import InterfaceError, PostgresError
from fastapi import Depends
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from reference_app.settings import settings

engine = create_async_engine(
    settings.database_url,
    pool_size=settings.pool_size,
    max_overflow=settings.pool_overflow,
    pool_timeout=settings.pool_timeout,
    pool_pre_ping=True,
    hide_parameters=True,
    connect_args=settings.connect_args("bookshop"),
)
# What a commit does not expire can still be read when the response is built.
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


class DatabaseUnavailable(Exception):
    """The database does not answer; the text says where it was looked for, and why."""


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session for one request: closed after it, and rolled back unless a service has committed.

    The guide annotates it `-> AsyncSession`; what it is called for is an iterator, and type checkers know.
    """
    async with SessionLocal() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]

# What connecting raises; SQLAlchemy 2.0 lets asyncpg's own errors through, 2.1 wraps them.
CONNECTION_ERRORS = (OSError, DBAPIError, PostgresError, InterfaceError)


async def ping(session: AsyncSession) -> None:
    """Ask the database for nothing but an answer. Raises DatabaseUnavailable."""
    try:
        await session.execute(text("SELECT 1"))
    except (*CONNECTION_ERRORS, PoolTimeout) as error:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnavailable(f"the database at {where} does not answer: {reason(error)}") from error


async def verify() -> None:
    """Open a connection before the first user does. Raises DatabaseUnavailable."""
    async with SessionLocal() as session:
        await ping(session)


def reason(error: BaseException) -> str:
    """What is wrong, in one line and without the statement that met it."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(cause).split()) or type(cause).__name__
