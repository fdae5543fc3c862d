"""ADB4xx."""

from __future__ import annotations

from tests.mutants.awaiting import BOOKS, CATALOGUE, CUSTOMERS, ORDERS, STREAMED, STREAMING, SYNC_SESSIONS
from tests.mutants.change import Change
from tests.mutants.engines import DATABASE
from tests.mutants.mutants import Mutant

WORKER = """
def report() -> list[str]:
    with WorkerSession() as session:
        return [book.title for book in session.query(Book)]
"""

RAW = """
async def raw(session: AsyncSession, key: int) -> int:
    return await session.scalar(text("SELECT {}"), {{"key": key}}) or 0
"""

MUTANTS = [
    Mutant(
        "query on an async session",
        "ADB401",
        (
            Change(
                CUSTOMERS,
                "return await self.session.get(Customer, key)",
                "return await self.session.query(Customer).filter(Customer.id == key).first()",
            ),
        ),
        (CUSTOMERS, "self.session.query(Customer)"),
    ),
    Mutant(
        "query with filter_by on an async session",
        "ADB401",
        (
            Change(
                BOOKS,
                "return await self.session.get(Book, key)",
                "return self.session.query(Book).filter_by(id=key).one_or_none()",
            ),
        ),
        (BOOKS, "self.session.query(Book)"),
    ),
    Mutant(
        "a query in a job",
        "ADB401",
        (
            Change(
                "services/jobs.py",
                "await Orders(session).confirm(order_id)",
                "session.query(Order).filter_by(id=order_id, confirmed_at=None, status=OrderStatus.PLACED)"
                ".update({'confirmed_at': datetime.now(UTC)})",
                imports="from datetime import UTC, datetime\nfrom reference_app.models import Order, OrderStatus",
            ),
        ),
        ("services/jobs.py", "session.query(Order)"),
    ),
    Mutant(
        "a book added through the ORM and counted with SQL",
        "ADB402",
        (
            Change(
                CATALOGUE,
                "self.books.add(book)",
                'self.session.add(book)\nawait self.session.execute(text("SELECT count(*) FROM book"))',
                imports="from sqlalchemy import text",
            ),
        ),
        (CATALOGUE, "SELECT count(*) FROM book"),
    ),
    Mutant(
        "an order added through the ORM, its stock taken with SQL",
        "ADB402",
        (
            Change(
                CATALOGUE,
                "self.customers.add(customer)",
                "self.session.add(customer)\n"
                'await self.session.execute(text("UPDATE customer SET name = :name WHERE email = :email"), new.model_dump())',
                imports="from sqlalchemy import text",
            ),
        ),
        (CATALOGUE, "UPDATE customer"),
    ),
    Mutant(
        "the legacy interface on a synchronous session",
        "ADB415",
        (
            SYNC_SESSIONS,
            Change(
                CATALOGUE,
                "",
                WORKER,
                imports="from reference_app.database import WorkerSession",
            ),
        ),
        (CATALOGUE, "session.query(Book)"),
        behaves=False,
    ),
    Mutant(
        "the legacy interface on a synchronous session that is passed in",
        "ADB415",
        (
            Change(
                ORDERS,
                "",
                "def count(session: Session) -> int:\n    return session.query(Order).count()",
                imports="from sqlalchemy.orm import Session",
            ),
        ),
        (ORDERS, "session.query(Order)"),
        behaves=False,
    ),
    Mutant(
        "the health check's SQL as a plain string",
        "ADB403",
        (Change(DATABASE, 'text("SELECT 1")', '"SELECT 1"'),),
        (DATABASE, '"SELECT 1"'),
    ),
    Mutant(
        "an order confirmed by SQL in an f-string",
        "ADB403",
        (
            Change(
                ORDERS,
                "await self.session.execute(query.values(confirmed_at=func.now()))",
                "statement = f'UPDATE \"{Order.__tablename__}\" SET confirmed_at = now() WHERE id = :key'\n"
                'await self.session.execute(statement, {"key": key})',
            ),
        ),
        (ORDERS, "self.session.execute(statement"),
    ),
    Mutant(
        "an order is confirmed where one condition is lost",
        "ADB405",
        (
            Change(
                "repositories/orders.py",
                "query = update(Order).where(Order.id == key, Order.confirmed_at.is_(None), is_open)",
                "query = update(Order).where(Order.id == key and Order.status == OrderStatus.PLACED, is_open)",
            ),
        ),
        ("repositories/orders.py", "Order.id == key and"),
    ),
    Mutant(
        "an order is confirmed once, as Python sees it",
        "ADB405",
        (
            Change(
                "repositories/orders.py",
                "query = update(Order).where(Order.id == key, Order.confirmed_at.is_(None), is_open)",
                "query = update(Order).where(Order.id == key, Order.confirmed_at is None, is_open)",
            ),
        ),
        ("repositories/orders.py", "Order.confirmed_at is None"),
    ),
    Mutant(
        "a report with a cast as psql writes it",
        "ADB410",
        (Change(ORDERS, "", RAW.format(":key::int"), imports="from sqlalchemy import text"),),
        (ORDERS, ":key::int"),
    ),
    Mutant(
        "a report over a list of orders",
        "ADB410",
        (Change(ORDERS, "", RAW.format("(SELECT 1 WHERE 1 IN :key)"), imports="from sqlalchemy import text"),),
        (ORDERS, "IN :key"),
    ),
    Mutant(
        "a customer by a key that is a string",
        "ADB411",
        (
            Change(
                "repositories/customers.py",
                "",
                "async def by_key(session: AsyncSession, key: str) -> Customer | None:\n"
                "    return await session.get(Customer, key)",
            ),
        ),
        ("repositories/customers.py", "session.get(Customer, key)"),
    ),
    Mutant(
        "the orders of a customer whose key is a string",
        "ADB411",
        (
            Change(
                ORDERS,
                "",
                "async def of(session: AsyncSession, customer: str) -> Sequence[Order]:\n"
                "    found = await session.scalars(select(Order).where(Order.customer_id == customer))\n"
                "    return found.all()",
            ),
        ),
        (ORDERS, "Order.customer_id == customer"),
    ),
    Mutant(
        "the newest book, of all",
        "ADB406",
        (
            Change(
                BOOKS,
                "",
                "async def newest(session: AsyncSession) -> Book | None:\n"
                "    return (await session.scalars(select(Book).order_by(Book.id.desc()))).first()",
            ),
        ),
        (BOOKS, "Book.id.desc()"),
    ),
    Mutant(
        "the number of orders, by loading them",
        "ADB406",
        (
            Change(
                ORDERS,
                "",
                "async def count(session: AsyncSession) -> int:\n"
                "    return len((await session.scalars(select(Order))).all())",
            ),
        ),
        (ORDERS, "len((await"),
    ),
    Mutant(
        "all order lines executed instead of streamed",
        "ADB412",
        (
            Change(
                ORDERS,
                "",
                STREAMED.replace("session.stream(", "session.execute("),
                imports=STREAMING,
            ),
        ),
        (ORDERS, "await session.execute(query)"),
        also=("ADB304",),
        behaves=False,
    ),
    Mutant(
        "a page of books through a server-side cursor",
        "ADB412",
        (
            Change(
                BOOKS,
                "found = await self.session.scalars(select(Book).where(Book.id > after).order_by(Book.id).limit(limit))",
                "query = select(Book).where(Book.id > after).order_by(Book.id).limit(limit)\n"
                "found = await self.session.scalars(query, execution_options={'yield_per': 50})",
            ),
        ),
        (BOOKS, "execution_options={'yield_per': 50}"),
    ),
    Mutant(
        "the lines of an order whose id both tables have",
        "ADB413",
        (
            Change(
                ORDERS,
                "",
                "async def of_book(session: AsyncSession, key: int) -> Sequence[Order]:\n"
                "    query = select(Order).join(OrderLine).join(Book).options(WITH_LINES)\n"
                "    return (await session.scalars(query.filter_by(id=key))).unique().all()",
            ),
        ),
        (ORDERS, "filter_by(id=key)"),
    ),
    Mutant(
        "customers by a name that both have",
        "ADB413",
        (
            Change(
                CUSTOMERS,
                "",
                "async def since(session: AsyncSession, at: object) -> list[Customer]:\n"
                "    query = select(Customer).join(Order, Order.customer_id == Customer.id)\n"
                "    return list((await session.scalars(query.filter_by(created_at=at))).all())",
                imports="from sqlalchemy import select\nfrom reference_app.models import Order",
            ),
        ),
        (CUSTOMERS, "filter_by(created_at=at)"),
    ),
    Mutant(
        "a page of books, counted first",
        "ADB414",
        (
            Change(
                BOOKS,
                "return found.all()",
                "if not found.all():\n    return []\nreturn found.all()",
            ),
        ),
        (BOOKS, "return found.all()"),
    ),
    Mutant(
        "locked books, looked at twice",
        "ADB414",
        (
            Change(
                BOOKS,
                "return {book.id: book for book in found}",
                "missing = set(keys) - {book.id for book in found.all()}\n"
                "return {book.id: book for book in found.all() if book.id not in missing}",
            ),
        ),
        (BOOKS, "if book.id not in missing"),
    ),
    Mutant(
        "books by a title that is written into the statement",
        "ADB404",
        (
            Change(
                BOOKS,
                "",
                "async def titled(session: AsyncSession, title: str) -> Sequence[object]:\n"
                "    query = f\"SELECT * FROM book WHERE title = '{title}'\"\n"
                "    return (await session.execute(text(query))).all()",
                imports="from sqlalchemy import text",
            ),
        ),
        (BOOKS, "text(query)"),
    ),
    Mutant(
        "books in an order that the request chooses",
        "ADB404",
        (
            Change(
                BOOKS,
                "",
                "async def in_order(session: AsyncSession, order: str) -> Sequence[Book]:\n"
                "    found = await session.scalars(select(Book).order_by(text(order)).limit(20))\n"
                "    return found.all()",
                imports="from sqlalchemy import text",
            ),
            Change(
                "routes/books.py",
                "",
                '@router.get("/by/{order}", response_model=list[BookOut])\n'
                "async def sorted_books(order: str, session: SessionDep) -> Sequence[Book]:\n"
                "    return await in_order(session, order)",
                imports="from collections.abc import Sequence\nfrom reference_app.database import SessionDep\n"
                "from reference_app.repositories.books import in_order",
            ),
        ),
        (BOOKS, "text(order)"),
    ),
    Mutant(
        "books by conditions that are joined as text",
        "ADB404",
        (
            Change(
                BOOKS,
                "",
                "async def found(session: AsyncSession, title: str, isbn: str) -> Sequence[object]:\n"
                "    conditions = [f\"title = '{title}'\"]\n"
                "    if isbn:\n"
                "        conditions.append(f\"isbn = '{isbn}'\")\n"
                '    where = " AND ".join(conditions)\n'
                '    return (await session.execute(text(f"SELECT * FROM book WHERE {where}"))).all()',
                imports="from sqlalchemy import text",
            ),
        ),
        (BOOKS, "WHERE {where}"),
        behaves=False,
    ),
    Mutant(
        "the first customer of all, by a statement in steps",
        "ADB406",
        (
            Change(
                CUSTOMERS,
                "",
                "async def oldest(session: AsyncSession, named: str | None) -> Customer | None:\n"
                "    query = select(Customer)\n"
                "    if named:\n"
                "        query = query.where(Customer.name == named)\n"
                "    return (await session.scalars(query.order_by(Customer.created_at))).first()",
                imports="from sqlalchemy import select",
            ),
        ),
        (CUSTOMERS, ".first()"),
        behaves=False,
    ),
    Mutant(
        "orders counted and then listed from one result",
        "ADB414",
        (
            Change(
                ORDERS,
                "",
                "async def keys(session: AsyncSession) -> tuple[int, list[int]]:\n"
                "    result = await session.execute(select(Order.id).limit(20))\n"
                "    count = len(result.all())\n"
                "    return count, [row.id for row in result]",
            ),
        ),
        (ORDERS, "for row in result"),
        behaves=False,
    ),
    Mutant(
        "order lines through a server-side cursor that a helper asks for",
        "ADB412",
        (
            Change(
                ORDERS,
                "",
                "def in_parts() -> Select[tuple[Order]]:\n"
                "    return select(Order).execution_options(yield_per=ROWS_AT_A_TIME)\n\n"
                "async def placed(session: AsyncSession) -> list[Order]:\n"
                "    return list(await session.scalars(in_parts().where(Order.status == OrderStatus.PLACED)))",
                imports="from sqlalchemy import Select",
            ),
        ),
        (ORDERS, "in_parts().where"),
        behaves=False,
    ),
    Mutant(
        "a stock that is sent to asyncpg as it was typed in",
        "ADB411",
        (
            Change(
                BOOKS,
                "",
                "async def restock(connection: asyncpg.Connection, key: int, stock: str) -> None:\n"
                '    await connection.execute("UPDATE book SET stock = $2 WHERE id = $1", key, stock)',
                imports="import asyncpg",
            ),
        ),
        (BOOKS, "SET stock = $2"),
        behaves=False,
        beside=(("tables.sql", "CREATE TABLE book (id bigint PRIMARY KEY, title text, stock integer);\n"),),
    ),
]
