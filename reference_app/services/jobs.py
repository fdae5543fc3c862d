"""Work beside the requests. Each job opens its own session: the request's is closed by then."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

from reference_app.database import SessionLocal
from reference_app.repositories.orders import Orders


async def confirm(order_id: int) -> None:
    """Confirm an order, after the customer has had the answer."""
    async with SessionLocal() as session:
        await Orders(session).confirm(order_id)
        await session.commit()


async def export() -> AsyncIterator[str]:
    """All order lines as CSV, a line at a time. The session lives as long as the stream."""
    yield _line("order", "status", "isbn", "quantity")
    async with SessionLocal() as session:
        async for row in Orders(session).all_lines():
            yield _line(*row)


def _line(*values: object) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
