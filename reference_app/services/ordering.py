"""Orders: placed without overselling, cancelled once, listed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.errors import Conflict, KeyReused, NotFound, OutOfStock
from reference_app.models import Order, OrderLine, OrderStatus
from reference_app.repositories.books import Books
from reference_app.repositories.customers import Customers
from reference_app.repositories.letters import Letters
from reference_app.repositories.orders import Orders
from reference_app.retries import retried
from reference_app.schemas import NewOrder


class Ordering:
    """What customers order."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.books = Books(session)
        self.customers = Customers(session)
        self.orders = Orders(session)
        self.letters = Letters(session)

    async def place(self, new: NewOrder, key: str | None = None) -> Order:
        """Place an order, once for each key. Raises NotFound, OutOfStock, and KeyReused for another one's key."""
        return await retried(self.session, lambda: self._place(new, key))

    async def cancel(self, key: int) -> Order:
        """Cancel an order and put its books back. Raises NotFound, and Conflict when it is cancelled already."""
        return await retried(self.session, lambda: self._cancel(key))

    async def _place(self, new: NewOrder, key: str | None) -> Order:
        """Take the books from the stock, and write the order and its letter.

        The books are locked first: of two orders for the last copy, one waits and then finds none.
        """
        if key is not None and (placed := await self.orders.once(new.customer_id, key)):
            return await self._same(placed, new)
        if await self.customers.get(new.customer_id) is None:
            raise NotFound("customer", new.customer_id)
        books = await self.books.locked(line.book_id for line in new.lines)
        order = Order(customer_id=new.customer_id, status=OrderStatus.PLACED, confirmed_at=None, lines=[])
        order.idempotency_key = key
        for line in new.lines:
            book = books.get(line.book_id)
            if book is None:
                raise NotFound("book", line.book_id)
            if book.stock < line.quantity:
                raise OutOfStock(book.title, line.quantity, book.stock)
            book.stock -= line.quantity
            order.lines.append(OrderLine(book=book, quantity=line.quantity, unit_price=book.price))
        self.orders.add(order)
        await self.session.flush()  # the order gets its id
        self.letters.add(order)
        await self.session.commit()
        return order

    async def _same(self, placed: Order, new: NewOrder) -> Order:
        """An order that was placed before, when it is the one that is asked for again. Raises KeyReused.

        The commit lets go of the connection, and lets whoever waits with the same key go on, before the answer.
        """
        await self.session.commit()
        was = {(line.book_id, line.quantity) for line in placed.lines}
        if was != {(line.book_id, line.quantity) for line in new.lines}:
            raise KeyReused
        return placed

    async def _cancel(self, key: int) -> Order:
        order = await self.orders.locked(key)
        if order is None:
            raise NotFound("order", key)
        if order.status is OrderStatus.CANCELLED:
            raise Conflict(f"order {key} is cancelled already")
        books = await self.books.locked(line.book_id for line in order.lines)
        for line in order.lines:
            books[line.book_id].stock += line.quantity
        order.status = OrderStatus.CANCELLED
        await self.letters.drop(key)
        await self.session.commit()
        return order

    async def order(self, key: int) -> Order:
        """An order by id, with its lines. Raises NotFound."""
        order = await self.orders.get(key)
        if order is None:
            raise NotFound("order", key)
        return order

    async def page(self, customer_id: int, after: int, limit: int) -> Sequence[Order]:
        """At most `limit` orders of a customer after an id."""
        return await self.orders.page(customer_id, after, limit)
