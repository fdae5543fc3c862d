"""Customers."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from reference_app.models import Customer


class Customers:
    """The customers that a session sees."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def add(self, customer: Customer) -> None:
        """Add a customer, to be written at the next flush."""
        self.session.add(customer)

    async def get(self, key: int) -> Customer | None:
        """A customer by id."""
        return await self.session.get(Customer, key)
