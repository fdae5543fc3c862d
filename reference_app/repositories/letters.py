"""Letters that are still to be sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.models import Letter, Order


class Letters:
    """The letters that a session sees."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, order: Order) -> None:
        """Write a letter with its order, due at once."""
        self.session.add(Letter(order_id=order.id, due_at=func.now()))

    async def claim(self, lease: timedelta, order_id: int | None = None) -> int | None:
        """The order of a letter that is due, any or that of one order, and ours for the time of the lease.

        Nobody waits here for what another one claims. The clock is read now: `now()` is when the transaction began.
        """
        due = select(Letter.order_id).where(Letter.due_at <= func.clock_timestamp()).order_by(Letter.due_at).limit(1)
        if order_id is not None:
            due = due.where(Letter.order_id == order_id)
        query = update(Letter).where(Letter.order_id.in_(due.with_for_update(skip_locked=True)))
        until = func.clock_timestamp() + lease
        return await self.session.scalar(query.values(due_at=until).returning(Letter.order_id))

    async def drop(self, order_id: int) -> None:
        """Take a letter out: it has been sent, or is not to be sent any more."""
        await self.session.execute(delete(Letter).where(Letter.order_id == order_id))
