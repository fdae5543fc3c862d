"""Orders with their lines."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from reference_app.models import Book, Order, OrderLine, OrderStatus

WITH_LINES = selectinload(Order.lines).selectinload(OrderLine.book)
ROWS_AT_A_TIME = 200


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

    async def page(self, customer_id: int, after: int, limit: int) -> Sequence[Order]:
        """At most `limit` orders of a customer whose id is above `after`, by id, in three queries."""
        query = select(Order).where(Order.customer_id == customer_id, Order.id > after).order_by(Order.id)
        found = await self.session.scalars(query.limit(limit).options(WITH_LINES))
        return found.all()

    async def confirm(self, key: int) -> None:
        """Note when an order was confirmed, once, and unless it has been cancelled meanwhile."""
        is_open = Order.status == OrderStatus.PLACED
        query = update(Order).where(Order.id == key, Order.confirmed_at.is_(None), is_open)
        await self.session.execute(query.values(confirmed_at=func.now()))

    async def all_lines(self) -> AsyncGenerator[Row[int, OrderStatus, str, int], None]:
        """The lines of all orders, some at a time, however many there are: order, status, ISBN, quantity."""
        query = (
            select(Order.id, Order.status, Book.isbn, OrderLine.quantity)
            .join(OrderLine, OrderLine.order_id == Order.id)
            .join(Book, Book.id == OrderLine.book_id)
            .order_by(Order.id, Book.id)
            .execution_options(yield_per=ROWS_AT_A_TIME)
        )
        result = await self.session.stream(query)
        async for row in result:
            yield row
