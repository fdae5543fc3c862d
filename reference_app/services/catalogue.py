"""Customers and books: registering, selling, finding, restocking, removing."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.errors import Conflict, NotFound
from reference_app.models import Book, Customer
from reference_app.repositories.books import Books
from reference_app.repositories.customers import Customers
from reference_app.retries import retried
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

    async def by_isbn(self, isbn: str) -> Book:
        """A book by its ISBN. Raises NotFound."""
        book = await self.books.by_isbn(isbn)
        if book is None:
            raise NotFound("book", isbn)
        return book

    async def search(self, text: str, limit: int) -> Sequence[Book]:
        """At most `limit` books with a text in their title, the newest first."""
        return await self.books.search(text, limit)

    async def reprice(self, key: int, price: Decimal) -> Book:
        """Change what a book costs from now on. Raises NotFound."""
        books = await self.books.locked([key])  # or it may be removed meanwhile
        if key not in books:
            raise NotFound("book", key)
        books[key].price = price
        await self.session.commit()
        return books[key]

    async def remove(self, key: int) -> None:
        """Take a book out of the catalogue. Raises NotFound, and Conflict when it was ordered."""
        await self.books.delete(await self.book(key))
        await self._commit(f"book {key} appears in orders")

    async def restock(self, key: int, quantity: int) -> Book:
        """Add what came in to a book's stock. Raises NotFound."""
        return await retried(self.session, lambda: self._restock(key, quantity))

    async def _restock(self, key: int, quantity: int) -> Book:
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
