"""Orders: placed without overselling, cancelled once, listed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.errors import Conflict, NotFound, OutOfStock
from reference_app.models import Order, OrderLine, OrderStatus
from reference_app.repositories.books import Books
from reference_app.repositories.customers import Customers
from reference_app.repositories.orders import Orders
from reference_app.schemas import NewOrder


class Ordering:
    """What customers order."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.books = Books(session)
        self.customers = Customers(session)
        self.orders = Orders(session)

    async def place(self, new: NewOrder) -> Order:
        """Place an order and take the books from the stock. Raises NotFound and OutOfStock.

        The books are locked first: of two orders for the last copy, one waits and then finds none.
        """
        if await self.customers.get(new.customer_id) is None:
            raise NotFound("customer", new.customer_id)
        books = await self.books.locked(line.book_id for line in new.lines)
        order = Order(customer_id=new.customer_id, status=OrderStatus.PLACED, confirmed_at=None, lines=[])
        for line in new.lines:
            book = books.get(line.book_id)
            if book is None:
                raise NotFound("book", line.book_id)
            if book.stock < line.quantity:
                raise OutOfStock(book.title, line.quantity, book.stock)
            book.stock -= line.quantity
            order.lines.append(OrderLine(book=book, quantity=line.quantity, unit_price=book.price))
        self.orders.add(order)
        await self.session.commit()
        return order

    async def cancel(self, key: int) -> Order:
        """Cancel an order and put its books back. Raises NotFound, and Conflict when it is cancelled already."""
        order = await self.orders.locked(key)
        if order is None:
            raise NotFound("order", key)
        if order.status is OrderStatus.CANCELLED:
            raise Conflict(f"order {key} is cancelled already")
        books = await self.books.locked(line.book_id for line in order.lines)
        for line in order.lines:
            books[line.book_id].stock += line.quantity
        order.status = OrderStatus.CANCELLED
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
