"""Alembic's environment: the application's tables, over the application's driver."""

from __future__ import annotations

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateSchema

from reference_app.models import Base
from reference_app.settings import settings

SCHEMA = {"schema": settings.database_schema}


def configure(connection: Connection | None = None) -> None:
    """Run the migrations on a connection, or write them as SQL."""
    context.configure(
        connection=connection,
        url=settings.database_url,
        target_metadata=Base.metadata,
        version_table_schema=settings.database_schema,
        include_schemas=True,
        include_name=lambda name, kind, _: kind != "schema" or name == settings.database_schema,
        literal_binds=connection is None,
    )
    with context.begin_transaction():
        context.run_migrations()


async def online() -> None:
    """Connect, make the schema where it is missing, migrate; instances that start together do it one by one."""
    # Alembic compares the tables of a connection's own schema without its name: ours must not be that one.
    elsewhere = {"application_name": "bookshop migrations", "search_path": "public"}
    engine = create_async_engine(
        settings.database_url,
        poolclass=NullPool,
        connect_args={"timeout": settings.connect_timeout, "server_settings": elsewhere},
    )
    try:
        async with engine.begin() as connection:
            await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:schema))"), SCHEMA)
            # Requests queue up behind a migration that waits for a table: it shall rather fail, and be tried again.
            await connection.execute(text("SET LOCAL lock_timeout = '5s'"))
            await connection.execute(CreateSchema(settings.database_schema, if_not_exists=True))
            await connection.run_sync(configure)
    finally:
        await engine.dispose()


if context.is_offline_mode():
    configure()
else:
    asyncio.run(online())
