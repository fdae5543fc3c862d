"""What is loaded, and what is not: ADB408, ADB409, ADB5xx, ADB611 and ADB612."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.mutants import Mutant

ORDERS = "repositories/orders.py"
SCHEMAS = "schemas.py"
ORDERING = "services/ordering.py"
BY_KEY = "select(Order).where(Order.id == key)"
LOCKED = f"query = {BY_KEY}.options(WITH_LINES).with_for_update()"

ORDER_ROUTES = "routes/orders.py"
JOBS = "services/jobs.py"
BRIEF = """
class BriefLine(FromModel):
    quantity: int
    book: BookOut


class Brief(FromModel):
    status: OrderStatus
    lines: list[BriefLine]


async def plain(session: AsyncSession, key: int) -> Order | None:
    return await session.scalar(select(Order).where(Order.id == key))


@router.get("/{key}/brief", response_model=Brief)
async def brief(key: KeyPath, ordering: OrderingDep) -> Order | None:
    return await plain(ordering.session, key)
"""
LINES_ONLY = "Order.id == key).options(selectinload(Order.lines)"
BRIEF_IMPORTS = """
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from reference_app.models import Order, OrderStatus
from reference_app.schemas import BookOut, FromModel
"""
WHOLE = """
@router.get("/{key}/all")
async def whole(key: KeyPath, catalogue: CatalogueDep):
    return await catalogue.customer(key)
"""
WHOLE_BOOKS = """
@router.get("/{key}/books", response_model=None)
async def books_of(key: KeyPath, ordering: OrderingDep):
    found = await ordering.page(key, 0, 20)
    return found
"""
EXPIRED = """
async def customer_of(order_id: int) -> int:
    async with AsyncSession(engine) as session:
        order = await session.get_one(Order, order_id)
        order.confirmed_at = datetime.now(UTC)
        await session.commit()
        return order.customer_id
"""
EXPIRED_IMPORTS = """
from datetime import UTC, datetime
from sqlalchemy.ext.asyncio import AsyncSession
from reference_app.database import engine
from reference_app.models import Order
"""
SOLD = """
Maker = async_sessionmaker(engine)


async def sold(isbn: str) -> int:
    async with Maker() as session:
        book = await Catalogue(session).sell(NewBook(isbn=isbn, title="a", price=Decimal(1)))
        return book.id
"""
SOLD_IMPORTS = """
from decimal import Decimal
from sqlalchemy.ext.asyncio import async_sessionmaker
from reference_app.database import engine
from reference_app.services.catalogue import Catalogue
"""
NAMED = """
try:
    await self.session.commit()
except IntegrityError:
    await self.session.rollback()
    raise Conflict(f"order {order.id} cannot be cancelled")
"""
CONFLICT = "from sqlalchemy.exc import IntegrityError"
GIVEN_BACK = """
await self.session.rollback()
if order.status is OrderStatus.PLACED:
    return order
return order
"""

CUSTOMERS = "repositories/customers.py"
SELLING = "services/catalogue.py"
REPORT = """
async def sums() -> list[int]:
    async with SessionLocal() as session:
        result = await session.execute(select(Order).options(joinedload(Order.lines)))
        return [len(order.lines) for order in result.scalars().all()]
"""
REPORT_IMPORTS = """
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from reference_app.models import Order
"""
ADDRESSES = """
async def addresses(session: AsyncSession) -> list[str]:
    result = await session.execute(select(Customer).order_by(Customer.id))
    return [customer.email for customer in result]
"""
LINES = """
lines: Mapped[list[OrderLine]] = relationship(
    back_populates="order", lazy="raise", cascade="all, delete-orphan", order_by="OrderLine.book_id"
)
"""
NAME = "name: Mapped[str]"
ORDERS_OF = "name: Mapped[str]\norders: {}"
DYNAMIC = "from sqlalchemy.orm import DynamicMapped"
FACTS = Change(
    "models.py",
    "stock: Mapped[int]",
    "stock: Mapped[int]\nfacts: Mapped[dict[str, str]] = mapped_column(JSON)",
    inside="Book",
    imports="from sqlalchemy import JSON",
)
SEEN = """
async def seen(session: AsyncSession, key: int) -> None:
    book = await session.get_one(Book, key)
    book.facts["seen"] = "yes"
    await session.commit()
"""
GIVEN_AGAIN = 'facts = book.facts\n    facts.update(seen="yes")\n    book.facts = facts'
OWN_ORDERS = Change("models.py", NAME, ORDERS_OF.format('Mapped[list[Order]] = relationship(lazy="raise")'), "Customer")
REFRESHED = """
async def orders_of(session: AsyncSession, customer: Customer) -> int:
    await session.flush()
    await session.refresh(customer)
    return len(customer.orders)
"""

MUTANTS = [
    Mutant(
        "an order that is loaded without its lines",
        "ADB501",
        (Change(ORDERS, f"{BY_KEY}.options(WITH_LINES)", BY_KEY, inside="Orders.get"),),
        (SCHEMAS, "for line in sorted(order.lines"),
    ),
    Mutant(
        "an order that is locked without its lines",
        "ADB501",
        (Change(ORDERS, LOCKED, f"query = {BY_KEY}.with_for_update()"),),
        (ORDERING, "locked(line.book_id for line in order.lines)"),
    ),
    Mutant(
        "the books of an order's lines are not loaded",
        "ADB501",
        (
            Change(
                ORDERS,
                "WITH_LINES = selectinload(Order.lines).selectinload(OrderLine.book)",
                "WITH_LINES = selectinload(Order.lines)",
            ),
        ),
        (SCHEMAS, "title=line.book.title"),
    ),
    Mutant(
        "a page of orders without their lines",
        "ADB501",
        (Change(ORDERS, "query.limit(limit).options(WITH_LINES)", "query.limit(limit)", inside="Orders.page"),),
        (SCHEMAS, "for line in sorted(order.lines"),
    ),
    Mutant(
        "a new order whose lines are appended after it was flushed",
        "ADB501",
        (
            Change(
                ORDERING,
                "order = Order(customer_id=new.customer_id, status=OrderStatus.PLACED, confirmed_at=None, lines=[])",
                "order = Order(customer_id=new.customer_id, status=OrderStatus.PLACED, confirmed_at=None)\n"
                "self.orders.add(order)\nawait self.session.flush()",
            ),
        ),
        (ORDERING, "order.lines.append("),
    ),
    Mutant(
        "a response with the lines of an order that is loaded without them",
        "ADB611",
        (Change(ORDER_ROUTES, "", BRIEF, imports=BRIEF_IMPORTS),),
        (ORDER_ROUTES, "return await plain(ordering.session, key)"),
    ),
    Mutant(
        "a response with the books of an order's lines, which are loaded alone",
        "ADB611",
        (Change(ORDER_ROUTES, "", BRIEF.replace("Order.id == key", LINES_ONLY), imports=BRIEF_IMPORTS),),
        (ORDER_ROUTES, "return await plain(ordering.session, key)"),
    ),
    Mutant(
        "a customer as the table has it",
        "ADB612",
        (Change("routes/customers.py", "", WHOLE),),
        ("routes/customers.py", "return await catalogue.customer(key)\n"[:-1]),
    ),
    Mutant(
        "the books of an order as the table has them",
        "ADB612",
        (Change(ORDER_ROUTES, "", WHOLE_BOOKS),),
        (ORDER_ROUTES, "return found"),
    ),
    Mutant(
        "a job that reads an order after its commit, on a session of its own",
        "ADB502",
        (Change(JOBS, "", EXPIRED, imports=EXPIRED_IMPORTS),),
        (JOBS, "return order.customer_id"),
        also=("ADB202",),
    ),
    Mutant(
        "a service that sells, and a route that reads, on sessions that expire their objects",
        "ADB502",
        (Change("routes/books.py", "", SOLD, imports=SOLD_IMPORTS),),
        ("routes/books.py", "return book.id"),
        also=("ADB202",),
    ),
    Mutant(
        "the time of a confirmation, computed at every change",
        "ADB510",
        (
            Change(
                "models.py",
                "confirmed_at: Mapped[datetime | None]",
                "confirmed_at: Mapped[datetime | None] = mapped_column(onupdate=func.now())",
            ),
        ),
        (SCHEMAS, "confirmed_at=order.confirmed_at"),
    ),
    Mutant(
        "a time that a trigger writes",
        "ADB510",
        (
            Change(
                "models.py",
                "created_at: Mapped[datetime] = mapped_column(server_default=func.now())",
                "created_at: Mapped[datetime] = mapped_column("
                "server_default=func.now(), server_onupdate=FetchedValue())",
                inside="Order",
                imports="from sqlalchemy import FetchedValue",
            ),
        ),
        (SCHEMAS, "created_at=order.created_at"),
    ),
    Mutant(
        "a conflict that names the order after the rollback",
        "ADB511",
        (Change(ORDERING, "await self.session.commit()", NAMED, inside="Ordering._cancel", imports=CONFLICT),),
        (ORDERING, "raise Conflict(f"),
    ),
    Mutant(
        "an order that is looked at again after a rollback",
        "ADB511",
        (Change(ORDERING, "return order", GIVEN_BACK, inside="Ordering.order"),),
        (ORDERING, "if order.status is OrderStatus.PLACED"),
    ),
    Mutant(
        "orders that are joined with their lines",
        "ADB408",
        (
            Change(
                ORDERS,
                "WITH_LINES = selectinload(Order.lines).selectinload(OrderLine.book)",
                "WITH_LINES = joinedload(Order.lines).joinedload(OrderLine.book)",
                imports="from sqlalchemy.orm import joinedload",
            ),
        ),
        (ORDERS, "return found.all()"),
    ),
    Mutant(
        "a report over orders that are joined with their lines",
        "ADB408",
        (Change(JOBS, "", REPORT, imports=REPORT_IMPORTS),),
        (JOBS, "for order in result.scalars().all()"),
    ),
    Mutant(
        "a customer as a row",
        "ADB409",
        (
            Change(
                CUSTOMERS,
                "return await self.session.get(Customer, key)",
                "return (await self.session.execute(select(Customer).where(Customer.id == key))).first()",
                imports="from sqlalchemy import select",
            ),
        ),
        ("routes/customers.py", "return await catalogue.customer(key)"),
    ),
    Mutant(
        "the addresses of rows",
        "ADB409",
        (Change(CUSTOMERS, "", ADDRESSES, imports="from sqlalchemy import select"),),
        (CUSTOMERS, "customer.email for customer in result"),
    ),
    Mutant(
        "the lines of an order, by a query of their own",
        "ADB503",
        (Change("models.py", LINES, LINES.replace('"raise"', '"dynamic"')),),
        ("models.py", 'lazy="dynamic"'),
    ),
    Mutant(
        "the orders of a customer, as a query",
        "ADB503",
        (Change("models.py", NAME, ORDERS_OF.format("DynamicMapped[Order] = relationship()"), "Customer", DYNAMIC),),
        ("models.py", "DynamicMapped[Order]"),
    ),
    Mutant(
        "facts of a book, one of which is set",
        "ADB506",
        (FACTS, Change(SELLING, "", SEEN)),
        (SELLING, 'book.facts["seen"]'),
    ),
    Mutant(
        "facts of a book, which are taken, changed and given back",
        "ADB506",
        (FACTS, Change(SELLING, "", SEEN.replace('book.facts["seen"] = "yes"', GIVEN_AGAIN))),
        (SELLING, "facts.update("),
    ),
    Mutant(
        "the order of a line, which nothing loads",
        "ADB509",
        (
            Change(
                "models.py",
                'relationship(back_populates="lines", lazy="raise")',
                'relationship(back_populates="lines")',
            ),
        ),
        ("models.py", 'relationship(back_populates="lines")'),
        behaves=False,
    ),
    Mutant(
        "the orders of a customer, which nothing loads",
        "ADB509",
        (Change("models.py", NAME, ORDERS_OF.format("Mapped[list[Order]] = relationship()"), "Customer"),),
        ("models.py", "orders: Mapped[list[Order]]"),
        behaves=False,
    ),
    Mutant(
        "a customer who is refreshed, to show the orders",
        "ADB512",
        (OWN_ORDERS, Change(CUSTOMERS, "", REFRESHED)),
        (CUSTOMERS, "await session.refresh(customer)"),
    ),
    Mutant(
        "a customer who is refreshed after the orders were set",
        "ADB512",
        (OWN_ORDERS, Change(CUSTOMERS, "", REFRESHED.replace("await session.flush()", "customer.orders = []"))),
        (CUSTOMERS, "await session.refresh(customer)"),
    ),
    Mutant(
        "the time of an order, in a column without a zone",
        "ADB505",
        (
            Change(
                "models.py",
                "created_at: Mapped[datetime] = mapped_column(server_default=func.now())",
                "created_at: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(UTC))",
                inside="Order",
                imports="from datetime import UTC",
            ),
        ),
        ("models.py", "mapped_column(DateTime, default"),
    ),
    Mutant(
        "the time of a confirmation, without a zone",
        "ADB505",
        (
            Change(
                ORDERING,
                "order.status = OrderStatus.CANCELLED",
                "order.status = OrderStatus.CANCELLED\norder.confirmed_at = datetime.utcnow()",
                imports="from datetime import datetime",
            ),
        ),
        (ORDERING, "datetime.utcnow()"),
    ),
    Mutant(
        "customers who all registered when the server started",
        "ADB504",
        (
            Change(
                "models.py",
                "created_at: Mapped[datetime] = mapped_column(server_default=func.now())",
                "created_at: Mapped[datetime] = mapped_column(default=datetime.now(UTC))",
                inside="Customer",
                imports="from datetime import UTC",
            ),
        ),
        ("models.py", "default=datetime.now(UTC)"),
    ),
    Mutant(
        "orders placed when the table was made",
        "ADB504",
        (
            Change(
                "models.py",
                "created_at: Mapped[datetime] = mapped_column(server_default=func.now())",
                'created_at: Mapped[datetime] = mapped_column(server_default="now()")',
                inside="Order",
            ),
        ),
        ("models.py", 'server_default="now()"'),
    ),
    Mutant(
        "a stock that begins with a Python number",
        "ADB504",
        (
            Change(
                "models.py",
                "stock: Mapped[int]",
                "stock: Mapped[int] = mapped_column(server_default=0)",
            ),
        ),
        ("models.py", "server_default=0"),
    ),
    Mutant(
        "what else there is to know of a book",
        "ADB507",
        (Change("models.py", "title: Mapped[str]", "title: Mapped[str]\nmetadata: Mapped[str | None]"),),
        ("models.py", "metadata: Mapped[str | None]"),
    ),
    Mutant(
        "what else there is to know of an order line",
        "ADB507",
        (
            Change(
                "models.py",
                "quantity: Mapped[int]",
                "quantity: Mapped[int]\nmetadata: Mapped[dict[str, str]] = mapped_column(JSON, deferred=True)",
                imports="from sqlalchemy import JSON",
            ),
        ),
        ("models.py", "metadata: Mapped[dict[str, str]]"),
    ),
    Mutant(
        "a base class as it was in 1.4",
        "ADB508",
        (
            Change(
                "models.py",
                "",
                "Reports = declarative_base(metadata=Base.metadata)",
                imports="from sqlalchemy.ext.declarative import declarative_base",
            ),
        ),
        ("models.py", "from sqlalchemy.ext.declarative import"),
        behaves=False,
    ),
    Mutant(
        "a column without a type",
        "ADB508",
        (
            Change(
                "models.py",
                "title: Mapped[str]",
                "title = Column(String, nullable=False)",
                imports="from sqlalchemy import Column, String",
            ),
        ),
        ("models.py", "title = Column"),
        behaves=False,
    ),
    Mutant(
        "a kind of column whose default is worked out once",
        "ADB504",
        (
            Change(
                "models.py",
                "",
                "Stamp = Annotated[datetime, mapped_column(default=datetime.now(UTC))]",
                imports="from datetime import UTC\nfrom typing import Annotated",
            ),
        ),
        ("models.py", "Stamp = Annotated"),
        behaves=False,
    ),
]
