"""What the bookshop does when something fails: nothing is lost, nobody waits for long, and the answer says when."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from tests.reference_app.conftest import Client, Shop, book, customer

LETTERS = "SELECT count(*) FROM letter"
REFUSING = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE OF confirmed_at ON "order" FOR EACH ROW EXECUTE FUNCTION refuse();
"""
ALLOWING = 'DROP TRIGGER refuse ON "order"; DROP FUNCTION refuse()'


async def placed(client: Client, lines: list[dict[str, int]], key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return await client.post("/orders", json={"customer_id": 1, "lines": lines}, headers=headers)


# Confirmations.


def test_a_confirmation_that_fails_is_contained_and_made_up_for(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    from reference_app.services import jobs

    async def scenario(client: Client) -> tuple[int, list[Any]]:
        await customer(client)
        lines = [{"book_id": await book(client), "quantity": 1}]
        await executed(shop, REFUSING)
        answer = await placed(client, lines)
        waiting = await shop.home.fetch(LETTERS)
        await executed(shop, ALLOWING)
        await shop.home.fetch("UPDATE letter SET due_at = now()")
        await jobs.deliver()
        confirmed = (await client.get(f"/orders/{answer.json()['id']}")).json()["confirmed_at"]
        return answer.status_code, [waiting, confirmed is not None, await shop.home.fetch(LETTERS)]

    assert shop.visit(scenario) == (201, [1, True, 0])
    assert "letters wait for the next look" in caplog.text


def test_a_letter_that_nobody_has_sent_is_sent_by_the_sweeper(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(client: Client) -> Any:
        from reference_app.services import jobs

        await customer(client)
        lines = [{"book_id": await book(client), "quantity": 1}]
        with monkeypatch.context() as patch:
            patch.setattr(jobs, "send", killed)
            await placed(client, lines)
        await shop.home.fetch("UPDATE letter SET due_at = now()")
        for _ in range(60):
            found = (await client.get("/orders/1")).json()["confirmed_at"]
            if found is not None:
                return found
            await asyncio.sleep(0.1)
        return None

    assert shop.visit(scenario) is not None


async def killed(order_id: int) -> None:
    raise OSError("the process was killed")


def test_those_that_claim_at_once_never_get_the_same_letter(shop: Shop) -> None:
    from reference_app.services import jobs

    async def scenario(client: Client) -> list[int | None]:
        await customer(client)
        key = await book(client, stock=100)
        for _ in range(10):
            await placed(client, [{"book_id": key, "quantity": 1}])
        await shop.home.fetch('INSERT INTO letter (order_id, due_at) SELECT id, now() FROM "order"')
        claimed = await asyncio.gather(*[jobs.claim() for _ in range(10)])
        return [*claimed, await jobs.claim()]

    found = shop.visit(scenario)
    taken = [order_id for order_id in found if order_id is not None]
    assert len(taken) == len(set(taken)) >= 5
    assert found[-1] is None or len(taken) <= 10


def test_an_order_that_is_sent_again_has_one_letter(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from reference_app.services import jobs

    sent: list[int] = []

    async def slowly(order_id: int) -> None:
        sent.append(order_id)
        await asyncio.sleep(0.3)

    monkeypatch.setattr(jobs, "send", slowly)

    async def scenario(client: Client) -> set[int]:
        await customer(client)
        lines = [{"book_id": await book(client), "quantity": 1}]
        answers = await asyncio.gather(*[placed(client, lines, "abc") for _ in range(5)])
        return {answer.json()["id"] for answer in answers}

    assert shop.visit(scenario) == {1}
    assert sent == [1]


def test_nothing_stops_the_sweeper(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from reference_app.services import jobs

    errors: list[Exception] = [OSError("Multiple exceptions"), ValueError("a bug"), TimeoutError()]
    asked: list[int] = []

    async def failing(order_id: int | None = None) -> int | None:
        asked.append(len(errors))
        if errors:
            raise errors.pop()
        return None

    monkeypatch.setattr(jobs, "claim", failing)
    monkeypatch.setattr(jobs, "settings", Hasty)

    async def scenario(client: Client) -> None:
        await asyncio.sleep(0.5)

    shop.visit(scenario)
    assert asked[:4] == [3, 2, 1, 0]


class Hasty:
    sweep_every = 0.01
    lease = 1.0


def test_a_cancelled_order_has_no_letter_any_more(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from reference_app.services import jobs

    monkeypatch.setattr(jobs, "send", killed)

    async def scenario(client: Client) -> list[int]:
        await customer(client)
        await placed(client, [{"book_id": await book(client), "quantity": 1}])
        before = await shop.home.fetch(LETTERS)
        await client.post("/orders/1/cancel")
        return [before, await shop.home.fetch(LETTERS)]

    assert shop.visit(scenario) == [1, 0]


# The same again.


def test_an_order_is_placed_once_however_often_it_is_sent(shop: Shop) -> None:
    async def scenario(client: Client) -> tuple[set[int], Counter[int], int]:
        await customer(client)
        key = await book(client, stock=10)
        lines = [{"book_id": key, "quantity": 2}]
        answers = await asyncio.gather(*[placed(client, lines, "abc") for _ in range(20)])
        stock = (await client.get(f"/books/{key}")).json()["stock"]
        return {answer.json()["id"] for answer in answers}, Counter(answer.status_code for answer in answers), stock

    assert shop.visit(scenario) == ({1}, Counter({201: 20}), 8)


def test_a_key_belongs_to_one_order_of_one_customer(shop: Shop) -> None:
    async def scenario(client: Client) -> list[int]:
        buyer = await customer(client, "b@example.org")
        await customer(client, "c@example.org")
        key = await book(client)
        first = await placed(client, [{"book_id": key, "quantity": 1}], "abc")
        other = await placed(client, [{"book_id": key, "quantity": 2}], "abc")
        row = {"customer_id": buyer + 1, "lines": [{"book_id": key, "quantity": 1}]}
        another = await client.post("/orders", json=row, headers={"Idempotency-Key": "abc"})
        return [first.status_code, other.status_code, another.status_code]

    assert shop.visit(scenario) == [201, 422, 201]


@pytest.mark.parametrize(("failures", "status"), [(1, 201), (2, 201), (3, 503)])
@pytest.mark.parametrize("code", ["40001", "40P01"])
def test_what_the_database_undid_is_tried_again(shop: Shop, code: str, failures: int, status: int) -> None:
    async def scenario(client: Client) -> tuple[int, int]:
        await customer(client)
        lines = [{"book_id": await book(client), "quantity": 1}]
        await executed(shop, f"CREATE SEQUENCE tries; {RAISING.format(code=code, failures=failures)}")
        answer = await placed(client, lines)
        await executed(shop, 'DROP TRIGGER collide ON "order"; DROP FUNCTION collide(); DROP SEQUENCE tries')
        return answer.status_code, await shop.home.fetch('SELECT count(*) FROM "order"')

    assert shop.visit(scenario) == (status, 1 if status == 201 else 0)


RAISING = """
CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF nextval('tries') <= {failures} THEN RAISE 'collided' USING ERRCODE = '{code}'; END IF;
  RETURN NEW;
END $$;
GRANT ALL ON SEQUENCE tries TO PUBLIC;
CREATE TRIGGER collide BEFORE INSERT ON "order" FOR EACH ROW EXECUTE FUNCTION collide();
"""


# What each error says.


@pytest.mark.parametrize(
    ("code", "retry_after"),
    [
        ("57P01", 5),
        ("57P03", 5),
        ("25006", 5),
        ("53300", 5),
        ("55P03", 1),
        ("57014", 2),
        ("40001", 1),
        ("40P01", 1),
        ("08006", 2),
    ],
)
def test_what_another_time_may_not_have_is_503(code: str, retry_after: int) -> None:
    from reference_app.errors import unavailable

    found = unavailable(DBAPIError("SELECT 1", None, Coded(code)))
    assert found is not None
    assert found.retry_after == retry_after


@pytest.mark.parametrize("code", ["42703", "22P02", "23505", "P0001"])
def test_a_mistake_of_ours_is_none(code: str) -> None:
    from reference_app.errors import unavailable

    assert unavailable(DBAPIError("SELECT 1", None, Coded(code))) is None


class Coded(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.sqlstate = code


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("LOCK book IN ACCESS EXCLUSIVE MODE", "somebody else holds what was asked for"),
        ("SELECT pg_sleep(0)", None),
    ],
)
def test_a_lock_that_is_held_is_answered_soon(shop: Shop, statement: str, detail: str | None) -> None:
    async def scenario(client: Client) -> tuple[int, str | None, int]:
        await book(client)
        async with shop.engine.connect() as holder:
            await holder.exec_driver_sql(f'SET search_path = "{shop.home.name}"')
            await holder.exec_driver_sql(statement)
            answer = await client.get("/books/1")
            health = await client.get("/health")
        return answer.status_code, answer.json().get("detail"), health.status_code

    assert shop.visit(scenario) == ((200, None, 200) if detail is None else (503, detail, 200))


# Limits, ids, logs.


def test_a_request_that_would_wait_for_ever_is_answered(shop: Shop) -> None:
    from reference_app.deadline import Deadline

    async def scenario(client: Client) -> tuple[int, str, float]:
        app = Deadline(waiting, 0.2)
        transport = httpx.ASGITransport(app)
        started = asyncio.get_running_loop().time()
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as other:
            answer = await other.get("/")
        return answer.status_code, answer.headers["Retry-After"], asyncio.get_running_loop().time() - started

    status, retry_after, seconds = shop.visit(scenario)
    assert (status, retry_after) == (503, "2")
    assert seconds < 2


async def waiting(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


def test_a_slow_statement_is_logged_with_its_request(
    shop: Shop, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reference_app import slow_statements

    async def scenario(client: Client) -> list[str]:
        await customer(client, "secret@example.org")
        monkeypatch.setattr(slow_statements, "settings", Slow)
        answers = [await client.get("/customers/1", headers={"X-Request-ID": name}) for name in ("a-1", "a\x0b\"'")]
        return [answer.headers["X-Request-ID"] for answer in answers]

    with caplog.at_level(logging.WARNING):
        named, made = shop.visit(scenario)
    assert named == "a-1"
    assert made.isalnum()
    assert "request a-1: " in caplog.text
    assert "SELECT" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/books/search?title=%00", b""),
        ("GET", "/books/isbn/%00", b""),
        ("POST", "/customers", b'{"email": "\\ud800", "name": "x"}'),
        ("POST", "/orders", b"\xff"),
    ],
)
def test_what_no_text_can_hold_is_refused(shop: Shop, method: str, path: str, body: bytes) -> None:
    async def scenario(client: Client) -> int:
        headers = {"Content-Type": "application/json"}
        return (await client.request(method, path, content=body, headers=headers)).status_code

    assert shop.visit(scenario) in (400, 422)


def test_a_failure_of_ours_has_the_id_of_its_request_and_no_values(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(client: Client) -> tuple[int, str]:
        await executed(shop, "ALTER TABLE customer RENAME COLUMN name TO other")
        row = {"email": "secret@example.org", "name": "x"}
        answer = await client.post("/customers", json=row, headers={"X-Request-ID": "a-1"})
        await executed(shop, "ALTER TABLE customer RENAME COLUMN other TO name")
        return answer.status_code, answer.headers["X-Request-ID"]

    assert shop.visit(scenario) == (500, "a-1")
    assert "secret" not in caplog.text


class Slow:
    slow_statement = 0.0


async def executed(shop: Shop, statements: str) -> None:
    """Run statements as the owner of the bookshop's tables."""
    async with shop.engine.begin() as connection:
        raw: Any = (await connection.get_raw_connection()).driver_connection
        await raw.execute(f'SET LOCAL search_path = "{shop.home.name}"; {statements}')
