"""An application as a process, which can be ended and started again where it was."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from reference_app.embedded import free_port
from tests.faults.server import Server

ROOT = Path(__file__).parents[2]
REFERENCE = "reference_app.main:app"
GUIDE = "tests.faults.guide_app:app"


class Running:
    """A process that serves one of the two bookshops."""

    def __init__(self, server: Server, name: str, workers: int = 1) -> None:
        self.server = server
        self.name = name
        self.schema = name.partition(".")[0]
        self.workers = workers
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.seconds_to_end = 0.0
        self.unread: list[socket.socket] = []

    async def start(self) -> None:
        """Start it, and wait until it answers."""
        variables = {"DATABASE_URL": self.server.url, "DATABASE_SCHEMA": self.schema, "LEASE": "3"}
        command = [sys.executable, "-m", "uvicorn", self.name, "--port", str(self.port), "--log-level", "critical"]
        command += ["--timeout-graceful-shutdown", "5"] if self.name == REFERENCE else []
        command += ["--workers", str(self.workers)] if self.workers > 1 else []
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with httpx.AsyncClient(base_url=self.address, timeout=5) as client:
            for _ in range(300):
                try:
                    if (await client.get("/health")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise AssertionError(f"{self.name} does not answer")

    async def end(self, how: signal.Signals, seconds: float = 60.0) -> None:
        """Send a signal, and wait for the end; kill it when that does not come."""
        if self.process is None:
            return
        started = time.monotonic()
        self.process.send_signal(how)
        try:
            await asyncio.to_thread(self.process.wait, seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.seconds_to_end = time.monotonic() - started
        self.process = None

    def leave_unread(self) -> None:
        """Let those go away who have asked for something and do not read it."""
        while self.unread:
            self.unread.pop().close()

    async def connections_left(self) -> int:
        """How many of its connections the server still has, once that is settled."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()"
        for _ in range(40):
            if not (left := int(await self.server.value(query))):
                return 0
            await asyncio.sleep(0.1)
        return left
