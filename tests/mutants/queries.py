"""ADB4xx."""

from __future__ import annotations

from tests.mutants.awaiting import BOOKS, CATALOGUE, CUSTOMERS, ORDERS, SYNC_SESSIONS
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
]
