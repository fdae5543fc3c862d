"""A PostgreSQL that can be stopped, crashed, started and filled up: what the faults are made of."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from reference_app.binaries import Account, find_binaries, usable
from reference_app.embedded import OPTIONS, initialised, started, stopped

# What was acknowledged must survive a crash of the server; a crash of the machine is not tried, so no fsync.
DURABLE = {**OPTIONS, "synchronous_commit": "on", "max_connections": "60"}


class Server:
    """A server of our own, and what can be done to it."""

    def __init__(self, folder: Path, binaries: Path, account: Account, url: str) -> None:
        self.folder = folder
        self.binaries = binaries
        self.account = account
        self.url = url
        self.address = url.replace("+asyncpg", "")

    async def fetch(self, query: str, *arguments: object) -> Any:
        """Rows, as the server's owner sees them."""
        connection = await asyncpg.connect(self.address, timeout=5)
        try:
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    async def value(self, query: str, *arguments: object) -> Any:
        """One value."""
        return (await self.fetch(query, *arguments))[0][0]

    async def stop(self, mode: str) -> None:
        """Stop it: `fast`, or `immediate`, which is a crash."""
        await self._control("stop", "-m", mode)

    async def start(self) -> None:
        """Start it again where it was."""
        port = self.address.rpartition(":")[2].partition("/")[0]
        options = " ".join(f"-c {name}='{value}'" for name, value in DURABLE.items())
        await self._control("start", "-w", "-l", "again.log", "-o", f"-p {port} {options}")

    async def connections(self, name: str = "bookshop%") -> int:
        """How many connections an application has, by the beginning of its name."""
        return int(await self.value("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE $1", name))

    async def kill_connections(self) -> None:
        """End every connection but our own."""
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"
        await self.fetch(query)

    def signal(self, how: signal.Signals) -> None:
        """Send a signal to every process of it: with SIGSTOP nothing answers, and every connection stays."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *map(int, children)):
            os.kill(process, how)

    async def _control(self, *words: str) -> None:
        command = [str(self.binaries / "pg_ctl"), "-D", "data", *words]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, **self.account._asdict(), stdout=subprocess.DEVNULL
        )
        assert await process.wait() == 0, command


@contextmanager
def durable_server() -> Iterator[Server]:
    """A server that runs as long as the block."""
    folder = Path(tempfile.mkdtemp(prefix="bookshop-faults-", dir="/tmp"))
    account = Account.unprivileged()
    account.owns(folder)
    binaries = usable(find_binaries(), folder, account)
    password = initialised(binaries, folder, account)
    port, guard = started(binaries, folder, account, DURABLE)
    try:
        yield Server(folder, binaries, account, f"postgresql+asyncpg://postgres:{password}@127.0.0.1:{port}/postgres")
    finally:
        stopped(guard)
        shutil.rmtree(folder, ignore_errors=True)
