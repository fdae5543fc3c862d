"""Work beside the requests. Each job opens its own session: what it does to the request's, nobody commits."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from reference_app.database import SessionLocal
from reference_app.repositories.orders import Orders


async def confirm(order_id: int) -> None:
    """Confirm an order, after the customer has had the answer."""
    async with SessionLocal() as session:
        await Orders(session).confirm(order_id)
        await session.commit()


async def export() -> AsyncGenerator[str, None]:
    """All order lines as CSV, a line at a time. The session lives as long as the stream.

    The query runs before the first line is given, so that its failure can still be answered as one.
    """
    async with SessionLocal() as session, aclosing(Orders(session).all_lines()) as rows:
        first = await anext(rows, None)
        yield _line("order", "status", "isbn", "quantity")
        if first is not None:
            yield _line(*first)
        async for row in rows:
            yield _line(*row)


async def continued(first: str, lines: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    """A stream whose first line was read already."""
    async with aclosing(lines):
        yield first
        async for line in lines:
            yield line


def _line(*values: object) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()
