"""ADB2xx."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.engines import DATABASE, FACTORY, YIELDING
from tests.mutants.mutants import Mutant

JOBS = "services/jobs.py"
ORDERING = "services/ordering.py"
ORDERS = "routes/orders.py"
CONFIRMING = """
async with SessionLocal() as session:
    await Orders(session).confirm(order_id)
    await session.commit()
"""
PLACED = "tasks.add_task(jobs.deliver, order.id)"
CONFIRM = """
async def confirm(self, key: int) -> None:
    await self.orders.confirm(key)
    await self.session.commit()
"""


def factory(call: str, imports: str = "") -> Change:
    return Change(DATABASE, FACTORY, f"SessionLocal = {call}", imports=imports)


def dependency(body: str, imports: str = "") -> Change:
    return Change(DATABASE, YIELDING, body, imports=imports)


def confirming(body: str, imports: str = "") -> Change:
    return Change(JOBS, CONFIRMING, body, imports=imports)


def with_confirm() -> Change:
    """A service that confirms on the session of the request."""
    return Change(
        ORDERING,
        "async def order(self, key: int) -> Order:\n"
        '    """An order by id, with its lines. Raises NotFound."""\n'
        "    order = await self.orders.get(key)\n"
        "    if order is None:\n"
        '        raise NotFound("order", key)\n'
        "    return order",
        "async def order(self, key: int) -> Order:\n"
        "    order = await self.orders.get(key)\n"
        "    if order is None:\n"
        '        raise NotFound("order", key)\n'
        "    return order\n" + CONFIRM,
    )


MUTANTS = [
    Mutant(
        "one session for all jobs",
        "ADB201",
        (
            Change(JOBS, "", "session = SessionLocal()"),
            confirming("await Orders(session).confirm(order_id)\nawait session.commit()"),
        ),
        (JOBS, "session = SessionLocal()"),
    ),
    Mutant(
        "a session as default argument",
        "ADB201",
        (
            Change(
                JOBS,
                "",
                "async def recount(session: AsyncSession = SessionLocal()) -> None:\n    await session.commit()",
                imports="from sqlalchemy.ext.asyncio import AsyncSession",
            ),
        ),
        (JOBS, "session: AsyncSession = SessionLocal()"),
        behaves=False,
    ),
    Mutant(
        "a cached session",
        "ADB201",
        (
            Change(
                DATABASE,
                "",
                "@lru_cache\ndef shared() -> AsyncSession:\n    return SessionLocal()",
                imports="from functools import lru_cache",
            ),
            dependency("yield shared()"),
        ),
        (DATABASE, "return SessionLocal()"),
    ),
    Mutant(
        "expiry by default",
        "ADB202",
        (factory("async_sessionmaker(engine)"),),
        (DATABASE, "async_sessionmaker(engine)"),
        also=("ADB502",) * 2,
    ),
    Mutant(
        "expiry on purpose",
        "ADB202",
        (factory("async_sessionmaker(engine, expire_on_commit=True)"),),
        (DATABASE, "expire_on_commit=True"),
        also=("ADB502",) * 2,
    ),
    Mutant(
        "expiry of a session without a factory",
        "ADB202",
        (dependency("async with AsyncSession(engine) as session:\n    yield session"),),
        (DATABASE, "AsyncSession(engine)"),
        also=("ADB502",) * 2,
    ),
    Mutant(
        "the factory of SQLAlchemy 1.4",
        "ADB203",
        (
            factory(
                "sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)",
                "from sqlalchemy.orm import sessionmaker",
            ),
        ),
        (DATABASE, "sessionmaker(engine"),
        behaves=False,
    ),
    Mutant(
        "the factory of SQLAlchemy 1.4, by keywords",
        "ADB203",
        (
            factory(
                "orm.sessionmaker(bind=engine, expire_on_commit=False, class_=AsyncSession)",
                "from sqlalchemy import orm",
            ),
        ),
        (DATABASE, "orm.sessionmaker("),
        behaves=False,
    ),
    Mutant(
        "a dependency that closes after the yield",
        "ADB204",
        (dependency("session = SessionLocal()\nyield session\nawait session.close()"),),
        (DATABASE, "session = SessionLocal()"),
    ),
    Mutant(
        "a job that never closes",
        "ADB204",
        (confirming("session = SessionLocal()\nawait Orders(session).confirm(order_id)\nawait session.commit()"),),
        (JOBS, "session = SessionLocal()"),
    ),
    Mutant(
        "a job that closes on success",
        "ADB204",
        (
            confirming(
                "session = SessionLocal()\n"
                "await Orders(session).confirm(order_id)\n"
                "await session.commit()\n"
                "await session.close()"
            ),
        ),
        (JOBS, "session = SessionLocal()"),
    ),
    Mutant(
        "a job that takes the dependency's session and breaks off",
        "ADB204",
        (
            confirming(
                "async for session in get_session():\n"
                "    await Orders(session).confirm(order_id)\n"
                "    await session.commit()\n"
                "    break",
                "from reference_app.database import get_session",
            ),
        ),
        (JOBS, "async for session in get_session()"),
    ),
    Mutant(
        "a job that takes the dependency's session by anext",
        "ADB204",
        (
            confirming(
                "session = await anext(get_session())\nawait Orders(session).confirm(order_id)\nawait session.commit()",
                "from reference_app.database import get_session",
            ),
        ),
        (JOBS, "anext(get_session())"),
    ),
    Mutant(
        "a dependency that returns a closed session",
        "ADB205",
        (dependency("async with SessionLocal() as session:\n    return session"),),
        (DATABASE, "SessionLocal() as session"),
    ),
    Mutant(
        "a dependency that returns an open session",
        "ADB205",
        (dependency("return SessionLocal()"),),
        (DATABASE, "return SessionLocal()"),
    ),
    Mutant(
        "a registry for threads around the factory",
        "ADB206",
        (
            Change(
                DATABASE,
                "",
                "Registry = scoped_session(SessionLocal)",
                imports="from sqlalchemy.orm import scoped_session",
            ),
            dependency("yield Registry()"),
        ),
        (DATABASE, "scoped_session(SessionLocal)"),
    ),
    Mutant(
        "a registry for threads in the jobs",
        "ADB206",
        (
            Change(
                JOBS, "", "Registry = scoped_session(SessionLocal)", imports="from sqlalchemy.orm import scoped_session"
            ),
            confirming("session = Registry()\nawait Orders(session).confirm(order_id)\nawait session.commit()"),
        ),
        (JOBS, "scoped_session(SessionLocal)"),
    ),
    Mutant(
        "two queries of an order at once",
        "ADB207",
        (
            Change(
                ORDERING,
                "books = await self.books.locked(line.book_id for line in new.lines)",
                "books, customer = await asyncio.gather(\n"
                "    self.books.locked(line.book_id for line in new.lines), self.customers.get(new.customer_id)\n"
                ")",
                imports="import asyncio",
            ),
        ),
        (ORDERING, "asyncio.gather("),
    ),
    Mutant(
        "all books of an order at once",
        "ADB207",
        (
            Change(
                ORDERING,
                "books = await self.books.locked(line.book_id for line in new.lines)",
                "rows = await asyncio.gather(*[self.session.get(Book, line.book_id) for line in new.lines])\n"
                "books = {book.id: book for book in rows if book is not None}",
                imports="import asyncio\nfrom reference_app.models import Book",
            ),
        ),
        (ORDERING, "asyncio.gather("),
    ),
    Mutant(
        "a group of tasks on one session",
        "ADB207",
        (
            Change(
                "services/catalogue.py",
                "return await self.books.page(after, limit)",
                "async with asyncio.TaskGroup() as group:\n"
                "    first = group.create_task(self.books.page(after, limit))\n"
                "    second = group.create_task(self.books.page(after + limit, limit))\n"
                "return first.result() or second.result()",
                imports="import asyncio",
            ),
        ),
        ("services/catalogue.py", "group.create_task("),
    ),
    Mutant(
        "a background job on the request's session",
        "ADB208",
        (with_confirm(), Change(ORDERS, PLACED, "tasks.add_task(ordering.confirm, order.id)")),
        (ORDERS, "tasks.add_task(ordering.confirm"),
    ),
    Mutant(
        "a task on the request's session",
        "ADB208",
        (
            with_confirm(),
            Change(ORDERS, PLACED, "asyncio.create_task(ordering.confirm(order.id))", imports="import asyncio"),
        ),
        (ORDERS, "asyncio.create_task("),
    ),
    Mutant(
        "the session itself handed to a background job",
        "ADB208",
        (
            Change(
                JOBS,
                "",
                "async def confirm_on(session: AsyncSession, order_id: int) -> None:\n"
                "    await Orders(session).confirm(order_id)",
                imports="from sqlalchemy.ext.asyncio import AsyncSession",
            ),
            Change(ORDERS, PLACED, "tasks.add_task(jobs.confirm_on, ordering.session, order.id)"),
        ),
        (ORDERS, "tasks.add_task(jobs.confirm_on"),
    ),
    Mutant(
        "synchronous sessions on the async engine",
        "ADB211",
        (factory("sessionmaker(engine, expire_on_commit=False)", "from sqlalchemy.orm import sessionmaker"),),
        (DATABASE, "sessionmaker(engine"),
    ),
    Mutant(
        "a synchronous session on the async engine",
        "ADB211",
        (
            Change(
                DATABASE,
                "",
                "def probe() -> None:\n    with Session(engine) as session:\n        session.execute(text('SELECT 1'))",
                imports="from sqlalchemy.orm import Session",
            ),
        ),
        (DATABASE, "Session(engine)"),
        behaves=False,
    ),
    Mutant(
        "a registry for tasks without remove",
        "ADB212",
        (
            Change(
                JOBS,
                "",
                "Registry = async_scoped_session(SessionLocal, scopefunc=current_task)",
                imports="from asyncio import current_task\nfrom sqlalchemy.ext.asyncio import async_scoped_session",
            ),
            confirming("await Orders(Registry()).confirm(order_id)\nawait Registry.commit()"),
        ),
        (JOBS, "async_scoped_session("),
    ),
    Mutant(
        "a registry for tasks as dependency, without remove",
        "ADB212",
        (
            Change(
                DATABASE,
                FACTORY,
                "SessionLocal = async_sessionmaker(engine, expire_on_commit=False)\n"
                "Registry = async_scoped_session(SessionLocal, scopefunc=current_task)",
                imports="from asyncio import current_task\nfrom sqlalchemy.ext.asyncio import async_scoped_session",
            ),
            dependency("yield Registry()"),
        ),
        (DATABASE, "async_scoped_session("),
    ),
    Mutant(
        "SQLModel's way on SQLAlchemy's session",
        "ADB210",
        (
            Change(
                "repositories/orders.py",
                "found = await self.session.scalars(query.limit(limit).options(WITH_LINES))",
                "found = await self.session.exec(query.limit(limit).options(WITH_LINES))",
            ),
        ),
        ("repositories/orders.py", "self.session.exec("),
    ),
    Mutant(
        "a locked row by SQLModel's way",
        "ADB210",
        (
            Change(
                "repositories/books.py",
                "found = await self.session.scalars(query.execution_options(populate_existing=True))",
                "found = await self.session.exec(query.execution_options(populate_existing=True))",
            ),
        ),
        ("repositories/books.py", "self.session.exec("),
    ),
]
