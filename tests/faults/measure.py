"""One fault, on one application, under load: what was seen."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from typing import NamedTuple

import httpx

from tests.faults.application import REFERENCE, ROOT, Running
from tests.faults.checker import Damage, damage
from tests.faults.faults import Fault, aborted_requests
from tests.faults.load import Told, shopping, stocked
from tests.faults.server import Server

BEFORE, AFTER = 2.0, 4.0  # seconds of load around a fault


class Seen(NamedTuple):
    """What came of a fault."""

    told: Told
    damage: Damage
    seconds_to_end: float
    connections_left: int

    @property
    def is_unharmed(self) -> bool:
        """Whether nothing was lost, and nothing left."""
        return not any(self.damage) and not self.connections_left


async def seen(server: Server, name: str, fault: Fault, clients: int, workers: int = 1) -> Seen:
    """Start an application on empty tables, let customers in, make a fault, end it, and look at the tables."""
    running = Running(server, name, workers)
    await empty(server, running)
    await running.start()
    try:
        async with httpx.AsyncClient(base_url=running.address, timeout=30) as client:
            await stocked(client)
        until = asyncio.Event()
        aborted = 0.5 if fault is aborted_requests else 0.0
        customers = asyncio.create_task(shopping(running.address, clients, until, aborted))
        await asyncio.sleep(BEFORE)
        await fault(server, running)
        await asyncio.sleep(AFTER)
        until.set()
        told = await customers
        found = await damage(server, running.schema, told)
        await running.end(signal.SIGTERM)
        running.leave_unread()
        return Seen(told, found, running.seconds_to_end, await running.connections_left())
    finally:
        running.leave_unread()
        await running.end(signal.SIGKILL)


async def empty(server: Server, running: Running) -> None:
    """No tables, or those of the reference application."""
    await server.fetch(f'DROP SCHEMA IF EXISTS "{running.schema}" CASCADE')
    if running.name != REFERENCE:
        await server.fetch(f'CREATE SCHEMA "{running.schema}"')
        return
    variables = {**os.environ, "DATABASE_URL": server.url, "DATABASE_SCHEMA": running.schema}
    command = [sys.executable, "-m", "reference_app.migrate"]
    await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=variables, check=True, capture_output=True)
