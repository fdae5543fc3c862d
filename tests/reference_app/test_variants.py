"""The variants run on a real server: shops apart, and no prepared statement left behind."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from reference_app.variants.pgbouncer import BEHIND_PGBOUNCER
from reference_app.variants.tenancy import current_shop, separate_shops
from tests.scratch import Room

POLICY = """
    CREATE TABLE book (title text, shop text DEFAULT current_setting('app.shop'));
    ALTER TABLE book ENABLE ROW LEVEL SECURITY;
    ALTER TABLE book FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON book USING (shop = current_setting('app.shop'));
"""


async def titles(engine: AsyncEngine, shop: str, *new: str) -> list[str]:
    """What a shop sees, after it has got some more."""
    current_shop.set(shop)
    async with engine.begin() as connection:
        for title in new:
            await connection.execute(text("INSERT INTO book (title) VALUES (:title)"), {"title": title})
        rows = await connection.scalars(text("SELECT title FROM book ORDER BY title"))
        return list(rows)


def test_a_shop_sees_its_own_rows_on_whatever_connection(scratch: Room) -> None:
    async def scenario() -> list[list[str]]:
        engine = create_async_engine(scratch.url, pool_size=1, max_overflow=0)
        try:
            async with engine.begin() as connection:
                for statement in POLICY.split(";")[:-1]:
                    await connection.execute(text(statement))
            separate_shops(engine)
            await titles(engine, "north", "a", "b")
            await titles(engine, "south", "c")
            return [await titles(engine, shop) for shop in ("north", "south", "west")]
        finally:
            await engine.dispose()

    assert asyncio.run(scenario()) == [["a", "b"], ["c"], []]


def test_shops_that_ask_at_once_do_not_see_each_other(scratch: Room) -> None:
    async def scenario() -> list[list[str]]:
        engine = create_async_engine(scratch.url)
        try:
            async with engine.begin() as connection:
                for statement in POLICY.split(";")[:-1]:
                    await connection.execute(text(statement))
            separate_shops(engine)
            shops = [f"s{number}" for number in range(20)]
            return await asyncio.gather(*[asyncio.create_task(titles(engine, shop, shop)) for shop in shops])
        finally:
            await engine.dispose()

    assert asyncio.run(scenario()) == [[f"s{number}"] for number in range(20)]


def test_who_does_not_say_whose_gets_no_transaction(scratch: Room) -> None:
    async def scenario() -> None:
        engine = create_async_engine(scratch.url)
        separate_shops(engine)
        try:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        finally:
            await engine.dispose()

    with pytest.raises(LookupError):
        asyncio.run(scenario())


def test_statements_survive_a_server_connection_that_forgets_them(scratch: Room) -> None:
    """PgBouncer gives each transaction another server connection: DEALLOCATE ALL leaves what such a one knows."""

    async def scenario(engine: AsyncEngine) -> int:
        try:
            async with engine.connect() as connection:
                for _ in range(2):
                    await connection.execute(text("SELECT 1"))
                    await connection.commit()
                    await connection.exec_driver_sql("DEALLOCATE ALL")
                    await connection.commit()
                return int(await connection.scalar(text("SELECT 1")) or 0)
        finally:
            await engine.dispose()

    assert asyncio.run(scenario(create_async_engine(scratch.url, **BEHIND_PGBOUNCER))) == 1
    with pytest.raises(DBAPIError, match="does not exist"):
        asyncio.run(scenario(create_async_engine(scratch.url)))
