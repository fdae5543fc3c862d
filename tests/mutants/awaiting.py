"""ADB3xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.engines import DATABASE, MAIN, YIELDING
from tests.mutants.mutants import Mutant
from tests.mutants.sessions import CONFIRMING, JOBS, ORDERING

CATALOGUE = "services/catalogue.py"
BOOKS = "repositories/books.py"
CUSTOMERS = "repositories/customers.py"
ORDERS = "repositories/orders.py"
COMMIT = "await self.session.commit()"
STREAMED = """
async def each(session: AsyncSession) -> AsyncIterator[Order]:
    query = select(Order).order_by(Order.id).execution_options(yield_per=200)
    result = await session.stream(query)
    async for row in result:
        yield row
"""
STREAMING = "from collections.abc import AsyncIterator"
SYNC_SESSIONS = Change(
    DATABASE,
    "",
    'worker_engine = create_engine(settings.database_url.replace("+asyncpg", "+psycopg2"))\n'
    "WorkerSession = sessionmaker(worker_engine)",
    imports="from sqlalchemy import create_engine\nfrom sqlalchemy.orm import sessionmaker",
)


def unawaited(name: str, path: str, inside: str, awaited: str, behaves: bool = True) -> Mutant:
    """A mutant without one `await`."""
    plain = awaited.removeprefix("await ")
    return Mutant(name, "ADB301", (Change(path, awaited, plain, inside),), (path, plain.split("(")[0]), behaves=behaves)


def awaited(name: str, path: str, inside: str, plain: str) -> Mutant:
    """A mutant with one `await` too many."""
    return Mutant(name, "ADB302", (Change(path, plain, f"await {plain}", inside),), (path, f"await {plain}"))


MUTANTS = [
    unawaited("an order that is not committed", ORDERING, "Ordering._place", COMMIT),
    unawaited("a cancellation that is not committed", ORDERING, "Ordering._cancel", COMMIT),
    unawaited("a delivery that is not committed", CATALOGUE, "Catalogue._restock", COMMIT),
    unawaited("a registration that is not committed", CATALOGUE, "Catalogue._commit", COMMIT),
    unawaited("a conflict that is not rolled back", CATALOGUE, "Catalogue._commit", "await self.session.rollback()"),
    unawaited("a confirmation that is not committed", JOBS, "confirm", "await session.commit()"),
    unawaited(
        "a confirmation that is not executed",
        ORDERS,
        "Orders.confirm",
        "await self.session.execute(query.values(confirmed_at=func.now()))",
    ),
    unawaited("a dispose that does not run", "main.py", "lifespan", "await engine.dispose()"),
    unawaited("a ping that asks nothing", DATABASE, "ping", "await session.execute(text('SELECT 1'))"),
    Mutant(
        "a result that is not awaited",
        "ADB301",
        (
            Change(
                BOOKS,
                "await self.session.scalars(query.execution_options(populate_existing=True))",
                "self.session.scalars(query.execution_options(populate_existing=True))",
            ),
        ),
        (BOOKS, "self.session.scalars(query"),
    ),
    Mutant(
        "a stream that is not awaited",
        "ADB301",
        (Change(ORDERS, "", STREAMED.replace("await ", ""), imports=STREAMING),),
        (ORDERS, "session.stream(query)"),
        behaves=False,
    ),
    Mutant(
        "a coroutine of our own that is not awaited",
        "ADB301",
        (Change("routes/health.py", "await ping_soon(session)", "ping_soon(session)"),),
        ("routes/health.py", "ping_soon(session)"),
    ),
    Mutant(
        "add, awaited",
        "ADB302",
        (
            Change(
                CATALOGUE,
                "self.books.add(book)",
                "await self.session.add(book)",
            ),
        ),
        (CATALOGUE, "await self.session.add(book)"),
    ),
    Mutant(
        "rows, awaited",
        "ADB302",
        (Change(BOOKS, "found.all()", "await found.all()"),),
        (BOOKS, "await found.all()"),
    ),
    Mutant(
        "a session, awaited",
        "ADB302",
        (Change(JOBS, CONFIRMING, CONFIRMING.replace("async with SessionLocal()", "async with await SessionLocal()")),),
        (JOBS, "await SessionLocal()"),
    ),
    Mutant(
        "await before a chain of scalars",
        "ADB303",
        (
            Change(
                BOOKS,
                "await self.session.scalars(select(Book).where(Book.id > after).order_by(Book.id).limit(limit))",
                "await self.session.execute(select(Book).where(Book.id > after).order_by(Book.id).limit(limit)).scalars()",
            ),
        ),
        (BOOKS, "await self.session.execute("),
    ),
    Mutant(
        "await before a chain of all",
        "ADB303",
        (
            Change(
                ORDERS,
                "await self.session.scalars(query.limit(limit).options(WITH_LINES))",
                "await self.session.scalars(query.limit(limit).options(WITH_LINES)).unique()",
            ),
        ),
        (ORDERS, "await self.session.scalars("),
    ),
    Mutant(
        "a dependency with plain with",
        "ADB304",
        (Change(DATABASE, YIELDING, YIELDING.replace("async with", "with")),),
        (DATABASE, "with SessionLocal()"),
    ),
    Mutant(
        "a job with plain with",
        "ADB304",
        (Change(JOBS, CONFIRMING, CONFIRMING.replace("async with", "with")),),
        (JOBS, "with SessionLocal()"),
    ),
    Mutant(
        "plain for over a stream",
        "ADB304",
        (Change(ORDERS, "", STREAMED.replace("async for", "for"), imports=STREAMING),),
        (ORDERS, "for row in result"),
        behaves=False,
    ),
    Mutant(
        "async for over rows that are here",
        "ADB304",
        (
            Change(
                BOOKS,
                "return {book.id: book for book in found}",
                "books = {}\nasync for book in found:\n    books[book.id] = book\nreturn books",
            ),
        ),
        (BOOKS, "async for book in found"),
    ),
    Mutant(
        "a synchronous session in a service",
        "ADB305",
        (
            SYNC_SESSIONS,
            Change(
                CATALOGUE,
                "book = await self.books.get(key)",
                "with WorkerSession() as session:\n    book = session.get(Book, key)",
                imports="from reference_app.database import WorkerSession",
            ),
        ),
        (CATALOGUE, "session.get(Book, key)"),
    ),
    Mutant(
        "a synchronous helper below a service",
        "ADB305",
        (
            SYNC_SESSIONS,
            Change(
                CATALOGUE,
                "book = await self.books.get(key)",
                "book = found(key)",
            ),
            Change(
                CATALOGUE,
                "",
                "def found(key: int) -> Book | None:\n    with WorkerSession() as session:\n        return session.get(Book, key)",
                imports="from reference_app.database import WorkerSession",
            ),
        ),
        (CATALOGUE, "found(key)"),
    ),
    Mutant(
        "psycopg2 in a route",
        "ADB305",
        (
            Change(
                "routes/health.py",
                "await ping_soon(session)",
                'psycopg2.connect(settings.database_url.replace("+asyncpg", "")).close()',
                imports="import psycopg2\nfrom reference_app.settings import settings",
            ),
        ),
        ("routes/health.py", "psycopg2.connect("),
    ),
    Mutant(
        "a pause in a route",
        "ADB309",
        (
            Change(
                "routes/health.py",
                "await ping_soon(session)",
                "await ping_soon(session)\ntime.sleep(0.01)",
                imports="import time",
            ),
        ),
        ("routes/health.py", "time.sleep("),
    ),
    Mutant(
        "a pause in a service, before it tries again",
        "ADB309",
        (
            Change(
                ORDERING,
                "self.orders.add(order)",
                "self.orders.add(order)\nwait()",
            ),
            Change(ORDERING, "", "def wait() -> None:\n    time.sleep(0.01)", imports="import time"),
        ),
        (ORDERING, "wait()"),
    ),
    Mutant(
        "another service asked synchronously",
        "ADB309",
        (
            Change(
                CATALOGUE,
                "self.customers.add(customer)",
                'self.customers.add(customer)\nsubprocess.run(["true"], check=True)',
                imports="import subprocess",
            ),
        ),
        (CATALOGUE, "subprocess.run("),
    ),
    Mutant(
        "a coroutine given to run_sync",
        "ADB306",
        (
            Change(
                CUSTOMERS,
                "",
                "async def newest(session: AsyncSession) -> None:\n    await session.run_sync(forget)\n\n"
                "async def forget(session: AsyncSession) -> None:\n    session.expunge_all()",
            ),
        ),
        (CUSTOMERS, "session.run_sync(forget)"),
    ),
    Mutant(
        "migrations whose configuration has become a coroutine",
        "ADB306",
        (
            Change(
                "migrations/env.py",
                "",
                "async def check(connection: Connection) -> None:\n    connection.execute(text('SELECT 1'))\n\n"
                "async def checked() -> None:\n"
                "    engine = create_async_engine(settings.database_url, poolclass=NullPool)\n"
                "    async with engine.begin() as connection:\n"
                "        await connection.run_sync(check)\n"
                "    await engine.dispose()",
            ),
        ),
        ("migrations/env.py", "connection.run_sync(check)"),
    ),
    Mutant(
        "a listener on the async engine",
        "ADB307",
        (
            Change(
                DATABASE,
                "",
                '@event.listens_for(engine, "connect")\n'
                "def connected(connection: object, record: object) -> None:\n    print('connected')",
                imports="from sqlalchemy import event",
            ),
        ),
        (DATABASE, "event.listens_for(engine"),
    ),
    Mutant(
        "a listener that is a coroutine",
        "ADB307",
        (
            Change(
                DATABASE,
                "",
                '@event.listens_for(engine.sync_engine, "connect")\n'
                "async def connected(connection: object, record: object) -> None:\n    print('connected')",
                imports="from sqlalchemy import event",
            ),
        ),
        (DATABASE, "event.listens_for(engine.sync_engine"),
    ),
    Mutant(
        "tables made on the async engine at the start",
        "ADB308",
        (
            Change(
                MAIN,
                "await verify()",
                "await verify()\nBase.metadata.drop_all(engine)",
                imports="from reference_app.models import Base",
            ),
        ),
        (MAIN, "Base.metadata.drop_all(engine)"),
    ),
    Mutant(
        "tables dropped before run_sync runs",
        "ADB308",
        (
            Change(
                DATABASE,
                "",
                "async def clear() -> None:\n    async with engine.begin() as connection:\n"
                "        await connection.run_sync(Base.metadata.drop_all())",
                imports="from reference_app.models import Base",
            ),
        ),
        (DATABASE, "Base.metadata.drop_all()"),
    ),
    Mutant(
        "the tables of the async engine, inspected",
        "ADB307",
        (
            Change(
                DATABASE,
                "",
                "def tables() -> list[str]:\n    return inspect(engine).get_table_names()",
                imports="from sqlalchemy import inspect",
            ),
        ),
        (DATABASE, "inspect(engine)"),
        behaves=False,
    ),
]
