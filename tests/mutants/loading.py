"""What is loaded, and what is not: ADB408, ADB409, ADB5xx, ADB611 and ADB612."""

from __future__ import annotations

from tests.mutants.change import Change
from tests.mutants.mutants import Mutant

ORDERS = "repositories/orders.py"
SCHEMAS = "schemas.py"
ORDERING = "services/ordering.py"
BY_KEY = "select(Order).where(Order.id == key)"
LOCKED = f"query = {BY_KEY}.options(WITH_LINES).with_for_update()"

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
]
