"""What happens to sessions over time: ADB213, ADB606, ADB614, ADB615 and ADB7xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.mutants import Mutant
from tests.mutants.sessions import CONFIRMING, JOBS, ORDERING, ORDERS, PLACED, confirming, dependency

BOOKS = "routes/books.py"
CATALOGUE = "services/catalogue.py"
COMMIT = "await self.session.commit()"
COMMITTING = """
async with SessionLocal() as session:
    yield session
    await session.commit()
"""
BEGINNING = """
async with SessionLocal.begin() as session:
    yield session
"""
WATCH = """
@router.websocket("/watch")
async def watch(socket: WebSocket, ordering: OrderingDep) -> None:
    await socket.accept()
    while True:
        found = await ordering.order(int(await socket.receive_text()))
        await socket.send_text(found.status)
"""
RECEIPT = """
@router.get("/{key}/receipt")
async def receipt(key: KeyPath, ordering: OrderingDep) -> StreamingResponse:
    found = await ordering.order(key)
    return StreamingResponse(jobs.receipt(found.id), media_type="text/plain")
"""
LINES = """
async def receipt(key: int) -> AsyncIterator[str]:
    yield _line("order", key)
"""
GIFT = """
@router.post("/gifts", status_code=201)
async def gift(new: NewBook, catalogue: CatalogueDep, own: OwnSession) -> None:
    own.add(Book(isbn=new.isbn, title=new.title, price=new.price, stock=new.stock))
    await catalogue.session.commit()
"""
GIFT_IMPORTS = """
from typing import Annotated
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession
from reference_app.database import get_session
from reference_app.models import Book
"""


def without_commit(path: str, function: str) -> Change:
    """A service that leaves the commit to somebody else."""
    return Change(path, COMMIT, "await self.session.flush()", inside=function)


def own_session(options: str) -> Change:
    """A route that gets the session of its service, and another one from the same dependency."""
    alias = f"OwnSession = Annotated[AsyncSession, Depends(get_session, {options})]"
    return Change(BOOKS, "", f"{alias}\n{GIFT}", imports=GIFT_IMPORTS)


MUTANTS = [
    Mutant(
        "a job that needs a connection while the route has read again",
        "ADB213",
        (Change(ORDERS, PLACED, f"order = await ordering.order(order.id)\n{PLACED}", inside="place"),),
        (ORDERS, "tasks.add_task"),
    ),
    Mutant(
        "a service that awaits a job with a session of its own",
        "ADB213",
        (
            Change(
                ORDERING,
                COMMIT,
                f"await jobs.confirm(key)\n{COMMIT}",
                inside="Ordering.cancel",
                imports="from reference_app.services import jobs",
            ),
        ),
        (ORDERING, "jobs.confirm(key)"),
    ),
    Mutant(
        "a dependency that commits for the services",
        "ADB606",
        (dependency(COMMITTING), without_commit(ORDERING, "Ordering.place")),
        ("database.py", "await session.commit()"),
        also=("ADB213",),
    ),
    Mutant(
        "a dependency that begins for the services",
        "ADB606",
        (dependency(BEGINNING), without_commit(ORDERING, "Ordering.place")),
        ("database.py", "SessionLocal.begin()"),
        also=("ADB213",),
    ),
    Mutant(
        "a receipt as a stream behind a read",
        "ADB614",
        (Change(ORDERS, "", RECEIPT), Change(JOBS, "", LINES)),
        (ORDERS, "def receipt"),
    ),
    Mutant(
        "a WebSocket that reads through the service",
        "ADB614",
        (Change(ORDERS, "", WATCH, imports="from fastapi import WebSocket"),),
        (ORDERS, "def watch"),
    ),
    Mutant(
        "a session uncached beside the service's",
        "ADB615",
        (own_session("use_cache=False"),),
        (BOOKS, "use_cache=False"),
    ),
    Mutant(
        "a session in another scope beside the service's",
        "ADB615",
        (own_session('scope="function"'),),
        (BOOKS, 'scope="function"'),
    ),
    Mutant(
        "an order that is flushed and not committed",
        "ADB701",
        (without_commit(ORDERING, "Ordering.place"),),
        (ORDERS, "await ordering.place(new)"),
        also=("ADB213",),
    ),
    Mutant(
        "a job that does not commit",
        "ADB701",
        (confirming(CONFIRMING.replace("    await session.commit()\n", "")),),
        (JOBS, "confirm(order_id)"),
    ),
    Mutant(
        "a wait inside of the transaction of a service",
        "ADB705",
        (
            Change(
                ORDERING, COMMIT, f"await asyncio.sleep(1)\n{COMMIT}", inside="Ordering.place", imports="import asyncio"
            ),
        ),
        (ORDERING, "asyncio.sleep(1)"),
    ),
    Mutant(
        "a route that tells another service after a read",
        "ADB705",
        (
            Change(
                ORDERS,
                "return OrderOut.of(await ordering.order(key))",
                "found = await ordering.order(key)\n"
                "async with httpx.AsyncClient() as client:\n"
                '    await client.get(f"http://127.0.0.1:9/{key}")\n'
                "return OrderOut.of(found)",
                imports="import httpx",
            ),
        ),
        (ORDERS, "client.get"),
    ),
]
