"""Letters to be sent, keys under which an order is placed once, and when a book came into the catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from reference_app.settings import settings

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = settings.database_schema


def upgrade() -> None:
    """Add what is new; orders that nobody has confirmed get their letter."""
    created = sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)
    op.add_column("book", created, schema=SCHEMA)
    op.add_column("order", sa.Column("idempotency_key", sa.String), schema=SCHEMA)
    op.create_unique_constraint(
        "uq_order_customer_id_idempotency_key", "order", ["customer_id", "idempotency_key"], schema=SCHEMA
    )
    op.create_table(
        "letter",
        sa.Column("order_id", sa.Integer, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", name="pk_letter"),
        sa.ForeignKeyConstraint(["order_id"], [f"{SCHEMA}.order.id"], name="fk_letter_order_id", ondelete="CASCADE"),
        schema=SCHEMA,
    )
    op.create_index("ix_letter_due_at", "letter", ["due_at"], schema=SCHEMA)
    op.execute(
        f'INSERT INTO "{SCHEMA}".letter (order_id, due_at) SELECT id, now() FROM "{SCHEMA}"."order" '
        "WHERE confirmed_at IS NULL AND status = 'placed'"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("letter", schema=SCHEMA)
    op.drop_constraint("uq_order_customer_id_idempotency_key", "order", schema=SCHEMA)
    op.drop_column("order", "idempotency_key", schema=SCHEMA)
    op.drop_column("book", "created_at", schema=SCHEMA)
