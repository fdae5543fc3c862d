"""Work beside the requests. Each job opens its own session: what it does to the request's, nobody commits."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy.exc import TimeoutError as PoolTimeout

from reference_app.database import CONNECTION_ERRORS, SessionLocal, reason
from reference_app.repositories.letters import Letters
from reference_app.repositories.orders import Orders
from reference_app.settings import settings

log = logging.getLogger("uvicorn.error")
LEASE = timedelta(seconds=settings.lease)
LETTERS_AT_A_TIME = 20


async def confirm(order_id: int) -> None:
    """Confirm an order, and take its letter out, in one transaction."""
    async with SessionLocal() as session:
        await Orders(session).confirm(order_id)
        await session.commit()


async def deliver(order_id: int) -> None:
    """Send an order's letter, then note it. Whatever fails is logged: the letter is still there, and due again.

    A process that dies between the two sends a second letter later: at least once, never not at all. No session is
    open while the letter is on its way.
    """
    try:
        if await is_waiting(order_id):
            await send(order_id)
            await confirm(order_id)
    except Exception:
        log.exception("the letter of order %s is tried again in %s s", order_id, settings.lease)


async def is_waiting(order_id: int) -> bool:
    """Whether an order has a letter: it may be cancelled meanwhile, or be an old one that was sent for again."""
    async with SessionLocal() as session:
        return await Letters(session).has(order_id)


async def send(order_id: int) -> None:
    """Give a letter to the post. A shop with customers would call a mail service here, with a timeout."""
    log.debug("order %s is confirmed", order_id)


async def claimed() -> list[int]:
    """Orders whose letters are due, and ours for the time of a lease."""
    async with SessionLocal() as session:
        found = await Letters(session).claim(LETTERS_AT_A_TIME, LEASE)
        await session.commit()
        return list(found)


async def sweep() -> None:
    """Again and again, deliver what a failed job or a killed process has left."""
    while True:
        try:
            for order_id in await claimed():
                await deliver(order_id)
        except (*CONNECTION_ERRORS, PoolTimeout) as error:
            log.warning("letters that are due wait for the next look: %s", reason(error))
        await asyncio.sleep(settings.sweep_every)


@asynccontextmanager
async def sweeping() -> AsyncIterator[None]:
    """Sweep during a block, and no longer."""
    sweeper = asyncio.create_task(sweep())
    try:
        yield
    finally:
        sweeper.cancel()
        await asyncio.wait([sweeper])
