"""ADB7xx: transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tests.proofs.stage import Scene, Stage, served

Stages = Callable[[str], Stage]


def test_ADB701_lost_write(stage: Stages) -> None:
    found = stage("ADB701")

    async def act(scene: Scene) -> list[tuple[int, int]]:
        await scene.module.create_tables()
        async with served(scene.module.app) as client:
            statuses = [
                (await client.post("/links", params={"target": "a"})).status_code,
                (await client.post("/service", params={"target": "b"})).status_code,
            ]
            await scene.module.store("c")
        rows = [await scene.room.fetch("SELECT count(*) FROM link WHERE target = $1", name) for name in "abc"]
        return list(zip((*statuses, 0), rows, strict=True))

    bad, good = found.both(act)
    found.shows("the answer to a POST that flushes, and the rows that are there", bad[0], good[0])
    found.shows("the same through a service", bad[1], good[1])
    found.shows("rows of a function that opens its own session", bad[2][1], good[2][1])
    assert bad == [(201, 0), (201, 0), (0, 0)]
    assert good == [(201, 1), (201, 1), (0, 1)]


def test_ADB705_io_inside_transaction(stage: Stages) -> None:
    found = stage("ADB705")

    async def act(scene: Scene) -> list[int]:
        module = scene.module
        seen: list[int] = []

        async def during(*given: Any) -> None:
            seen.append(module.engine.pool.checkedout())

        module.asyncio.create_subprocess_exec, kept = during, asyncio.create_subprocess_exec
        try:
            async with served(module.app) as client:
                assert (await client.get("/service")).status_code == 200
                for work in (client.get("/"), module.job()):
                    task = asyncio.ensure_future(work)
                    await asyncio.sleep(0.5)
                    seen.append(module.engine.pool.checkedout())
                    await task
        finally:
            module.asyncio.create_subprocess_exec = kept
        return seen

    bad, good = found.both(act)
    found.shows("connections that are checked out while a service waits for a process", bad[0], good[0])
    found.shows("while a route sleeps", bad[1], good[1])
    found.shows("while a job sleeps", bad[2], good[2])
    assert (bad, good) == ([1, 1, 1], [0, 0, 0])
