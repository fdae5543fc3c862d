"""All orders as CSV. No connection is held while a client reads, however slowly it does."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

from reference_app.reporting import ReportSession
from reference_app.repositories.orders import START, Line, Orders

HEAD = ("order", "status", "isbn", "quantity")


async def export() -> AsyncGenerator[str, None]:
    """Some lines at a time. The first query runs before anything is given: its failure is answered as one.

    Each part is a short transaction of its own. A server-side cursor would show one moment in time instead, and
    keep its connection for as long as the slowest client reads.
    """
    lines = await _after(START)
    yield _csv([HEAD, *lines])
    while lines:
        lines = await _after((lines[-1].order_id, lines[-1].book_id))
        yield _csv(lines)


async def continued(first: str, parts: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    """A stream whose first part was read already."""
    async with aclosing(parts):
        yield first
        async for part in parts:
            yield part


async def _after(last: tuple[int, int]) -> list[Line]:
    async with ReportSession() as session:
        return await Orders(session).lines_after(last)


def _csv(rows: Sequence[Line | tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(row[: len(HEAD)] for row in rows)
    return text.getvalue()
