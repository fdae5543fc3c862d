"""What the guide shows line by line: search, newest first, one by a key, update, delete, deliberate SQL."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.reference_app.conftest import Client, Shop, book, customer, order


def test_books_are_found_by_their_title_the_newest_first(shop: Shop) -> None:
    async def scenario(client: Client) -> list[list[str]]:
        for number in range(1, 13):
            await book(client, number)
        titles = ["Volume 1", "e 1", "%", "Volume"]
        found = [await client.get("/books/search", params={"title": title, "limit": 3}) for title in titles]
        return [[row["title"] for row in answer.json()] for answer in found]

    assert shop.visit(scenario) == [
        ["Volume 12", "Volume 11", "Volume 10"],
        ["Volume 12", "Volume 11", "Volume 10"],
        [],
        ["Volume 12", "Volume 11", "Volume 10"],
    ]


def test_a_book_is_found_by_its_isbn(shop: Shop) -> None:
    async def scenario(client: Client) -> list[int]:
        await book(client, 7)
        answers = [await client.get(f"/books/isbn/978{number:010}") for number in (7, 8)]
        return [answer.status_code for answer in answers]

    assert shop.visit(scenario) == [200, 404]


def test_a_new_price_holds_from_then_on(shop: Shop) -> None:
    async def scenario(client: Client) -> list[str]:
        key, buyer = await book(client, price="7.50"), await customer(client)
        before = await order(client, buyer, (key, 1))
        assert (await client.patch(f"/books/{key}", json={"price": "9"})).json()["price"] == "9.00"
        after = await order(client, buyer, (key, 1))
        return [answer.json()["total"] for answer in (before, after)]

    assert shop.visit(scenario) == ["7.50", "9.00"]


def test_a_book_is_deleted_unless_it_was_ordered(shop: Shop) -> None:
    async def scenario(client: Client) -> list[int]:
        kept, gone = await book(client, 1), await book(client, 2)
        await order(client, await customer(client), (kept, 1))
        answers = [await client.delete(f"/books/{key}") for key in (kept, gone, gone)]
        answers += [await client.get(f"/books/{key}") for key in (kept, gone)]
        return [answer.status_code for answer in answers]

    assert shop.visit(scenario) == [409, 204, 404, 200, 404]


def test_what_was_ordered_most_is_first_and_cancelled_orders_do_not_count(shop: Shop) -> None:
    async def scenario(client: Client) -> list[tuple[str, int, int]]:
        buyer = await customer(client)
        one, two, three = [await book(client, number) for number in (1, 2, 3)]
        await order(client, buyer, (one, 2), (two, 5))
        await order(client, buyer, (three, 2))
        cancelled = await order(client, buyer, (one, 5))
        await client.post(f"/orders/{cancelled.json()['id']}/cancel")
        rows = (await client.get("/books/bestsellers")).json()
        return [(row["title"], row["sold"], row["place"]) for row in rows]

    assert shop.visit(scenario) == [("Volume 2", 5, 1), ("Volume 1", 2, 2), ("Volume 3", 2, 2)]


def test_a_page_that_is_the_last_one_says_so(shop: Shop) -> None:
    async def scenario(client: Client) -> list[int | None]:
        buyer = await customer(client)
        for number in (1, 2):
            await order(client, buyer, (await book(client, number), 1))
        paths = (
            "/books?limit=2",
            "/books?limit=1",
            f"/orders?customer_id={buyer}&limit=2",
            "/orders?customer_id=1&limit=1",
        )
        return [(await client.get(path)).json()["next"] for path in paths]

    assert shop.visit(scenario) == [None, 1, None, 1]


def test_the_documentation_names_what_can_go_wrong(shop: Shop) -> None:
    async def scenario(client: Client) -> Any:
        return (await client.get("/openapi.json")).json()["paths"]

    paths = shop.visit(scenario)
    assert set(paths["/orders"]["post"]["responses"]) == {"201", "404", "409", "422", "503"}
    assert set(paths["/books/{key}"]["get"]["responses"]) == {"200", "404", "422", "503"}
    assert all(
        "503" in row["responses"] for path, rows in paths.items() for row in rows.values() if path != "/health/live"
    )


def test_the_documentation_is_shown_without_the_network(shop: Shop) -> None:
    async def scenario(client: Client) -> list[tuple[int, str]]:
        page = await client.get("/docs")
        assert "//" not in page.text.replace("<!--", "").split("<script>")[0].replace("</", "")
        parts = [f"/docs/assets/{name}" for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png")]
        assert all(part in page.text for part in parts)
        answers = [await client.get(part) for part in parts]
        return [(answer.status_code, answer.headers["content-type"].split("/")[1].split(";")[0]) for answer in answers]

    assert shop.visit(scenario) == [(200, "javascript"), (200, "css"), (200, "png")]


def test_migrations_write_letters_for_orders_that_nobody_has_confirmed(shop: Shop) -> None:
    from reference_app import migrate

    async def scenario(client: Client) -> None:
        await order(client, await customer(client), (await book(client), 1))

    shop.visit(scenario)
    asyncio.run(shop.home.fetch('UPDATE "order" SET confirmed_at = NULL'))
    migrate.downgrade("0001")
    migrate.upgrade()
    assert asyncio.run(shop.home.fetch("SELECT count(*) FROM letter")) == 1


def test_the_page_about_the_guide_leads_to_the_lines_that_it_names() -> None:
    from tests.reference_app.guide import PAGE, page

    assert PAGE.read_text() == page(), "python -m tests.reference_app.guide"
