"""What goes wrong while customers order. Each fault begins, lasts for some seconds, and is over when it returns."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import asyncpg

from tests.faults.application import Running
from tests.faults.server import Server

SECONDS = 4.0


async def nothing(server: Server, running: Running) -> None:
    """Nothing but the load."""
    await asyncio.sleep(SECONDS)


async def aborted_requests(server: Server, running: Running) -> None:
    """Half of the requests are broken off by the customers."""
    await asyncio.sleep(SECONDS)


async def killed_connections(server: Server, running: Running) -> None:
    """All connections are ended each second."""
    for _ in range(4):
        await server.kill_connections()
        await asyncio.sleep(1)


async def restart(server: Server, running: Running) -> None:
    """The server is stopped in order, and started 2 s later."""
    await server.stop("fast")
    await asyncio.sleep(2)
    await server.start()


async def crash(server: Server, running: Running) -> None:
    """The server crashes, and recovers 1 s later."""
    await server.stop("immediate")
    await asyncio.sleep(1)
    await server.start()


async def frozen_server(server: Server, running: Running) -> None:
    """The server says nothing any more, and breaks no connection off."""
    server.signal(signal.SIGSTOP)
    await asyncio.sleep(8)
    server.signal(signal.SIGCONT)


async def held_lock(server: Server, running: Running) -> None:
    """Somebody locks the table of books."""
    connection = await asyncpg.connect(server.address)
    async with connection.transaction():
        await connection.execute(f'LOCK TABLE "{running.schema}".book IN ACCESS EXCLUSIVE MODE')
        await asyncio.sleep(SECONDS + 4)
    await connection.close()


async def full_server(server: Server, running: Running) -> None:
    """Others take every connection that is left, and the application has to make new ones."""
    async with AsyncExitStack() as held:
        await server.kill_connections()
        for _ in range(100):
            try:
                connection = await asyncpg.connect(server.address, timeout=5)
            except (asyncpg.PostgresError, OSError, TimeoutError):
                break
            held.push_async_callback(connection.close)
        await asyncio.sleep(SECONDS)


async def unread_exports(server: Server, running: Running) -> None:
    """Fifteen clients begin a large export, and do not read it."""
    await many_lines(server, running)
    await begin_exports(running)
    await asyncio.sleep(SECONDS)
    running.leave_unread()


async def unread_export_at_the_end(server: Server, running: Running) -> None:
    """The same, and they are still there when the application is to end."""
    await many_lines(server, running)
    await begin_exports(running)
    await asyncio.sleep(SECONDS)


async def begin_exports(running: Running, clients: int = 15) -> None:
    """Ask for everything, and read nothing of it."""
    host, _, port = running.address.removeprefix("http://").partition(":")
    for _ in range(clients):
        client = await asyncio.to_thread(socket.create_connection, (host, int(port)), 10)
        client.sendall(b"GET /orders/export.csv HTTP/1.1\r\nHost: shop\r\n\r\n")
        running.unread.append(client)


async def many_lines(server: Server, running: Running) -> None:
    """Old orders, so many that no buffer holds their export; cancelled, so that they change no stock."""
    schema = f'"{running.schema}"'
    await server.fetch(
        f"INSERT INTO {schema}.\"order\" (id, customer_id, status) SELECT n, 1, 'cancelled' "
        "FROM generate_series(1000001, 1010000) AS n"
    )
    await server.fetch(
        f"INSERT INTO {schema}.order_line (order_id, book_id, quantity, unit_price) SELECT n, book.id, 1, 1 "
        f"FROM generate_series(1000001, 1010000) AS n, {schema}.book WHERE book.id <= 40"
    )


async def terminated(server: Server, running: Running) -> None:
    """The application is asked to end, under load, and started again."""
    await running.end(signal.SIGTERM)
    await running.start()


async def killed(server: Server, running: Running) -> None:
    """The application is killed, and started again."""
    await running.end(signal.SIGKILL)
    await running.start()


Fault = Callable[[Server, Running], Awaitable[None]]
FAULTS: tuple[Fault, ...] = (
    nothing,
    aborted_requests,
    killed_connections,
    restart,
    crash,
    frozen_server,
    held_lock,
    full_server,
    terminated,
    killed,
    unread_exports,
    unread_export_at_the_end,
)
OF_REFERENCE = (unread_exports, unread_export_at_the_end)  # the guide has no export
