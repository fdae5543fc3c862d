"""Clients that read slowly: what an application holds meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import fastapi
import pytest

from tests.proofs.stage import Scene

# Up to FastAPI 0.117 a dependency ends before the answer is sent, and `Depends` has no `scope`.
ends_last = pytest.mark.skipif(
    tuple(map(int, fastapi.__version__.split(".")[:2])) < (0, 118), reason="dependencies end first"
)


async def held_while_read(scene: Scene, path: str, clients: int = 1) -> tuple[int, list[int]]:
    """The connections that are checked out while clients read a response slowly, and their statuses."""
    go_on, started, statuses = asyncio.Event(), asyncio.Queue[None](), []

    async def receive() -> dict[str, Any]:
        await go_on.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
        elif message["type"] == "http.response.body":
            started.put_nowait(None)
            await go_on.wait()

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}
    return await _while_open(scene, [(scope, receive, send)] * clients, started, go_on), statuses


async def held_while_connected(scene: Scene, path: str) -> int:
    """The connections that are checked out while a WebSocket waits for the second message of its client."""
    go_on, asked = asyncio.Event(), asyncio.Queue[None]()
    messages = [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": "hello"}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop(0)
        asked.put_nowait(None)
        await go_on.wait()
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message: dict[str, Any]) -> None:
        pass

    scope = {"type": "websocket", "path": path, "headers": [], "query_string": b"", "subprotocols": []}
    return await _while_open(scene, [(scope, receive, send)], asked, go_on)


async def _while_open(scene: Scene, calls: list[Any], waiting: asyncio.Queue[None], go_on: asyncio.Event) -> int:
    """The connections that are checked out when each of some calls of the application waits, or has ended."""
    tasks = [asyncio.create_task(_called(scene, *call)) for call in calls]
    for task in tasks:
        getting = asyncio.create_task(waiting.get())
        await asyncio.wait((getting, task), return_when=asyncio.FIRST_COMPLETED)
        getting.cancel()
    found = int(scene.module.engine.pool.checkedout())
    go_on.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def _called(scene: Scene, scope: dict[str, Any], receive: Any, send: Any) -> None:
    await scene.module.app(dict(scope), receive, send)
