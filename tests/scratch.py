"""Room on a PostgreSQL for one test: an account with a schema of its own, gone afterwards.

The account makes counts exact: the connections of a test are those of its user. A fixture or application
only gets a URL, and finds its own tables by the account's search path.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg
from sqlalchemy.engine import URL, make_url


class Room:
    """An account on a server: where it is, and what the server knows of it."""

    def __init__(self, server: URL, name: str) -> None:
        self.name = name
        self.url = server.set(username=name, password=name).render_as_string(hide_password=False)
        self._server = server

    async def fetch(self, query: str, *arguments: object) -> Any:
        """One value, asked by the server's owner with the account's schema in sight."""
        connection = await connected(self._server)
        try:
            await connection.execute(f'SET search_path = "{self.name}"')
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def connections(self) -> int:
        """How many connections the account has now."""
        return int(await self.fetch("SELECT count(*) FROM pg_stat_activity WHERE usename = $1", self.name))

    async def in_transaction(self) -> int:
        """How many of its connections do nothing and are in a transaction, failed ones among them."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND state LIKE 'idle in transaction%'"
        return int(await self.fetch(query, self.name))

    async def settled(self, wanted: int, seconds: float = 5.0) -> int:
        """How many connections it has once it has as many as wanted, or time is over: closing takes a moment."""
        for _ in range(int(seconds / 0.05)):
            if await self.connections() == wanted:
                break
            await asyncio.sleep(0.05)
        return await self.connections()


@contextmanager
def room(server: str) -> Iterator[Room]:
    """An account and its schema on a server whose URL may create such."""
    url = make_url(server)
    name = f"room_{secrets.token_hex(6)}"
    made = [
        f"CREATE ROLE {name} LOGIN PASSWORD '{name}'",
        f"GRANT {name} TO CURRENT_USER",
        f'GRANT CREATE ON DATABASE "{url.database}" TO {name}',
        f"CREATE SCHEMA {name} AUTHORIZATION {name}",
        f"ALTER ROLE {name} SET search_path = {name}",
    ]
    gone = [
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}'",
        f"DROP OWNED BY {name} CASCADE",
        f"DROP ROLE {name}",
    ]
    asyncio.run(executed(url, made))
    try:
        yield Room(url, name)
    finally:
        asyncio.run(executed(url, gone))


async def executed(url: URL, statements: list[str]) -> None:
    connection = await connected(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def connected(url: URL) -> Any:
    return await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
