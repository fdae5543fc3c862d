"""Books and their stock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.models import Book


class Books:
    """The books that a session sees."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, book: Book) -> None:
        """Add a book, to be written at the next flush."""
        self.session.add(book)

    async def get(self, key: int) -> Book | None:
        """A book by id."""
        return await self.session.get(Book, key)

    async def by_isbn(self, isbn: str) -> Book | None:
        """A book by its ISBN, of which there is one."""
        result = await self.session.execute(select(Book).where(Book.isbn == isbn))
        return result.scalar_one_or_none()

    async def search(self, text: str, limit: int) -> Sequence[Book]:
        """At most `limit` books with a text in their title, the newest first."""
        result = await self.session.execute(
            select(Book)
            .where(Book.title.contains(text, autoescape=True))  # so that a `%` is one
            .order_by(Book.created_at.desc(), Book.id.desc())
            .limit(limit)
        )
        return result.scalars().all()

    async def delete(self, book: Book) -> None:
        """Delete a book, at the next flush."""
        await self.session.delete(book)

    async def page(self, after: int, limit: int) -> Sequence[Book]:
        """At most `limit` books whose id is above `after`, by id."""
        found = await self.session.scalars(select(Book).where(Book.id > after).order_by(Book.id).limit(limit))
        return found.all()

    async def locked(self, keys: Iterable[int]) -> dict[int, Book]:
        """Books by id, as they are now, locked until the transaction ends.

        All transactions lock in the order of ids, so that no two wait for each other.
        """
        query = select(Book).where(Book.id.in_(sorted(keys))).order_by(Book.id).with_for_update()
        found = await self.session.scalars(query.execution_options(populate_existing=True))
        return {book.id: book for book in found}
