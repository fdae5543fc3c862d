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
        (Change(ORDERING, "await self.session.commit()", NAMED, inside="Ordering.cancel", imports=CONFLICT),),
        (ORDERING, "raise Conflict(f"),
    ),
    Mutant(
        "an order that is looked at again after a rollback",
        "ADB511",
        (Change(ORDERING, "return order", GIVEN_BACK, inside="Ordering.order"),),
        (ORDERING, "if order.status is OrderStatus.PLACED"),
    ),
]
