"""What happens to sessions over time: ADB213, ADB606, ADB614, ADB615 and ADB7xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.engines import with_option
from tests.mutants.mutants import Mutant
from tests.mutants.sessions import CONFIRMING, JOBS, ORDERING, ORDERS, PLACED, confirming, dependency

BOOKS = "routes/books.py"
MAIN = "main.py"
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

CONFIRM_ALL = """
async def confirm_all(order_ids: list[int]) -> None:
    async with SessionLocal() as session:
        for order_id in order_ids:
            try:
                await Orders(session).confirm(order_id)
            except DBAPIError:
                await session.rollback()
        await session.commit()
"""
RESTOCK_ALL = """
async def restock_all(session: AsyncSession, stock: dict[int, int]) -> None:
    for key, quantity in stock.items():
        try:
            session.add(Book(id=key, stock=quantity))
            await session.flush()
        except IntegrityError:
            await session.rollback()
            continue
    await session.commit()
"""
BEGUN_AND_COMMITTED = """
async with SessionLocal.begin() as session:
    await Orders(session).confirm(order_id)
    await session.commit()
    await Orders(session).get(order_id)
"""
SERVED_AND_COMMITTED = """
async def reopened(session: AsyncSession, order_id: int) -> None:
    async with session.begin():
        await session.rollback()
        await Orders(session).confirm(order_id)
"""
MIGRATING = """
async def migrated() -> None:
    command.upgrade(Config("reference_app/alembic.ini"), "head")
"""
MIGRATING_HELPER = """
def migrate_now() -> None:
    command.upgrade(Config("reference_app/alembic.ini"), "head")


async def prepared() -> None:
    migrate_now()
"""
FINALLY = """
async with SessionLocal() as session:
    try:
        await Orders(session).confirm(order_id)
    finally:
        await session.commit()
"""
BY_HAND = """
async def first_order() -> None:
    session = await get_session()
    await Orders(session).get(1)
"""
ALEMBIC = "from alembic import command\nfrom alembic.config import Config"


def without_commit(path: str, function: str) -> Change:
    """A service that leaves the commit to somebody else."""
    return Change(path, COMMIT, "await self.session.flush()", inside=function)


UNCOMMITTED = (without_commit(ORDERING, "Ordering._place"), without_commit(ORDERING, "Ordering._same"))


def own_session(options: str) -> Change:
    """A route that gets the session of its service, and another one from the same dependency."""
    alias = f"OwnSession = Annotated[AsyncSession, Depends(get_session, {options})]"
    return Change(BOOKS, "", f"{alias}\n{GIFT}", imports=GIFT_IMPORTS)


CONFLICT = """
try:
    await self.session.commit()
except IntegrityError as error:
    await self.session.rollback()
    raise Conflict(complaint) from error
"""
VIOLATION = "from asyncpg import UniqueViolationError"

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
                inside="Ordering._cancel",
                imports="from reference_app.services import jobs",
            ),
        ),
        (ORDERING, "jobs.confirm(key)"),
    ),
    Mutant(
        "a dependency that commits for the services",
        "ADB606",
        (dependency(COMMITTING), *UNCOMMITTED),
        ("database.py", "await session.commit()"),
        also=("ADB213",),
    ),
    Mutant(
        "a dependency that begins for the services",
        "ADB606",
        (dependency(BEGINNING), *UNCOMMITTED),
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
        UNCOMMITTED,
        (ORDERS, "await ordering.place(new, idempotency_key)"),
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
                ORDERING,
                COMMIT,
                f"await asyncio.sleep(1)\n{COMMIT}",
                inside="Ordering._place",
                imports="import asyncio",
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
    Mutant(
        "arguments of psycopg",
        "ADB109",
        (with_option('connect_args={"sslmode": "disable"}'),),
        ("database.py", 'connect_args={"sslmode"'),
    ),
    Mutant(
        "arguments of psycopg in a dict",
        "ADB109",
        (
            with_option("connect_args=ARGUMENTS"),
            Change("settings.py", "", 'ARGUMENTS = {"connect_timeout": 5}'),
            Change("database.py", "", "", imports="from reference_app.settings import ARGUMENTS"),
        ),
        ("database.py", "connect_args=ARGUMENTS"),
    ),
    Mutant(
        "migrations on the event loop",
        "ADB616",
        (Change(MAIN, "", MIGRATING, imports=ALEMBIC),),
        (MAIN, "command.upgrade"),
        behaves=False,
    ),
    Mutant(
        "migrations on the event loop, by a helper",
        "ADB616",
        (Change(MAIN, "", MIGRATING_HELPER, imports=ALEMBIC),),
        (MAIN, "command.upgrade"),
        behaves=False,
    ),
    Mutant(
        "a job that commits in its block and reads on",
        "ADB702",
        (confirming(BEGUN_AND_COMMITTED),),
        (JOBS, "await session.commit()"),
    ),
    Mutant(
        "a helper that rolls back in its block and writes on",
        "ADB702",
        (Change(JOBS, "", SERVED_AND_COMMITTED, imports="from sqlalchemy.ext.asyncio import AsyncSession"),),
        (JOBS, "session.rollback()"),
        behaves=False,
    ),
    Mutant(
        "a service that begins after it has locked",
        "ADB706",
        (
            Change(
                ORDERING,
                COMMIT,
                "async with self.session.begin():\n    order.status = OrderStatus.CANCELLED",
                inside="Ordering._cancel",
            ),
        ),
        (ORDERING, "self.session.begin()"),
    ),
    Mutant(
        "a delivery that begins after it has read",
        "ADB706",
        (
            Change(
                CATALOGUE,
                COMMIT,
                "async with self.session.begin():\n    books[key].stock += 0",
                inside="Catalogue._restock",
            ),
        ),
        (CATALOGUE, "self.session.begin()"),
    ),
    Mutant(
        "a page that sets something for the connection",
        "ADB707",
        (
            Change(
                ORDERING,
                "return await self.orders.page(customer_id, after, limit)",
                "await self.session.execute(text(\"SET work_mem = '64MB'\"))\n"
                "return await self.orders.page(customer_id, after, limit)",
                imports="from sqlalchemy import text",
            ),
        ),
        (ORDERING, "SET work_mem"),
    ),
    Mutant(
        "a check that sets something for the connection",
        "ADB707",
        (
            Change(
                "database.py",
                'await session.execute(text("SELECT 1"))',
                "await session.execute(text(\"SELECT set_config('statement_timeout', '5s', false)\"))",
                inside="ping",
            ),
        ),
        ("database.py", "set_config"),
    ),
    Mutant(
        "a job that rolls back for one order",
        "ADB708",
        (Change(JOBS, "", CONFIRM_ALL, imports="from sqlalchemy.exc import DBAPIError"),),
        (JOBS, "await session.rollback()"),
        behaves=False,
    ),
    Mutant(
        "a delivery that rolls back for one book",
        "ADB708",
        (
            Change(
                CATALOGUE,
                "",
                RESTOCK_ALL,
            ),
        ),
        (CATALOGUE, "await session.rollback()"),
        behaves=False,
    ),
    Mutant(
        "a job that commits whatever happened",
        "ADB607",
        (confirming(FINALLY),),
        (JOBS, "await session.commit()"),
    ),
    Mutant(
        "a service that commits whatever happened",
        "ADB607",
        (
            Change(
                ORDERING,
                COMMIT,
                "try:\n    self.orders.add(order)\nfinally:\n    await self.session.commit()",
                inside="Ordering._place",
            ),
        ),
        (ORDERING, "await self.session.commit()"),
    ),
    Mutant(
        "a job that awaits the dependency",
        "ADB609",
        (Change(JOBS, "", BY_HAND, imports="from reference_app.database import get_session"),),
        (JOBS, "await get_session()"),
        behaves=False,
    ),
    Mutant(
        "services on a factory as dependency",
        "ADB609",
        (
            Change(
                "routes/parameters.py",
                "Annotated[Catalogue, Depends(catalogue)]",
                "Annotated[Catalogue, Depends(catalogue), Depends(SessionLocal)]",
                imports="from reference_app.database import SessionLocal",
            ),
        ),
        ("routes/parameters.py", "Depends(SessionLocal)"),
        behaves=False,
    ),
    Mutant(
        "a conflict that is printed, and the order is committed",
        "ADB703",
        (
            Change(
                "services/ordering.py",
                "self.orders.add(order)",
                "self.orders.add(order)\ntry:\n    await self.session.flush()\nexcept IntegrityError:\n    print(order)",
                inside="Ordering._place",
                imports="from sqlalchemy.exc import IntegrityError",
            ),
        ),
        ("services/ordering.py", "except IntegrityError"),
    ),
    Mutant(
        "a cancellation whose error is printed, and the session is committed",
        "ADB703",
        (
            Change(
                "services/ordering.py",
                "await self.session.commit()",
                "try:\n    await self.session.flush()\nexcept DBAPIError:\n    print(key)\nawait self.session.commit()",
                inside="Ordering._cancel",
                imports="from sqlalchemy.exc import DBAPIError",
            ),
        ),
        ("services/ordering.py", "except DBAPIError"),
    ),
    Mutant(
        "a conflict, as asyncpg calls it",
        "ADB704",
        (Change(CATALOGUE, CONFLICT, CONFLICT.replace("IntegrityError", "UniqueViolationError"), imports=VIOLATION),),
        (CATALOGUE, "except UniqueViolationError"),
    ),
    Mutant(
        "a job that gives up at a deadlock, as asyncpg calls it",
        "ADB704",
        (
            Change(
                JOBS,
                "await Orders(session).confirm(order_id)",
                "try:\n    await Orders(session).confirm(order_id)\nexcept asyncpg.DeadlockDetectedError:\n    return",
                imports="import asyncpg",
            ),
        ),
        (JOBS, "except asyncpg.DeadlockDetectedError"),
    ),
]
