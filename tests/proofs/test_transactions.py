"""ADB7xx: transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.proofs.clients import ends_last
from tests.proofs.stage import Scene, Stage, outcome, served

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


def test_ADB702_commit_inside_begin(stage: Stages) -> None:
    found = stage("ADB702")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as one, module.SessionLocal() as other:
            works = (lambda: module.twice(one), module.begun, module.Links(other).put)
            return [await outcome(work) for work in works]

    bad, good = found.both(act)
    found.shows("a statement after `commit()` in the block", bad[0], "goes on" if good[0] == "None" else good[0])
    assert bad == ["InvalidRequestError"] * 3
    assert good == ["None"] * 3


def test_ADB706_begin_after_autobegin(stage: Stages) -> None:
    found = stage("ADB706")

    async def act(scene: Scene) -> tuple[int, str]:
        await scene.module.create_tables()
        async with served(scene.module.app) as client:
            return (await client.post("/links")).status_code, await outcome(scene.module.counted)

    bad, good = found.both(act)
    found.shows("the answer of a route that begins after its dependency has asked", bad[0], good[0])
    found.shows("`begin()` after a statement", bad[1], "begins" if good[1] == "None" else good[1])
    assert (bad, good) == ((500, "InvalidRequestError"), (200, "None"))


def test_ADB707_connection_setting_leaks(stage: Stages) -> None:
    found = stage("ADB707")

    async def act(scene: Scene) -> tuple[str, str]:
        async with served(scene.module.app) as client:
            mine = await client.get("/mine", headers={"x-tenant": "red"})
            assert (await client.post("/zone")).status_code == 200
            return mine.json(), (await client.get("/anybody")).json()

    bad, good = found.both(act)
    found.shows("the tenant of the next request, which names none", bad[1], good[1] or "none")
    assert (bad, good) == (("red", "red"), ("red", ""))


def test_ADB708_rollback_in_loop(stage: Stages) -> None:
    found = stage("ADB708")
    targets = ["a", "b", "b", "c"]

    async def act(scene: Scene) -> list[str]:
        await scene.module.create_tables()
        await scene.module.store(targets)
        stored = await scene.room.fetch("SELECT string_agg(target, ' ' ORDER BY target) FROM link")
        await scene.room.fetch("DELETE FROM link")
        async with scene.module.SessionLocal() as session:
            await scene.module.by_service(session, targets)
        return [stored, await scene.room.fetch("SELECT string_agg(target, ' ' ORDER BY target) FROM link")]

    bad, good = found.both(act)
    found.shows("what is stored of `a`, `b`, `b` again and `c`", bad[0], good[0])
    assert (bad, good) == (["c", "c"], ["a b c", "a b c"])


@ends_last
def test_ADB607_commit_in_finally(stage: Stages) -> None:
    found = stage("ADB607")

    async def act(scene: Scene) -> tuple[int, int, int]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            status = (await client.post("/links", params={"target": "refused"})).status_code
        async with module.SessionLocal() as session:
            assert await outcome(lambda: module.store(session, ["a", ""])) == "ValueError"
        refused = await scene.room.fetch("SELECT count(*) FROM link WHERE target = 'refused'")
        return status, refused, await scene.room.fetch("SELECT count(*) FROM link WHERE target = 'a'")

    bad, good = found.both(act)
    found.shows("rows of a request that was refused with 400", bad[1], good[1])
    found.shows("rows that were added before an error", bad[2], good[2])
    assert (bad, good) == ((400, 1, 1), (400, 0, 0))


def test_ADB703_swallowed_database_error(stage: Stages) -> None:
    found = stage("ADB703")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        seen: list[str] = []
        works = (module.store, lambda one: module.Links(one).limited(), lambda one: module.imported(one, ["a", "c"]))
        for work in works:
            async with module.SessionLocal() as session:
                seen.append(await outcome(partial(work, session)))
        rows = await scene.room.fetch("SELECT string_agg(target, ' ' ORDER BY id) FROM link")
        return [*seen, rows]

    bad, good = found.both(act)
    found.shows("a commit after a conflict that was caught", bad[0], "goes on")
    found.shows("a statement after one that was refused", bad[1], "goes on")
    found.shows("an import that leaves out what is there already", bad[2], "goes on")
    found.shows("the rows that are there then", bad[3], good[3])
    assert bad == ["PendingRollbackError", "DBAPIError", "PendingRollbackError", "a"]
    assert good == ["None", "1", "None", "a b c"]


def test_ADB704_except_asyncpg_error(stage: Stages) -> None:
    found = stage("ADB704")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        seen: list[str] = []
        for work in (module.store, lambda one: module.Links(one).add("a")):
            async with module.SessionLocal() as session:
                seen.append(await outcome(partial(work, session)))
        return [*seen, await outcome(module.slow)]

    bad, good = found.both(act)
    found.shows("a conflict, caught as asyncpg calls it", bad[0], good[0])
    found.shows("the same at a flush", bad[1], good[1])
    found.shows("a `command_timeout`, caught as SQLAlchemy's error", bad[2], good[2])
    assert bad == ["IntegrityError", "IntegrityError", "TimeoutError"]
    assert good == ["taken", "taken", "gave up"]
