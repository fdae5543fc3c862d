"""What the bookshop answers, and what is in the tables afterwards."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.reference_app.conftest import Client, Shop, book, customer, order


def test_an_order_takes_books_from_the_stock(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[Any, Any]:
        buyer, one, two = await customer(client), await book(client, 1), await book(client, 2, price="3.25")
        placed = await order(client, buyer, (one, 2), (two, 3))
        assert placed.status_code == 201
        return placed.json(), [(await client.get(f"/books/{key}")).json()["stock"] for key in (one, two)]

    placed, stock = shop.visit(scenario)
    assert [line["quantity"] for line in placed["lines"]] == [2, 3]
    assert Decimal(placed["total"]) == Decimal("24.75")
    assert placed["confirmed_at"] is None
    assert stock == [8, 7]


def test_an_order_is_confirmed_after_the_answer(shop: Shop) -> None:
    async def scenario(client: Client) -> Any:
        placed = await order(client, await customer(client), (await book(client), 1))
        return (await client.get(f"/orders/{placed.json()['id']}")).json()

    confirmed = datetime.fromisoformat(shop.visit(scenario)["confirmed_at"])
    assert confirmed.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - confirmed) < timedelta(minutes=1)


def test_an_order_that_was_cancelled_first_is_not_confirmed(shop: Shop) -> None:
    async def scenario(client: Client) -> Any:
        from reference_app.services import jobs

        key = (await order(client, await customer(client), (await book(client), 1))).json()["id"]
        await shop.home.fetch('UPDATE "order" SET confirmed_at = NULL')
        await client.post(f"/orders/{key}/cancel")
        await jobs.confirm(key)
        return (await client.get(f"/orders/{key}")).json()

    found = shop.visit(scenario)
    assert (found["status"], found["confirmed_at"]) == ("cancelled", None)


def test_a_price_has_two_places_from_the_first_answer_on(shop: Shop) -> None:
    async def scenario(client: Client) -> list[str]:
        row = {"isbn": "9780000000001", "title": "x", "price": "3", "stock": 1}
        made = await client.post("/books", json=row)
        return [answer.json()["price"] for answer in (made, await client.get("/books/1"))]

    assert shop.visit(scenario) == ["3.00", "3.00"]


def test_a_cancelled_order_gives_its_books_back_once(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[list[int], int, str]:
        key = await book(client)
        placed = await order(client, await customer(client), (key, 4))
        answers = [await client.post(f"/orders/{placed.json()['id']}/cancel") for _ in range(2)]
        stock = (await client.get(f"/books/{key}")).json()["stock"]
        return [answer.status_code for answer in answers], stock, answers[0].json()["status"]

    assert shop.visit(scenario) == ([200, 409], 10, "cancelled")


def test_what_came_in_is_added(shop: Shop) -> None:
    async def scenario(client: Client) -> int:
        key = await book(client, stock=1)
        return int((await client.post(f"/books/{key}/restock", json={"quantity": 5})).json()["stock"])

    assert shop.visit(scenario) == 6


def test_a_catalogue_is_read_page_by_page(shop: Shop) -> None:
    async def scenario(client: Client) -> list[list[int]]:
        for number in range(1, 6):
            await book(client, number)
        pages: list[list[int]] = []
        after: int | None = 0
        while after is not None:
            page = (await client.get("/books", params={"after": after, "limit": 2})).json()
            pages.append([item["id"] for item in page["items"]])
            after = page["next"]
        return pages

    assert shop.visit(scenario) == [[1, 2], [3, 4], [5]]


def test_orders_of_one_customer_are_listed(shop: Shop) -> None:
    async def scenario(client: Client) -> Any:
        one, other, key = await customer(client), await customer(client, "bob@example.org"), await book(client)
        for buyer in (one, other, one):
            await order(client, buyer, (key, 1))
        return (await client.get("/orders", params={"customer_id": one})).json()

    found = shop.visit(scenario)
    assert [item["id"] for item in found["items"]] == [1, 3]
    assert found["items"][0]["lines"][0]["title"] == "Volume 1"


def test_the_export_is_every_line(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[str, list[str]]:
        buyer, key = await customer(client), await book(client, stock=500)
        for _ in range(3):
            await order(client, buyer, (key, 2))
        answer = await client.get("/orders/export.csv")
        return answer.headers["content-type"], answer.text.split()

    kind, lines = shop.visit(scenario)
    assert kind.startswith("text/csv")
    assert lines == ["order,status,isbn,quantity", *[f"{key},placed,9780000000001,2" for key in (1, 2, 3)]]


def test_points_in_time_are_in_utc(shop: Shop) -> None:
    async def scenario(client: Client) -> str:
        return str((await client.get(f"/customers/{await customer(client)}")).json()["created_at"])

    assert shop.visit(scenario).endswith("Z")


def test_the_service_says_that_it_can_work(shop: Shop) -> None:
    async def scenario(client: Client) -> Any:
        return (await client.get("/health")).json(), (await client.get("/docs")).status_code

    assert shop.visit(scenario) == ({"database": "ok"}, 200)


@pytest.mark.parametrize(
    ("path", "row"),
    [
        ("/customers", {"email": "nobody", "name": "Ada"}),
        ("/customers", {"email": "ada@example.org", "name": "  "}),
        ("/customers", {"email": "ada@example.org", "name": "A\0b"}),
        ("/customers", {"email": "a\0@example.org", "name": "Ada"}),
        ("/books", {"isbn": "9780000000001", "title": "x\0", "price": "1", "stock": 1}),
        ("/books", {"isbn": "123", "title": "x", "price": "1", "stock": 1}),
        ("/books", {"isbn": "9780000000001", "title": "x", "price": "-1", "stock": 1}),
        ("/books", {"isbn": "9780000000001", "title": "x", "price": "1.005", "stock": 1}),
        ("/books/0/restock", {"quantity": 1}),
        ("/books/1/restock", {"quantity": 0}),
        ("/orders", {"customer_id": 1, "lines": []}),
        ("/orders", {"customer_id": 2**31, "lines": [{"book_id": 1, "quantity": 1}]}),
        ("/orders", {"customer_id": 1, "lines": [{"book_id": 1, "quantity": 1}] * 2}),
        ("/orders/99999999999/cancel", {}),
    ],
)
def test_an_invalid_request_is_refused(shop: Shop, path: str, row: dict[str, object]) -> None:
    async def scenario(client: Client) -> int:
        return (await client.post(path, json=row)).status_code

    assert shop.visit(scenario) == 422


def test_what_is_not_there_is_not_found(shop: Shop) -> None:
    async def scenario(client: Client) -> list[int]:
        buyer = await customer(client)
        answers = [
            await client.get("/customers/7"),
            await client.get("/books/7"),
            await client.get("/orders/7"),
            await client.post("/orders/7/cancel"),
            await client.post("/books/7/restock", json={"quantity": 1}),
            await order(client, 7, (1, 1)),
            await order(client, buyer, (7, 1)),
        ]
        return [answer.status_code for answer in answers]

    assert shop.visit(scenario) == [404] * 7


def test_what_is_taken_is_a_conflict_and_the_session_goes_on(shop: Shop) -> None:
    async def scenario(client: Client) -> list[int]:
        await customer(client), await book(client)
        again = [
            await client.post("/customers", json={"email": "ADA@example.org", "name": "Ada"}),
            await client.post("/books", json={"isbn": "9780000000001", "title": "x", "price": "1", "stock": 1}),
        ]
        await customer(client, "bob@example.org")
        return [answer.status_code for answer in again]

    assert shop.visit(scenario) == [409, 409]


def test_a_refused_order_leaves_nothing_half_written(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[int, str, list[int]]:
        buyer, many, few = await customer(client), await book(client, 1), await book(client, 2, stock=1)
        refused = await order(client, buyer, (many, 3), (few, 2))
        stock = [(await client.get(f"/books/{key}")).json()["stock"] for key in (many, few)]
        return refused.status_code, refused.json()["detail"], stock

    status, detail, stock = shop.visit(scenario)
    assert (status, stock) == (409, [10, 1])
    assert detail == "2 of “Volume 2” were ordered, only 1 left"
    assert asyncio.run(shop.home.fetch('SELECT count(*) FROM "order"')) == 0
