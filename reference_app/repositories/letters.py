"""Letters that are still to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.models import Letter, Order


class Letters:
    """The letters that a session sees."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, order: Order, lease: timedelta) -> None:
        """Write a letter with its order; for as long as the lease, only its own process sends it."""
        self.session.add(Letter(order_id=order.id, due_at=func.now() + lease))

    async def claim(self, limit: int, lease: timedelta) -> Sequence[int]:
        """The orders of letters that are due, now leased to us. Nobody waits here for what another one claims."""
        due = select(Letter.order_id).where(Letter.due_at <= func.now()).order_by(Letter.due_at).limit(limit)
        query = update(Letter).where(Letter.order_id.in_(due.with_for_update(skip_locked=True)))
        claimed = await self.session.scalars(query.values(due_at=func.now() + lease).returning(Letter.order_id))
        return claimed.all()

    async def has(self, order_id: int) -> bool:
        """Whether an order's letter is still to be sent."""
        return await self.session.get(Letter, order_id) is not None

    async def drop(self, order_id: int) -> None:
        """Take a letter out: it has been sent, or is not to be sent any more."""
        await self.session.execute(delete(Letter).where(Letter.order_id == order_id))
