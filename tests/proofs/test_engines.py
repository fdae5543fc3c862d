"""ADB1xx: engines and drivers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.proofs.stage import BLOCKED, KEPT_RUNNING, Scene, Stage, loop_during, outcome, served, yes_or_no

Stages = Callable[[str], Stage]
IS_20 = sqlalchemy.__version__.startswith("2.0.")


def test_ADB101_sync_driver_import(stage: Stages) -> None:
    found = stage("ADB101")

    async def act(scene: Scene) -> tuple[str, int]:
        loop = await loop_during(scene.module.total)
        await scene.module.engine.dispose()
        return loop, await scene.room.settled(1 if hasattr(scene.module, "reports") else 0)

    bad, good = found.both(act)
    found.shows("the event loop, during a query of 0.3 s", bad[0], good[0])
    found.shows("connections left when the engine is disposed", bad[1], good[1])
    assert bad == (BLOCKED, 1)
    assert good == (KEPT_RUNNING, 0)


def test_ADB102_sync_driver_url(stage: Stages) -> None:
    found = stage("ADB102")
    urls = {
        "explicit": "`postgresql+psycopg2://`",
        "heroku": "`postgres://`",
        "parsed": "`postgresql://`, with psycopg2 and psycopg 3 installed",
        "local": "`sqlite://`",
    }

    async def act(scene: Scene) -> dict[str, str]:
        return {name: await outcome(lambda: getattr(scene.module, name)().driver) for name in urls}  # noqa: B023

    bad, good = found.both(act, "database")
    for name, url in urls.items():
        found.shows(f"the driver of an engine with {url}", bad[name], good[name])
    assert bad == {
        "explicit": "InvalidRequestError",
        "heroku": "NoSuchModuleError",
        "parsed": "InvalidRequestError" if IS_20 else "psycopg",
        "local": "InvalidRequestError",
    }
    assert good == {"explicit": "asyncpg", "heroku": "asyncpg", "parsed": "asyncpg", "local": "aiosqlite"}


def test_ADB103_sync_engine(stage: Stages) -> None:
    found = stage("ADB103")

    async def migrated(scene: Scene) -> str:
        return await outcome(scene.module.main)

    async def asked(scene: Scene) -> str:
        async with served(scene.module.app) as client:
            return await loop_during(lambda: client.get("/total"))

    bad, good = found.play("bad", migrated, "migrate"), found.play("good", migrated, "database")
    found.shows("the first connection of an engine on asyncpg", bad, good)
    assert (bad, good) == ("MissingGreenlet", "None")
    bad, good = found.play("bad", asked, "main"), found.play("good", asked, "database")
    found.shows("the event loop, during a request whose query takes 0.3 s", bad, good)
    assert (bad, good) == (BLOCKED, KEPT_RUNNING)


def test_ADB104_engine_not_disposed(stage: Stages) -> None:
    found = stage("ADB104")

    async def act(scene: Scene) -> tuple[int, bool]:
        async with served(scene.module.app):
            pass
        return await scene.room.settled(0, seconds=1), scene.warned("unclosed connection")

    bad, good = found.both(act)
    found.shows("an engine that nobody disposes: connections after the application has stopped", bad[0], good[0])
    found.shows(
        "an engine of which only the synchronous half is disposed: a connection dropped without being closed",
        *yes_or_no(bad[1], good[1]),
    )
    assert (bad, good) == ((1, True), (0, False))


def test_ADB105_engine_per_call(stage: Stages) -> None:
    found = stage("ADB105")

    async def act(scene: Scene) -> int:
        async with served(scene.module.app) as client:
            for _ in range(20):
                assert (await client.get("/ping")).status_code == 200
            return await scene.room.connections()

    bad, good = found.both(act)
    found.shows("connections after 20 requests, one after the other", bad, good)
    assert (bad, good) == (20, 1)


def test_ADB106_echo_enabled(stage: Stages, caplog: pytest.LogCaptureFixture) -> None:
    found = stage("ADB106")

    async def act(scene: Scene) -> tuple[bool, bool]:
        return await logged(scene.module.engine)

    async def act_on_all(scene: Scene) -> list[tuple[bool, bool]]:
        return [await logged(engine) for engine in vars(scene.module).values() if isinstance(engine, AsyncEngine)]

    async def logged(engine: AsyncEngine) -> tuple[bool, bool]:
        caplog.clear()
        async with engine.connect() as connection:
            for _ in range(100):
                await connection.execute(text("SELECT :secret"), {"secret": "s3cret"})
        await engine.dispose()
        lines = [record.getMessage() for record in caplog.records if record.name.startswith("sqlalchemy.engine")]
        return len(lines) >= 100, any("s3cret" in line for line in lines)

    caplog.set_level(logging.DEBUG)
    bad, good = found.both(act)
    found.shows("100 queries write 100 lines or more to the log", *yes_or_no(bad[0], good[0]))
    found.shows("the log contains their parameters", *yes_or_no(bad[1], good[1]))
    assert (bad, good) == ((True, True), (False, False))
    assert found.play("bad", act_on_all) == [bad] * 4
    assert found.play("good", act_on_all) == [good] * 3


def test_ADB107_no_op_argument(stage: Stages) -> None:
    found = stage("ADB107")

    async def act(scene: Scene) -> tuple[str, str]:
        async def asked() -> Any:
            async with scene.module.SessionLocal() as session:
                return await session.scalar(text("SELECT 1"))

        return await outcome(asked), await outcome(lambda: scene.module.SessionLocal(autocommit=True))

    bad, good = found.both(act)
    found.shows("what a session does", bad[0], good[0])
    found.shows("the other value, `autocommit=True`", bad[1], good[1])
    assert bad == good == ("1", "ArgumentError")


def test_ADB109_libpq_argument(stage: Stages) -> None:
    found = stage("ADB109")

    async def act(scene: Scene) -> list[str]:
        async def connected(engine: AsyncEngine) -> None:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

        engines = (scene.module.engine, scene.module.named)
        return [await outcome(partial(connected, engine)) for engine in engines]

    bad, good = found.both(act)
    found.shows("a connection with `sslmode`", bad[0], "is made" if good[0] == "None" else good[0])
    assert (bad, good) == (["TypeError", "TypeError"], ["None", "None"])


def test_ADB111_engine_across_event_loops(stage: Stages) -> None:
    found = stage("ADB111")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        works = (partial(module.loops, 2), partial(module.watch, 2))
        return [await outcome(partial(asyncio.to_thread, work)) for work in works]

    bad, good = found.both(act)
    found.shows("a second `asyncio.run` with the same engine", bad[0], "goes on")
    found.shows("a second loop of its own", bad[1], "goes on")
    assert {*bad} <= {"RuntimeError", "InterfaceError"}
    assert good == ["[1, 1]", "0"]


def test_ADB108_invalid_pool_argument(stage: Stages) -> None:
    found = stage("ADB108")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        engines = [await outcome(make) for make in (module.queued, module.threaded, module.sized, module.small)]
        made = ["an engine" if item.startswith("<") else item for item in engines]
        return [*made, await outcome(module.pool), await outcome(module.other_pool)]

    bad, good = found.both(act)
    found.shows("an engine with `QueuePool`", bad[0], good[0])
    found.shows("an engine with `SingletonThreadPool`", bad[1], good[1])
    found.shows("an engine with `NullPool` and a size", bad[2], good[2])
    found.shows("asyncpg's pool with `max_size=5` alone", bad[4], "is made" if good[4] == "1" else good[4])
    assert bad == ["ArgumentError", "ArgumentError", "TypeError", "TypeError", "ValueError", "ValueError"]
    assert good == [*["an engine"] * 4, "1", "1"]


def test_ADB110_pgbouncer_prepared_statements(stage: Stages) -> None:
    found = stage("ADB110")

    async def act(scene: Scene) -> int:
        return int(await scene.module.named(scene.module.engine))

    bad, good = found.both(act)
    found.shows("statements that the server knows by name during a query", bad, good)
    assert (bad, good) == (1, 0)


def test_ADB112_no_pool_pre_ping(stage: Stages) -> None:
    found = stage("ADB112")

    async def act(scene: Scene) -> list[int]:
        async with served(scene.module.app) as client:
            first = await client.get("/health")
            gone = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = $1"
            await scene.room.fetch(gone, scene.room.name)
            return [first.status_code, (await client.get("/health")).status_code]

    bad, good = found.both(act)
    found.shows("the first request after the server has closed its connections", bad[1], good[1])
    assert (bad, good) == ([200, 500], [200, 200])
