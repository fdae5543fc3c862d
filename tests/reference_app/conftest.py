"""The bookshop on a real server, its schema migrated, reached through ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest

from tests.scratch import Room, room

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

Result = TypeVar("Result")
Client = httpx.AsyncClient


class Shop:
    """The running bookshop: its room on the server, its engine, and visits to it."""

    def __init__(self, home: Room) -> None:
        from reference_app.database import engine
        from reference_app.main import app

        self.home = home
        self.app = app
        self.engine: AsyncEngine = engine

    def visit(self, scenario: Callable[[Client], Awaitable[Result]]) -> Result:
        """What a scenario gives, in an event loop of its own, between the start and the stop of the application."""

        async def whole() -> Result:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with self.app.router.lifespan_context(self.app), Client(transport=transport, base_url="http://shop") as client:  # fmt: skip
                return await scenario(client)

        return asyncio.run(whole())


@pytest.fixture(scope="session")
def home(postgres: str) -> Iterator[Room]:
    """The room of the bookshop; the environment leads there before the application is imported."""
    with room(postgres) as found, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", found.url)
        patch.setenv("DATABASE_SCHEMA", found.name)
        from reference_app import migrate

        migrate.upgrade()
        yield found


@pytest.fixture(scope="session")
def shop(home: Room) -> Shop:
    return Shop(home)


@pytest.fixture(autouse=True)
def empty(request: pytest.FixtureRequest) -> None:
    """Each test finds empty tables that count from 1."""
    if "shop" in request.fixturenames:
        found: Shop = request.getfixturevalue("shop")
        asyncio.run(found.home.fetch('TRUNCATE customer, book, "order", order_line, letter RESTART IDENTITY'))


async def customer(client: Client, email: str = "ada@example.org") -> int:
    answer = await client.post("/customers", json={"email": email, "name": "Ada"})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def book(client: Client, number: int = 1, stock: int = 10, price: str = "7.50") -> int:
    row = {"isbn": f"978{number:010}", "title": f"Volume {number}", "price": price, "stock": stock}
    answer = await client.post("/books", json=row)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def order(client: Client, buyer: int, *lines: tuple[int, int]) -> httpx.Response:
    rows = [{"book_id": key, "quantity": quantity} for key, quantity in lines]
    return await client.post("/orders", json={"customer_id": buyer, "lines": rows})
