"""ADB3xx: awaiting and blocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from tests.proofs.stage import (
    BLOCKED,
    KEPT_RUNNING,
    Scene,
    Stage,
    left_open,
    loop_during,
    outcome,
    served,
    yes_or_no,
)

Stages = Callable[[str], Stage]


def test_ADB301_missing_await(stage: Stages) -> None:
    found = stage("ADB301")

    async def saved(scene: Scene) -> tuple[int, bool, str]:
        await scene.room.fetch("CREATE TABLE note (title text)")
        await scene.room.fetch(f"GRANT ALL ON note TO {scene.room.name}")
        database = scene.module if hasattr(scene.module, "SessionLocal") else __import__("database")
        async with database.SessionLocal() as session:
            await session.execute(text("INSERT INTO note VALUES ('Emma')"))
            await scene.module.save(session)
        async with database.SessionLocal() as session:
            read = await outcome(lambda: scene.module.rows(session))
        warned = scene.warned("coroutine 'AsyncSession.commit' was never awaited")
        return await scene.room.fetch("SELECT count(*) FROM note"), warned, read

    bad, good = found.both(saved)
    found.shows("rows after an INSERT and `commit()`", bad[0], good[0])
    found.shows("`RuntimeWarning`: `commit` was never awaited", *yes_or_no(bad[1], good[1]))
    found.shows("reading the result of `execute()`", bad[2], good[2])
    assert bad == (0, True, "AttributeError")
    assert good == (1, False, "[1]")

    bad, good = found.both(left_open)
    found.shows("connections after the application has stopped with `engine.dispose()`", bad, good)
    assert (bad, good) == (1, 0)


def test_ADB302_await_on_sync(stage: Stages) -> None:
    found = stage("ADB302")

    async def act(scene: Scene) -> tuple[str, str, str, bool]:
        await scene.module.create_tables()
        async with scene.module.SessionLocal() as session:
            added = await outcome(lambda: scene.module.add_to(session))
            is_added = len(session.new) == 1
        made, read = await outcome(lambda: scene.module.add("Emma")), await outcome(scene.module.read)
        return made, added, read, is_added

    bad, good = found.both(act)
    for number, what in enumerate(
        ("`await SessionLocal()`", "`await session.add(…)`", "`await result.scalars().all()`")
    ):
        found.shows(what, bad[number], "no error" if good[number] == "None" else good[number])
    found.shows("the object is added nevertheless", *yes_or_no(bad[3], good[3]))
    assert bad == ("TypeError", "TypeError", "TypeError", True)
    assert good == ("None", "None", "[]", True)


def test_ADB303_await_on_chain(stage: Stages) -> None:
    found = stage("ADB303")

    async def act(scene: Scene) -> str:
        await scene.module.create_tables()
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: scene.module.titles(session))

    bad, good = found.both(act)
    found.shows("`await session.execute(…).scalars().all()`", bad, good)
    assert (bad, good) == ("AttributeError", "[]")


def test_ADB304_sync_with(stage: Stages) -> None:
    found = stage("ADB304")

    async def act(scene: Scene) -> dict[str, str]:
        await scene.module.create_tables()
        seen = {name: await outcome(getattr(scene.module, name)) for name in ("entered", "connected")}
        for name in ("streamed", "read"):
            async with scene.module.SessionLocal() as session:
                seen[name] = await outcome(lambda: getattr(scene.module, name)(session))  # noqa: B023
        return {name: "no error" if said == "None" else said for name, said in seen.items()}

    bad, good = found.both(act)
    found.shows("`with SessionLocal() as session`", bad["entered"], good["entered"])
    found.shows("`with engine.begin()`", bad["connected"], good["connected"])
    found.shows("`for` over the result of `stream()`", bad["streamed"], good["streamed"])
    found.shows("`async for` over the result of `execute()`", bad["read"], good["read"])
    assert set(bad.values()) == {"TypeError"}
    assert set(good.values()) == {"no error"}


def test_ADB305_blocking_database_call(stage: Stages) -> None:
    found = stage("ADB305")
    requests = {
        "a synchronous session in the route": ("/direct", "/handed"),
        "a helper that opens one": ("/helper", "/threaded"),
        "an injected one": ("/injected", "/greenlet"),
    }

    def act(path: str) -> Callable[[Scene], Any]:
        async def asked(scene: Scene) -> str:
            async with served(scene.module.app) as client:
                seen = await loop_during(lambda: client.get(path))
            scene.module.worker_engine.dispose()
            return seen

        return asked

    for what, (bad_path, good_path) in requests.items():
        bad, good = found.play("bad", act(bad_path)), found.play("good", act(good_path))
        found.shows(f"the event loop during a query of 0.3 s: {what}", bad, good)
        assert (bad, good) == (BLOCKED, KEPT_RUNNING)


def test_ADB309_blocking_io_call(stage: Stages) -> None:
    found = stage("ADB309")

    def act(path: str) -> Callable[[Scene], Any]:
        async def asked(scene: Scene) -> str:
            async with served(scene.module.app) as client:
                return await loop_during(lambda: client.get(path))

        return asked

    for path, what in {"/sleep": "`time.sleep(0.3)` in the route", "/helper": "in a helper"}.items():
        bad, good = found.both(act(path))
        found.shows(f"the event loop during a request: {what}", bad, good)
        assert (bad, good) == (BLOCKED, KEPT_RUNNING)


def test_ADB306_run_sync_coroutine(stage: Stages) -> None:
    found = stage("ADB306")

    async def act(scene: Scene) -> str:
        async with scene.module.SessionLocal() as session:
            await scene.module.run(session)
        return ", ".join(item or "plain" for item in scene.module.ran) or "none"

    bad, good = found.both(act)
    found.shows("functions whose body ran", bad, good)
    assert (bad, good) == ("none", "plain, partial, lambda, method, prepared")


def test_ADB307_event_on_async_object(stage: Stages) -> None:
    found = stage("ADB307")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        async with module.SessionLocal() as session:
            works = (module.on_engine, module.on_class, module.on_factory, lambda: module.on_session(session))
            return [await outcome(work) for work in works]

    async def heard(scene: Scene) -> str:
        scene.module.asynchronous()
        await scene.module.run()
        return ", ".join(scene.module.heard) or "nothing"

    async def inspected(scene: Scene) -> str:
        return await outcome(getattr(scene.module, "names", scene.module.tables))

    bad, good = found.play("bad", act), found.play("good", act)
    found.shows("a listener on an async engine", bad[0], "hears")
    found.shows("a listener on `AsyncSession`", bad[1], "hears")
    assert (bad, good) == (
        ["NotImplementedError", "InvalidRequestError", "InvalidRequestError", "NotImplementedError"],
        ["None"] * 4,
    )
    bad, good = found.play("bad", heard), found.play("good", heard)
    found.shows("what a listener has done: `async def`, and plain", bad, good)
    assert (bad, good) == ("nothing", "sync")
    bad, good = found.play("bad", inspected), found.play("good", inspected)
    found.shows("`inspect` of an async engine, and of a connection in `run_sync`", bad, good)
    assert (bad, good) == ("NoInspectionAvailable", "[]")


def test_ADB308_metadata_call_on_async_engine(stage: Stages) -> None:
    found = stage("ADB308")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        return [
            await outcome(work) for work in (module.on_engine, module.on_its_half, module.on_connection, module.called)
        ]

    bad, good = found.play("bad", act), found.play("good", act)
    found.shows("`create_all` on an async engine", bad[0], "makes the tables" if good[0] == "None" else good[0])
    found.shows("`create_all` on its `sync_engine`", bad[1], "makes the tables" if good[1] == "None" else good[1])
    assert bad == ["AttributeError", "MissingGreenlet", "AttributeError", "TypeError"]
    assert good == ["None"] * 4

    async def mended(scene: Scene) -> str:
        return await outcome(scene.module.called)

    assert found.play("fixed", mended) == "None"
