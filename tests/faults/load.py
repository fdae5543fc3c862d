"""Customers who order, cancel and look, and what each of them was told."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from uuid import uuid4

import httpx

BOOKS = 50
STOCK = 10_000
TIMEOUT = 40.0  # seconds: a customer who waits for so long has gone


@dataclass
class Told:
    """What the customers were told: answers by status, orders that were acknowledged, how long health took."""

    answers: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[int, dict[int, int]] = field(default_factory=dict)  # an order's books, and how many of each
    live: list[float] = field(default_factory=list)  # seconds
    ready: list[float] = field(default_factory=list)  # seconds

    def note(self, answer: httpx.Response) -> None:
        """Count an answer."""
        self.answers[str(answer.status_code)] += 1

    @property
    def answered(self) -> int:
        """Requests that were answered: neither broken off by us nor by the customer."""
        return sum(self.answers.values()) - self.answers["broken"] - self.answers["aborted"]

    @property
    def refused(self) -> int:
        """Answers that say: not now."""
        return self.answers["503"]

    @property
    def failed(self) -> int:
        """Answers of a server that did not know what to say."""
        return sum(count for status, count in self.answers.items() if status.startswith("5")) - self.refused


async def stocked(client: httpx.AsyncClient) -> None:
    """One customer, and the books."""
    answer = await client.post("/customers", json={"email": "ada@example.org", "name": "Ada"})
    answer.raise_for_status()
    for number in range(1, BOOKS + 1):
        row = {"isbn": f"978{number:010}", "title": f"Volume {number}", "price": "7.50", "stock": STOCK}
        (await client.post("/books", json=row)).raise_for_status()


async def shopping(address: str, clients: int, until: asyncio.Event, aborted: float = 0.0) -> Told:
    """What so many customers are told until an event is set; a part of their requests is broken off."""
    told = Told()
    limits = httpx.Limits(max_connections=clients + 10)
    async with (
        httpx.AsyncClient(base_url=address, limits=limits, timeout=TIMEOUT) as client,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(watching(address, told, until))
        for number in range(clients):
            group.create_task(customer(client, told, until, random.Random(number), aborted))
    return told


async def customer(
    client: httpx.AsyncClient, told: Told, until: asyncio.Event, chance: random.Random, aborted: float
) -> None:
    """One of them: most of the time, they order."""
    own: list[int] = []
    while not until.is_set():
        patience = chance.uniform(0.001, 0.15) if chance.random() < aborted else TIMEOUT
        try:
            async with asyncio.timeout(patience):
                await visit(client, told, own, chance)
        except (httpx.TransportError, TimeoutError):
            told.answers["broken" if patience == TIMEOUT else "aborted"] += 1
            await asyncio.sleep(0.05)


async def visit(client: httpx.AsyncClient, told: Told, own: list[int], chance: random.Random) -> None:
    """One request."""
    what = chance.random()
    if what < 0.6 or not own:
        lines = {book: chance.randint(1, 3) for book in chance.sample(range(1, BOOKS + 1), chance.randint(1, 3))}
        rows = [{"book_id": book, "quantity": quantity} for book, quantity in lines.items()]
        headers = {"Idempotency-Key": uuid4().hex}
        answer = await client.post("/orders", json={"customer_id": 1, "lines": rows}, headers=headers)
        if answer.status_code == 201:
            own.append(answer.json()["id"])
            told.acknowledged[own[-1]] = lines
    elif what < 0.7:
        answer = await client.post(f"/orders/{chance.choice(own)}/cancel")
    elif what < 0.9:
        answer = await client.get(f"/orders/{chance.choice(own)}")
    else:
        answer = await client.get("/books")
    told.note(answer)


async def watching(address: str, told: Told, until: asyncio.Event) -> None:
    """Ask for health as an orchestrator does, on connections of its own."""
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT) as client:
        while not until.is_set():
            for path, times in (("/health/live", told.live), ("/health", told.ready)):
                started = time.monotonic()
                try:
                    async with asyncio.timeout(15):
                        answer = await client.get(path)
                        if answer.status_code not in (200, 503):
                            told.note(answer)
                except (httpx.TransportError, TimeoutError):
                    continue
                finally:
                    times.append(time.monotonic() - started)
            await asyncio.sleep(0.2)
