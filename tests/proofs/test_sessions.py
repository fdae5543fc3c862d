"""ADB2xx: sessions."""

from __future__ import annotations

import asyncio
import inspect
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import fastapi
import pytest
from fastapi import BackgroundTasks, Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.proofs.stage import Scene, Stage, outcome, served, yes_or_no

Stages = Callable[[str], Stage]
IS_OLD_FASTAPI = tuple(map(int, fastapi.__version__.split(".")[:2])) < (0, 118)


def test_ADB201_global_session(stage: Stages) -> None:
    found = stage("ADB201")

    async def act(scene: Scene) -> tuple[int, int]:
        module = scene.module
        shared = getattr(module, "session", None)
        one, other = (
            (shared, shared) if shared is not None else (module.UnitOfWork().session, module.UnitOfWork().session)
        )
        await scene.room.fetch("CREATE TABLE note (author text)")
        await scene.room.fetch(f"GRANT ALL ON note TO {scene.room.name}")
        await one.execute(text("INSERT INTO note VALUES ('one')"))
        await other.execute(text("INSERT INTO note VALUES ('other')"))
        await other.rollback()  # the other request fails
        await one.commit()  # this one is answered with 201
        await one.close()
        await other.close()
        return await scene.room.fetch("SELECT count(*) FROM note"), await scene.room.connections()

    bad, good = found.both(act)
    found.shows("rows of a request that was answered while another one failed", bad[0], good[0])
    assert (bad[0], good[0]) == (0, 1)


def test_ADB202_expire_on_commit(stage: Stages) -> None:
    found = stage("ADB202")

    async def act(scene: Scene) -> tuple[str, str]:
        await scene.module.create_tables()
        added = await outcome(lambda: scene.module.add("Emma"))

        async def read() -> Any:
            return (await scene.module.first("Emma")).title

        return added, await outcome(read)

    bad, good = found.both(act)
    found.shows("an attribute read after `commit()`, the session still open", bad[0], good[0])
    found.shows("an attribute read after `commit()`, the session closed", bad[1], good[1])
    assert bad == ("MissingGreenlet", "DetachedInstanceError")
    assert good == ("Emma", "Emma")


def test_ADB203_sync_sessionmaker(stage: Stages, tmp_path: Path) -> None:
    found = stage("ADB203")

    async def act(scene: Scene) -> tuple[str, bool]:
        async def opened() -> Any:
            async with scene.module.SessionLocal() as session:
                return await session.scalar(text("SELECT 1"))

        return await outcome(opened), forgotten_await_is_seen(Path(scene.module.__file__), tmp_path)

    bad, good = found.both(act)
    found.shows("a query on a session", bad[0], good[0])
    found.shows("mypy reports a forgotten `await`", *yes_or_no(bad[1], good[1]))
    assert bad == ("1", False)
    assert good == ("1", True)


def forgotten_await_is_seen(example: Path, scratch: Path) -> bool:
    """Whether mypy reports a `commit()` without `await` on a session of an example's factory."""
    forgotten = "\n\nasync def save() -> None:\n    async with SessionLocal() as session:\n        session.commit()\n"
    module = scratch / example.name
    module.write_text(example.read_text() + forgotten)
    cache = ["--cache-dir", str(scratch.parent / "mypy"), "--config-file", os.devnull]
    command = [sys.executable, "-m", "mypy", *cache, "--python-executable", sys.executable, str(module)]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode in (0, 1), said.stdout + said.stderr
    return "[unused-coroutine]" in said.stdout


def test_ADB204_unclosed_session(stage: Stages) -> None:
    found = stage("ADB204")
    pairs = {
        "never closed": ("forgotten", "entered"),
        "an error before `close()`": ("closed_on_success", "in_finally"),
        "an error in a route": ("get_session", "get_session"),
    }

    def act(name: str) -> Callable[[Scene], Any]:
        async def leaks(scene: Scene) -> tuple[str, int]:
            seen = [await outcome(lambda: used(scene, name)) for _ in range(3)]
            return seen[-1], await scene.room.in_transaction()

        return leaks

    for what, (bad_name, good_name) in pairs.items():
        bad, good = found.play("bad", act(bad_name)), found.play("good", act(good_name))
        found.shows(f"{what}: the third session from a pool of two", bad[0], good[0])
        found.shows(f"{what}: connections left in a transaction", bad[1], good[1])
        assert bad == ("TimeoutError", 2)
        for right in (good, found.play("fixed", act(bad_name))):
            assert right[0] != "TimeoutError"
            assert right[1] == 0

    async def connected(scene: Scene) -> bool:
        await getattr(scene.module, "raw" if hasattr(scene.module, "raw") else "probe")()
        return scene.warned("unclosed connection")

    bad, good = found.play("bad", connected), found.play("good", connected)  # what cannot be entered has no fix
    found.shows("a connection of `asyncpg.connect` is dropped without being closed", *yes_or_no(bad, good))
    assert (bad, good) == (True, False)


async def used(scene: Scene, name: str) -> Any:
    """Use a session as an example does, with an error in the middle."""
    if name == "get_session":
        return await served_by(scene.module.get_session())
    if name in ("closed_on_success", "in_finally"):
        scene.module.text = lambda _: text("SELECT 1 / 0")
    return await getattr(scene.module, name)()


async def served_by(generator: Any) -> None:
    """What FastAPI does with a dependency whose route fails."""
    session = await anext(generator)
    await session.execute(text("SELECT 1"))
    await generator.athrow(ZeroDivisionError())


def test_ADB205_dependency_returns_session(stage: Stages) -> None:
    found = stage("ADB205")

    def act(path: str) -> Callable[[Scene], Any]:
        async def asked(scene: Scene) -> list[int]:
            async with served(scene.module.app) as client:
                return [(await client.get(path)).status_code for _ in range(5)]

        return asked

    pairs = {"closed before the route": ("/closed", "/yielded"), "never closed": ("/open", "/of-request")}
    for what, (bad_path, good_path) in pairs.items():
        bad, good = found.play("bad", act(bad_path)), found.play("good", act(good_path))
        found.shows(f"five requests, with a pool of three: a session {what}", bad, good)
        assert bad == [200, 200, 200, 500, 500]
        assert good == [200] * 5


def test_ADB206_sync_scoped_session(stage: Stages) -> None:
    found = stage("ADB206")

    async def act(scene: Scene) -> tuple[bool, bool]:
        async def mine() -> Any:
            return scene.module.Session()

        one, other = await asyncio.gather(asyncio.create_task(mine()), asyncio.create_task(mine()))
        await outcome(scene.module.Session.remove)
        lost = scene.warned("'AsyncSession.close' was never awaited")
        return one is other, lost

    bad, good = found.both(act)
    found.shows("two tasks get the same session", *yes_or_no(bad[0], good[0]))
    found.shows("`remove()` never awaits `close()`", *yes_or_no(bad[1], good[1]))
    assert (bad, good) == ((True, True), (False, False))


def test_ADB207_concurrent_session(stage: Stages) -> None:
    found = stage("ADB207")
    titles = ["Emma", "Persuasion", "Sanditon"]

    async def written(scene: Scene) -> tuple[str, int]:
        await scene.module.create_tables()

        others = asyncio.all_tasks()
        async with scene.module.SessionLocal() as session:
            if hasattr(scene.module, "repeated"):
                seen = await outcome(lambda: scene.module.repeated(session, titles))
            else:
                seen = await outcome(lambda: scene.module.each_its_own(titles))
            await asyncio.gather(*(asyncio.all_tasks() - others), return_exceptions=True)
            if seen == "None":
                await session.commit()
        return seen, await scene.room.fetch("SELECT count(*) FROM book")

    async def asked(scene: Scene) -> str:
        factory = scene.module.SessionLocal
        query = text("SELECT pg_sleep(0.1)")
        async with factory() as one, factory() as two, factory() as three:
            sessions = (one, one, one) if hasattr(scene.module, "repeated") else (one, two, three)
            await asyncio.gather(*[item.execute(text("SELECT 1")) for item in dict.fromkeys(sessions)])
            start = time.perf_counter()
            await asyncio.gather(*[item.execute(query) for item in sessions])
            return "one after the other" if time.perf_counter() - start > 0.25 else "at the same time"

    bad, good = found.both(written)
    found.shows("three flushes at once", bad[0], "nothing raised" if good[0] == "None" else good[0])
    found.shows("rows afterwards", bad[1], good[1])
    assert bad == ("InvalidRequestError", 0)
    assert good == ("None", 3)

    async def connecting(scene: Scene) -> str:
        await scene.module.create_tables()
        await scene.module.engine.dispose()  # a pooled connection is there at once, and then nothing is raised
        others = asyncio.all_tasks()
        async with scene.module.SessionLocal() as session:
            together = (
                scene.module.factories() if hasattr(scene.module, "factories") else scene.module.gathered(session)
            )
            seen = await outcome(lambda: together)
            await asyncio.gather(*(asyncio.all_tasks() - others), return_exceptions=True)
        return seen

    async def committed(scene: Scene) -> str:
        await scene.module.create_tables()
        factory = scene.module.SessionLocal
        async with factory() as one, factory() as two:
            sessions = (one, one) if hasattr(scene.module, "repeated") else (one, two)
            for number, session in enumerate(sessions):
                session.add(scene.module.Book(title=titles[number]))
                await session.flush()
            ends = await asyncio.gather(*[item.commit() for item in sessions], return_exceptions=True)
        return ", ".join(type(end).__name__ for end in ends if end is not None) or "None"

    for what, act in {
        "two queries at once, on a session that has to connect": connecting,
        "two commits at once": committed,
    }.items():
        bad, good = found.both(act)
        found.shows(what, bad, "nothing raised" if good == "None" else good)
        assert (bad, good) == ("InvalidRequestError" if act is connecting else "IllegalStateChangeError", "None")
    bad, good = found.both(asked)
    found.shows("three queries of 0.1 s, on connected sessions", bad, good)
    assert (bad, good) == ("one after the other", "at the same time")


def test_ADB208_escaped_session(stage: Stages) -> None:
    found = stage("ADB208")

    def act(path: str) -> Callable[[Scene], Any]:
        async def hand_over(scene: Scene) -> tuple[int, int]:
            await scene.room.fetch("CREATE TABLE audit (action text)")
            await scene.room.fetch(f"GRANT ALL ON audit TO {scene.room.name}")
            if path == "/scoped":
                add_scoped(scene.module)
            others = asyncio.all_tasks()
            async with served(scene.module.app) as client:
                assert (await client.post(path)).status_code == 200
                await asyncio.gather(*(asyncio.all_tasks() - others), return_exceptions=True)
                rows = await scene.room.fetch("SELECT count(*) FROM audit")
                return rows, await scene.room.in_transaction()

        return hand_over

    bad, good = found.both(act("/background"))
    found.shows("rows that a `BackgroundTasks` job wrote", bad[0], good[0])
    found.shows("connections that the job leaves in a transaction", bad[1], good[1])
    assert bad == (0, 1 if IS_OLD_FASTAPI else 0)
    assert good == (1, 0)
    if not IS_OLD_FASTAPI:
        bad, good = found.both(act("/scoped"))
        found.shows('the same with `Depends(get_session, scope="function")`', bad[1], good[1])
        assert (bad, good) == ((0, 1), (1, 0))
    bad, good = found.both(act("/task"))
    found.shows("connections that a task of `create_task` leaves in a transaction", bad[1], good[1])
    assert (bad, good) == ((0, 1), (0, 0))


def add_scoped(module: Any) -> None:
    """The route `/background` once more, with a dependency that ends before the answer is sent."""

    async def scoped(session: Any, tasks: Any) -> None:
        takes_session = "session" in inspect.signature(module.audit).parameters
        tasks.add_task(module.audit, *((session,) if takes_session else ()), "ordered")

    session = Annotated[AsyncSession, Depends(module.get_session, scope="function")]
    scoped.__annotations__ = {"session": session, "tasks": BackgroundTasks, "return": None}
    module.app.post("/scoped")(scoped)


def test_ADB211_sync_session_on_async_engine(stage: Stages) -> None:
    found = stage("ADB211")

    async def act(scene: Scene) -> tuple[str, str]:
        async def entered() -> Any:
            async with scene.module.SessionLocal() as session:
                return await session.scalar(text("SELECT 1"))

        return await outcome(entered), await outcome(scene.module.ping)

    bad, good = found.both(act)
    found.shows("`async with SessionLocal() as session`", bad[0], good[0])
    found.shows("a query on the session", bad[1], "rows" if good[1] == "None" else good[1])
    assert bad == ("TypeError", "AsyncContextNotStarted")
    assert good == ("1", "None")


def test_ADB212_unremoved_scoped_session(stage: Stages) -> None:
    found = stage("ADB212")

    async def act(scene: Scene) -> int:
        for _ in range(3):
            await asyncio.create_task(scene.module.ping())
        return len(scene.module.Session.registry.registry)

    bad, good = found.both(act)
    found.shows("sessions kept after three tasks have ended", bad, good)
    assert (bad, good) == (3, 0)


@pytest.mark.skipif(IS_OLD_FASTAPI, reason="the request's session is closed before the task runs")
def test_ADB213_nested_session(stage: Stages) -> None:
    found = stage("ADB213")

    async def act(scene: Scene) -> list[Any]:
        module, counted = scene.module, scene.module.counted
        ended: list[str] = []

        async def noted() -> None:
            ended.append(await outcome(counted))

        async with served(module.app) as client:
            answers: list[Any] = [(await client.get(path)).status_code for path in ("/nested", "/helper")]
            module.counted = noted
            assert (await client.post("/background")).status_code == 200
        return [*answers, *ended]

    bad, good = found.both(act)
    found.shows("the answer of a route that opens a second session, with a pool of one", bad[0], good[0])
    found.shows("the same in a helper", bad[1], good[1])
    found.shows("what a background task with a session of its own ends with", bad[2], good[2])
    assert (bad, good) == ([500, 500, "TimeoutError"], [200, 200, "1"])


def test_ADB210_mixed_sqlmodel_session(stage: Stages) -> None:
    found = stage("ADB210")

    async def act(scene: Scene) -> str:
        await scene.module.create_tables()
        return await outcome(scene.module.names)

    bad, good = found.both(act)
    found.shows("`exec()` on the session that the factory makes", bad, good)
    assert (bad, good) == ("AttributeError", "[]")
