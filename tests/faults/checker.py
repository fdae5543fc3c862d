"""What the tables say, beside what the customers were told."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from tests.faults.load import STOCK, Told
from tests.faults.server import Server


class Damage(NamedTuple):
    """What is wrong afterwards: nothing should be."""

    lost_orders: int
    wrong_stock: int
    without_lines: int
    unconfirmed: int


async def damage(server: Server, schema: str, told: Told) -> Damage:
    """What was acknowledged and is not there, books whose stock is wrong, orders that nobody confirmed."""
    lines: dict[int, dict[int, int]] = {}
    for row in await server.fetch(f'SELECT order_id, book_id, quantity FROM "{schema}".order_line'):
        lines.setdefault(row["order_id"], {})[row["book_id"]] = row["quantity"]
    wrong = await server.value(
        f'SELECT count(*) FROM "{schema}".book AS book WHERE stock <> $1 - (SELECT coalesce(sum(quantity), 0) '
        f'FROM "{schema}".order_line AS line JOIN "{schema}"."order" AS placed ON placed.id = line.order_id '
        "WHERE line.book_id = book.id AND placed.status = 'placed')",
        STOCK,
    )
    orders = await server.fetch(f'SELECT id FROM "{schema}"."order"')
    return Damage(
        lost_orders=sum(lines.get(key) != bought for key, bought in told.acknowledged.items()),
        wrong_stock=wrong,
        without_lines=sum(row["id"] not in lines for row in orders),
        unconfirmed=await unconfirmed(server, schema),
    )


async def unconfirmed(server: Server, schema: str, seconds: float = 20.0) -> int:
    """How many placed orders nobody has confirmed, when none is confirmed any more, or time is over."""
    query = f'SELECT count(*) FROM "{schema}"."order" WHERE status = \'placed\' AND confirmed_at IS NULL'
    for _ in range(int(seconds / 0.5)):
        if not await server.value(query):
            return 0
        await asyncio.sleep(0.5)
    return int(await server.value(query))
