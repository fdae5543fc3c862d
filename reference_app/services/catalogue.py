"""Customers and books: registering, selling, restocking."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.errors import Conflict, NotFound
from reference_app.models import Book, Customer
from reference_app.repositories.books import Books
from reference_app.repositories.customers import Customers
from reference_app.schemas import NewBook, NewCustomer


class Catalogue:
    """Who buys, and what there is to buy."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.books = Books(session)
        self.customers = Customers(session)

    async def register(self, new: NewCustomer) -> Customer:
        """Register a customer. Raises Conflict when the address is taken."""
        customer = Customer(email=new.email, name=new.name)
        self.customers.add(customer)
        await self._commit(f"{new.email} is registered already")
        return customer

    async def customer(self, key: int) -> Customer:
        """A customer by id. Raises NotFound."""
        customer = await self.customers.get(key)
        if customer is None:
            raise NotFound("customer", key)
        return customer

    async def sell(self, new: NewBook) -> Book:
        """Take a book into the catalogue. Raises Conflict when it is there."""
        book = Book(isbn=new.isbn, title=new.title, price=new.price, stock=new.stock)
        self.books.add(book)
        await self._commit(f"the book {new.isbn} is in the catalogue already")
        return book

    async def book(self, key: int) -> Book:
        """A book by id. Raises NotFound."""
        book = await self.books.get(key)
        if book is None:
            raise NotFound("book", key)
        return book

    async def page(self, after: int, limit: int) -> Sequence[Book]:
        """At most `limit` books after an id."""
        return await self.books.page(after, limit)

    async def restock(self, key: int, quantity: int) -> Book:
        """Add what came in to a book's stock. Raises NotFound."""
        books = await self.books.locked([key])
        if key not in books:
            raise NotFound("book", key)
        books[key].stock += quantity
        await self.session.commit()
        return books[key]

    async def _commit(self, complaint: str) -> None:
        """Commit; a row that is there already is a conflict."""
        try:
            await self.session.commit()
        except IntegrityError as error:
            await self.session.rollback()
            raise Conflict(complaint) from error
