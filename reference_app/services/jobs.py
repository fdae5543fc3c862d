"""Work beside the requests. Each job opens its own session: nobody would commit what it did in the request's."""

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


async def confirm(order_id: int) -> None:
    """Confirm an order, and take its letter out, in one transaction."""
    async with SessionLocal() as session:
        await Orders(session).confirm(order_id)
        await session.commit()


async def deliver(order_id: int | None = None) -> int | None:
    """Claim the letter of an order, or any that is due, send it, then note it; returns the order, if there was one.

    Whatever fails is logged: the letter is still there, and due again. A process that dies between the two sends a
    second letter later: each is sent at least once. No session is open while the letter is on its way.
    """
    try:
        claimed = await claim(order_id)
        if claimed is not None:
            await send(claimed)
            await confirm(claimed)
        return claimed
    except (*CONNECTION_ERRORS, PoolTimeout) as error:
        log.warning("letters wait for the next look: %s", reason(error))
    except Exception:
        log.exception("a letter is tried again in %s s", settings.lease)
    return None


async def claim(order_id: int | None = None) -> int | None:
    """The order of a letter that is due, and ours for the time of a lease."""
    async with SessionLocal() as session:
        found = await Letters(session).claim(LEASE, order_id)
        await session.commit()
        return found


async def send(order_id: int) -> None:
    """Give a letter to the post. A shop with customers would call a mail service here, with a timeout."""
    log.debug("order %s is confirmed", order_id)


async def sweep() -> None:
    """Again and again, deliver what a failed job or a killed process has left."""
    while True:
        while await deliver() is not None:
            pass
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
