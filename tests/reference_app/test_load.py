"""Many at once: every answer right, nothing sold twice, no more connections than the pool has, no growing queries."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import httpx
import pytest
from sqlalchemy import event

from tests.reference_app.conftest import Client, Shop, book, customer, order

POOL = 15  # 10 and an overflow of 5: the application's settings


@asynccontextmanager
async def most_connections(shop: Shop) -> AsyncIterator[list[int]]:
    """The counts of connections that a watcher sees while a block runs."""
    seen: list[int] = []

    async def watch() -> None:
        while True:
            seen.append(await shop.home.connections())
            await asyncio.sleep(0.02)

    watcher = asyncio.create_task(watch())
    yield seen
    watcher.cancel()
    await asyncio.gather(watcher, return_exceptions=True)


def test_two_hundred_requests_at_once_are_all_answered(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[int, int]:
        async with most_connections(shop) as seen:
            made = await asyncio.gather(*[customer(client, f"c{number}@example.org") for number in range(200)])
            read = await asyncio.gather(*[client.get(f"/customers/{key}") for key in made])
        emails = {answer.json()["email"] for answer in read}
        return len(emails), max(seen)

    emails, most = shop.visit(scenario)
    assert emails == 200
    assert 1 < most <= POOL


def test_no_copy_is_sold_twice(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[Counter[int], int]:
        buyer, key = await customer(client), await book(client, stock=30)
        answers = await asyncio.gather(*[order(client, buyer, (key, 1)) for _ in range(100)])
        stock = (await client.get(f"/books/{key}")).json()["stock"]
        return Counter(answer.status_code for answer in answers), stock

    assert shop.visit(scenario) == (Counter({201: 30, 409: 70}), 0)


def test_orders_of_the_same_books_in_another_order_do_not_block_each_other(shop: Shop) -> None:
    async def scenario(client: Client) -> set[int]:
        buyer, one, two = await customer(client), await book(client, 1, 500), await book(client, 2, 500)
        pairs = [((one, 1), (two, 1)), ((two, 1), (one, 1))] * 25
        answers = await asyncio.gather(*[order(client, buyer, *pair) for pair in pairs])
        return {answer.status_code for answer in answers}

    assert shop.visit(scenario) == {201}


def test_an_order_is_cancelled_once_however_many_ask(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[Counter[int], int]:
        key = await book(client, stock=10)
        placed = (await order(client, await customer(client), (key, 4))).json()["id"]
        answers = await asyncio.gather(*[client.post(f"/orders/{placed}/cancel") for _ in range(20)])
        stock = (await client.get(f"/books/{key}")).json()["stock"]
        return Counter(answer.status_code for answer in answers), stock

    assert shop.visit(scenario) == (Counter({200: 1, 409: 19}), 10)


def test_no_delivery_is_lost(shop: Shop) -> None:
    async def scenario(client: Client) -> int:
        key = await book(client, stock=0)
        await asyncio.gather(*[client.post(f"/books/{key}/restock", json={"quantity": 1}) for _ in range(50)])
        return int((await client.get(f"/books/{key}")).json()["stock"])

    assert shop.visit(scenario) == 50


def test_books_are_locked_in_the_order_of_their_ids(shop: Shop) -> None:
    async def scenario(client: Client) -> list[str]:
        buyer, one, two = await customer(client), await book(client, 1), await book(client, 2)
        return await sent_by(shop, order(client, buyer, (two, 1), (one, 1)))

    (locking,) = [
        statement for statement in shop.visit(scenario) if "FOR UPDATE" in statement and "SKIP" not in statement
    ]
    assert "ORDER BY" in locking


def test_a_pool_in_use_stops_neither_health_nor_exports(shop: Shop) -> None:
    paths = ("/books", "/health", "/health/live", "/orders/export.csv", "/books/bestsellers")

    async def scenario(client: Client) -> list[int]:
        async with shop.engine.connect() as one:
            shop.engine.sync_engine.pool._timeout = 0.1  # type: ignore[attr-defined]  # seconds to wait for a connection
            others = [await shop.engine.connect() for _ in range(POOL - 1)]
            try:
                answers = [await client.get(path) for path in paths]
            finally:
                for connection in others:
                    await connection.close()
                shop.engine.sync_engine.pool._timeout = 2.0  # type: ignore[attr-defined]
            assert one is not None
        return [answer.status_code for answer in answers]

    assert shop.visit(scenario) == [503, 200, 200, 200, 200]


def test_connections_are_gone_when_the_application_has_stopped(shop: Shop) -> None:
    async def scenario(client: Client) -> None:
        await asyncio.gather(*[client.get("/health") for _ in range(30)])

    shop.visit(scenario)
    assert asyncio.run(shop.home.settled(0)) == 0


@pytest.mark.parametrize(
    "path", ["/books?limit=50", "/orders?customer_id=1&limit=50", "/orders/1", "/orders/export.csv", "/customers/1"]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(shop: Shop, path: str) -> None:
    async def scenario(client: Client) -> tuple[int, int]:
        buyer = await customer(client)
        counts: list[int] = []
        for total in (1, 20):
            for number in range(1 if total == 1 else 2, total + 1):
                await book(client, number)
                await order(client, buyer, *[(key, 1) for key in range(1, number + 1)][:10])
            counts.append(await statements(shop, client, path))
        return counts[0], counts[1]

    few, many = shop.visit(scenario)
    assert 1 <= few == many <= 3


async def statements(shop: Shop, client: Client, path: str) -> int:
    """How many statements a request sends."""
    return len(await sent_by(shop, client.get(path)))


async def sent_by(shop: Shop, request: Awaitable[httpx.Response]) -> list[str]:
    """The statements that a request sends; it must succeed."""
    from reference_app.reporting import reporting_engine

    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    engines = [shop.engine.sync_engine, reporting_engine.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    answer = await request
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
    assert answer.status_code in (200, 201)
    return sent
