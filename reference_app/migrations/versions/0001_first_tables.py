"""Customers, books, orders and their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reference_app.settings import settings

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = settings.database_schema


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("email", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.UniqueConstraint("email", name="uq_customer_email"),
        schema=SCHEMA,
    )
    op.create_table(
        "book",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("isbn", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("price", sa.Numeric(10, 2), nullable=False),
        sa.Column("stock", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_book"),
        sa.UniqueConstraint("isbn", name="uq_book_isbn"),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_book_stock_not_negative")),
        sa.CheckConstraint("price >= 0", name=op.f("ck_book_price_not_negative")),
        schema=SCHEMA,
    )
    op.create_table(
        "order",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("customer_id", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_order"),
        sa.ForeignKeyConstraint(["customer_id"], [f"{SCHEMA}.customer.id"], name="fk_order_customer_id"),
        schema=SCHEMA,
    )
    op.create_index("ix_order_customer_id", "order", ["customer_id"], schema=SCHEMA)
    op.create_table(
        "order_line",
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("unit_price", sa.Numeric(10, 2), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "book_id", name="pk_order_line"),
        sa.ForeignKeyConstraint(
            ["order_id"], [f"{SCHEMA}.order.id"], name="fk_order_line_order_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["book_id"], [f"{SCHEMA}.book.id"], name="fk_order_line_book_id"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_order_line_quantity_positive")),
        schema=SCHEMA,
    )
    op.create_index("ix_order_line_book_id", "order_line", ["book_id"], schema=SCHEMA)


def downgrade() -> None:
    """Drop the tables, the last one first."""
    for name in ("order_line", "order", "book", "customer"):
        op.drop_table(name, schema=SCHEMA)
