"""An engine behind PgBouncer in transaction mode: another server connection for each transaction.

    engine = create_async_engine(settings.database_url, **BEHIND_PGBOUNCER)

What belongs to a connection is then nobody's: prepared statements of asyncpg and SQLAlchemy, and server settings at
the start. PgBouncer refuses the latter; set the limits on the account instead: ALTER ROLE bookshop SET lock_timeout.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy.pool import NullPool

BEHIND_PGBOUNCER: dict[str, Any] = {
    "poolclass": NullPool,  # PgBouncer has the pool
    "connect_args": {
        "timeout": 3.0,
        "command_timeout": 6.0,
        "statement_cache_size": 0,
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"bookshop_{uuid4().hex}",
    },
}
