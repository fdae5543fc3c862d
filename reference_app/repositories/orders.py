"""Orders with their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from reference_app.models import Book, Order, OrderLine, OrderStatus
from reference_app.repositories.letters import Letters

WITH_LINES = selectinload(Order.lines).selectinload(OrderLine.book)
LINES_AT_A_TIME = 1000
START = (0, 0)


class Line(NamedTuple):
    """A line of an order, as it is exported, and the book that it is behind."""

    order_id: int
    status: OrderStatus
    isbn: str
    quantity: int
    book_id: int


class Orders:
    """The orders that a session sees."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, order: Order) -> None:
        """Add an order, to be written at the next flush."""
        self.session.add(order)

    async def get(self, key: int) -> Order | None:
        """An order by id, with its lines and their books."""
        return await self.session.scalar(select(Order).where(Order.id == key).options(WITH_LINES))

    async def locked(self, key: int) -> Order | None:
        """An order by id, with its lines, locked until the transaction ends."""
        query = select(Order).where(Order.id == key).options(WITH_LINES).with_for_update()
        return await self.session.scalar(query.execution_options(populate_existing=True))

    async def once(self, customer_id: int, idempotency_key: str) -> Order | None:
        """The order that was placed under a key. Who asks with the same key meanwhile waits for our transaction."""
        name = f"{customer_id}:{idempotency_key}"
        await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
        query = select(Order).where(Order.customer_id == customer_id, Order.idempotency_key == idempotency_key)
        return await self.session.scalar(query.options(WITH_LINES))

    async def page(self, customer_id: int, after: int, limit: int) -> Sequence[Order]:
        """At most `limit` orders of a customer whose id is above `after`, by id, in three queries."""
        query = select(Order).where(Order.customer_id == customer_id, Order.id > after).order_by(Order.id)
        found = await self.session.scalars(query.limit(limit).options(WITH_LINES))
        return found.all()

    async def confirm(self, key: int) -> None:
        """Note when an order was confirmed, once, and unless it has been cancelled meanwhile; its letter is gone."""
        is_open = Order.status == OrderStatus.PLACED
        query = update(Order).where(Order.id == key, Order.confirmed_at.is_(None), is_open)
        await self.session.execute(query.values(confirmed_at=func.now()))
        await Letters(self.session).drop(key)

    async def lines_after(self, last: tuple[int, int]) -> list[Line]:
        """Some lines of orders, by order and book, behind one that is given by both ids."""
        query = (
            select(Order.id, Order.status, Book.isbn, OrderLine.quantity, OrderLine.book_id)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(Book, Book.id == OrderLine.book_id)
            .where(tuple_(OrderLine.order_id, OrderLine.book_id) > last)
            .order_by(OrderLine.order_id, OrderLine.book_id)
        )
        found = await self.session.execute(query.limit(LINES_AT_A_TIME))
        return [Line(*row) for row in found]
