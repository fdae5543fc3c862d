"""What comes in and goes out over HTTP."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from reference_app.models import Order, OrderStatus

Item = TypeVar("Item")
ISBN = r"^97[89][0-9]{10}$"
EMAIL = r"^[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+$"
# PostgreSQL's text holds any character but NUL.
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Email = Annotated[str, StringConstraints(to_lower=True, max_length=200, pattern=EMAIL)]
Price = Annotated[
    Decimal,
    Field(ge=0, max_digits=10, decimal_places=2),
    AfterValidator(lambda price: price.quantize(Decimal("0.01"))),
]
Quantity = Annotated[int, Field(gt=0, le=1000)]
Key = Annotated[int, Field(gt=0, lt=2**31)]


def one_line_a_book(lines: list[NewLine]) -> list[NewLine]:
    """An order names each book once."""
    if len({line.book_id for line in lines}) != len(lines):
        raise ValueError("a book appears in two lines")
    return lines


class NewCustomer(BaseModel):
    """A customer to register."""

    email: Email
    name: Text


class NewBook(BaseModel):
    """A book to sell."""

    isbn: Annotated[str, StringConstraints(pattern=ISBN)]
    title: Text
    price: Price
    stock: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class Restock(BaseModel):
    """Books that came in."""

    quantity: Quantity


class NewPrice(BaseModel):
    """What a book costs from now on."""

    price: Price


class NewLine(BaseModel):
    """So many of one book."""

    book_id: Key
    quantity: Quantity


class NewOrder(BaseModel):
    """An order to place."""

    customer_id: Key
    lines: Annotated[list[NewLine], Field(min_length=1, max_length=50), AfterValidator(one_line_a_book)]


class FromModel(BaseModel):
    """Read from a mapped object."""

    model_config = ConfigDict(from_attributes=True)


class CustomerOut(FromModel):
    """A customer."""

    id: int
    email: str
    name: str
    created_at: datetime


class BookOut(FromModel):
    """A book."""

    id: int
    isbn: str
    title: str
    price: Decimal
    stock: int


class LineOut(BaseModel):
    """A line of an order."""

    book_id: int
    title: str
    quantity: int
    unit_price: Decimal


class OrderOut(BaseModel):
    """An order with its lines."""

    id: int
    customer_id: int
    status: OrderStatus
    created_at: datetime
    confirmed_at: datetime | None
    lines: list[LineOut]
    total: Decimal

    @classmethod
    def of(cls, order: Order) -> OrderOut:
        """An order whose lines and books are loaded."""
        lines = [
            LineOut(book_id=line.book_id, title=line.book.title, quantity=line.quantity, unit_price=line.unit_price)
            for line in sorted(order.lines, key=lambda line: line.book_id)
        ]
        return cls(
            id=order.id,
            customer_id=order.customer_id,
            status=order.status,
            created_at=order.created_at,
            confirmed_at=order.confirmed_at,
            lines=lines,
            total=sum((line.unit_price * line.quantity for line in lines), Decimal(0)),
        )


class Page(BaseModel, Generic[Item]):
    """Some of many, and where the next ones start: give it as `after`."""

    items: list[Item]
    next: int | None


class Sales(BaseModel):
    """How often a book was ordered, and its place among the others."""

    isbn: str
    title: str
    sold: int
    place: int


class Refusal(BaseModel):
    """Why a request is not served."""

    detail: str


class Health(BaseModel):
    """That the service can work."""

    database: str = "ok"
