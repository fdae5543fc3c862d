"""What was sold: the one place with SQL by hand, because it says this better. It reads, and mixes with nothing."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.settings import settings

BESTSELLERS = text(
    f"""
    SELECT book.isbn, book.title, sum(line.quantity) AS sold, rank() OVER (ORDER BY sum(line.quantity) DESC) AS place
    FROM "{settings.database_schema}".order_line AS line
    JOIN "{settings.database_schema}"."order" AS placed ON placed.id = line.order_id AND placed.status = 'placed'
    JOIN "{settings.database_schema}".book AS book ON book.id = line.book_id
    GROUP BY book.id
    ORDER BY place, book.title
    LIMIT :most
    """
)


class Sale(NamedTuple):
    """A book, how many of it were ordered, and its place."""

    isbn: str
    title: str
    sold: int
    place: int


class SalesFigures:
    """The sales that a session sees."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def bestsellers(self, most: int) -> list[Sale]:
        """At most so many books, the most ordered first; equals share a place."""
        found = await self.session.execute(BESTSELLERS, {"most": most})
        return [Sale(*row) for row in found]
