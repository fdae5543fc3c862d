"""The tables: customers, books with their stock, orders with their lines, letters that are still to be sent."""

from __future__ import annotations

import enum
from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, DateTime, Enum, ForeignKey, MetaData, Numeric, UniqueConstraint, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from reference_app.settings import settings

# Constraints have names, so that a migration can find them and an error can be told from another.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all tables share: the schema, names of constraints, points in time with a zone."""

    metadata = MetaData(schema=settings.database_schema, naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True), Decimal: Numeric(10, 2)}


class Customer(Base):
    """Somebody who orders."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Book(Base):
    """Something to sell, and how many of it are there."""

    __tablename__ = "book"
    __table_args__ = (
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        CheckConstraint("price >= 0", name="price_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    isbn: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    price: Mapped[Decimal]
    stock: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class OrderStatus(enum.StrEnum):
    """How far an order is."""

    PLACED = "placed"
    CANCELLED = "cancelled"


class Order(Base):
    """What a customer has ordered. Relationships are loaded on purpose, or not at all."""

    __tablename__ = "order"
    __table_args__ = (UniqueConstraint("customer_id", "idempotency_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey(Customer.id), index=True)
    status: Mapped[OrderStatus] = mapped_column(
        Enum(OrderStatus, native_enum=False, length=20, values_callable=lambda kind: [item.value for item in kind]),
        default=OrderStatus.PLACED,
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    confirmed_at: Mapped[datetime | None]
    idempotency_key: Mapped[str | None] = mapped_column(default=None)

    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", lazy="raise", cascade="all, delete-orphan", order_by="OrderLine.book_id"
    )


class OrderLine(Base):
    """So many of one book, at the price of the day."""

    __tablename__ = "order_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id, ondelete="CASCADE"), primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey(Book.id), primary_key=True, index=True)
    quantity: Mapped[int]
    unit_price: Mapped[Decimal]

    order: Mapped[Order] = relationship(back_populates="lines", lazy="raise")
    book: Mapped[Book] = relationship(lazy="raise")


class Letter(Base):
    """The confirmation of an order, from the moment of the order until it has been sent: an outbox.

    It is written with its order or not at all, so what happens afterwards cannot lose it. Whoever sends it has
    time until `due_at`; then somebody else may.
    """

    __tablename__ = "letter"

    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id, ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
