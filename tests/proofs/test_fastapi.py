"""ADB6xx: the application."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Connection, Integer
from sqlalchemy.engine import make_url

from tests.proofs.clients import ends_last, held_while_connected, held_while_read
from tests.proofs.stage import FIXTURES, Scene, Stage, imported, left_open, outcome, served, yes_or_no
from tests.scratch import connected

Stages = Callable[[str], Stage]


def test_ADB601_session_not_injected(stage: Stages) -> None:
    found = stage("ADB601")

    async def act(scene: Scene) -> int:
        given: list[Any] = []

        async def for_tests() -> AsyncIterator[Any]:
            async with scene.module.SessionLocal() as session:
                given.append(session)
                yield session

        scene.module.app.dependency_overrides[scene.module.get_session] = for_tests
        paths = {"/own", "/injected"} & {route.path for route in scene.module.app.routes}
        async with served(scene.module.app) as client:
            assert [(await client.get(path)).status_code for path in paths] == [200]
        return len(given)

    bad, good = found.both(act)
    found.shows("sessions that `dependency_overrides` gave to the route", bad, good)
    assert (bad, good) == (0, 1)


def test_ADB603_on_event(stage: Stages) -> None:
    found = stage("ADB603")

    def is_deprecated(kind: str, url: str) -> bool:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with imported(FIXTURES / "ADB603-on-event" / kind, "main", url):
                return any(issubclass(item.category, DeprecationWarning) for item in caught)

    bad, good = (is_deprecated(kind, "postgresql+asyncpg://a@127.0.0.1/b") for kind in ("bad", "good"))
    found.shows("FastAPI warns on import that this is deprecated", *yes_or_no(bad, good))
    assert (bad, good) == (True, False)

    bad, good = found.both(left_open)
    found.shows("connections after the application has stopped", bad, good)
    assert (bad, good) == (0, 0)


def test_ADB604_database_not_initialised(stage: Stages) -> None:
    found = stage("ADB604")

    async def act(scene: Scene) -> tuple[str, str]:
        wrong = scene.room.url.replace(f":{scene.room.name}@", ":wrong@")
        with imported(
            FIXTURES / found.folder.name / scene.module.__name__.removeprefix("ADB604_"), "main", wrong
        ) as app:

            async def visited() -> str:
                async with served(app.app) as client:
                    return f"starts, and answers {(await client.get('/ping')).status_code}"

            return await outcome(visited), ""

    bad, good = found.both(act)
    found.shows("the application, with a wrong password in its URL", bad[0], f"does not start: {good[0]}")
    assert bad[0] == "starts, and answers 500"
    assert "Error" in good[0]


def test_ADB605_create_all_at_startup(stage: Stages) -> None:
    found = stage("ADB605")

    async def act(scene: Scene) -> tuple[int, set[str]]:
        """Four workers start on an empty database, all of them before the first has created its table."""
        create = getattr(scene.module, "create_locked", scene.module.create_tables)
        owner = await connected(make_url(scene.room.url))
        first = owner.transaction()
        await first.start()
        await owner.execute("CREATE TABLE book (id serial PRIMARY KEY)")
        workers = [asyncio.create_task(outcome(create)) for _ in range(4)]
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND wait_event_type = 'Lock'"
        for _ in range(500):
            if await scene.room.fetch(waiting, scene.room.name) == 4:
                break
            await asyncio.sleep(0.02)
        await first.rollback()
        await owner.close()
        ends = await asyncio.gather(*workers)
        return ends.count("None"), set(ends) - {"None"}

    bad, good = found.both(act)
    found.shows("workers that start, of four at once on an empty database", bad[0], good[0])
    assert bad[0] == 1
    assert bad[1] <= {"IntegrityError", "ProgrammingError"}  # the type exists already, or the table does
    assert good == (4, set())

    async def migrated(scene: Scene) -> str:
        async with served(scene.module.app):
            return await outcome(lambda: first_revision(scene))

    async def unstarted(scene: Scene) -> str:
        return "no error" if (said := await outcome(lambda: first_revision(scene))) == "None" else said

    bad, good = found.play("bad", migrated), found.play("good", unstarted)
    found.shows("Alembic's first revision, after the tables were created at start-up", bad, good)
    assert (bad, good) == ("ProgrammingError", "no error")


async def first_revision(scene: Scene) -> None:
    def create(connection: Connection) -> None:
        Operations(MigrationContext.configure(connection)).create_table("book", Column("id", Integer, primary_key=True))

    async with scene.module.engine.begin() as connection:
        await connection.run_sync(create)


def test_ADB613_on_event_beside_lifespan(stage: Stages) -> None:
    found = stage("ADB613")

    bad, good = found.both(left_open)
    found.shows("connections after the application has stopped", bad, good)
    assert (bad, good) == (1, 0)


@ends_last
def test_ADB606_commit_after_yield(stage: Stages) -> None:
    found = stage("ADB606")

    async def act(scene: Scene) -> list[tuple[list[int], int]]:
        await scene.module.create_tables()
        paths = [route.path for route in scene.module.app.routes if "POST" in getattr(route, "methods", ())]
        answers: list[tuple[list[int], int]] = []
        async with served(scene.module.app) as client:
            for path in paths:
                statuses = [(await client.post(path, params={"target": path})).status_code for _ in range(2)]
                rows = await scene.room.fetch("SELECT count(*) FROM link WHERE target = $1", path)
                answers.append((statuses, rows))
        return answers

    bad, good = found.both(act)
    found.shows("the answers to two POSTs of one unique value, and the rows that are there", bad[0], good[0])
    assert bad == [([201, 201], 1)] * 3
    assert good == [([201, 500], 1)] * 2


@ends_last
def test_ADB614_session_held_by_response(stage: Stages) -> None:
    found = stage("ADB614")

    async def act(scene: Scene) -> list[Any]:
        _, statuses = await held_while_read(scene, "/events", clients=3)
        return [
            (await held_while_read(scene, "/events"))[0],
            (await held_while_read(scene, "/file"))[0],
            await held_while_connected(scene, "/chat"),
            sorted(statuses),
        ]

    bad, good = found.both(act)
    found.shows("connections that are checked out while a client reads a stream", bad[0], good[0])
    found.shows("while a client reads a file", bad[1], good[1])
    found.shows("while a WebSocket waits for its client", bad[2], good[2])
    found.shows("the answers to three streams at once, with a pool of two", bad[3], good[3])
    assert bad == [1, 1, 1, [200, 200, 500]]
    assert good == [0, 0, 0, [200, 200, 200]]


@ends_last
def test_ADB615_two_scopes_two_sessions(stage: Stages) -> None:
    found = stage("ADB615")

    async def act(scene: Scene) -> list[tuple[int, int]]:
        await scene.module.create_tables()
        answers: list[tuple[int, int]] = []
        async with served(scene.module.app) as client:
            for path in ("/links", "/service"):
                status = (await client.post(path, params={"target": path})).status_code
                rows = await scene.room.fetch("SELECT count(*) FROM link WHERE target = $1", path)
                answers.append((status, rows))
        return answers

    bad, good = found.both(act)
    found.shows("the answer to a POST with two scopes, and the rows that are there", bad[0], good[0])
    found.shows("the same with `use_cache=False`", bad[1], good[1])
    assert (bad, good) == ([(201, 0)] * 2, [(201, 1)] * 2)


def test_ADB616_alembic_in_event_loop(stage: Stages) -> None:
    found = stage("ADB616")

    async def act(scene: Scene) -> str:
        async def started() -> None:
            async with served(scene.module.app):
                pass

        return await outcome(started)

    bad, good = found.both(act)
    found.shows("the application's start", bad, "starts" if good == "None" else good)
    assert (bad, good) == ("RuntimeError", "None")


def test_ADB609_dependency_misuse(stage: Stages) -> None:
    found = stage("ADB609")

    async def act(scene: Scene) -> list[object]:
        async with served(scene.module.app) as client:
            status = (await client.get("/factory")).status_code
        return [await outcome(scene.module.count), await outcome(scene.module.entered), status]

    bad, good = found.both(act)
    found.shows("`await get_session()`", bad[0], "a session" if good[0] == "1" else good[0])
    found.shows("`async with get_session()`", bad[1], "a session" if good[1] == "1" else good[1])
    found.shows("the answer of a route with `Depends(SessionLocal)`", bad[2], good[2])
    assert (bad, good) == (["TypeError", "TypeError", 422], ["1", "1", 200])


def test_ADB610_misannotated_generator(stage: Stages) -> None:
    found = stage("ADB610")

    async def act(scene: Scene) -> str:
        return await outcome(scene.module.run)

    bad, good = found.both(act)
    found.shows("what the generator gives", bad, good)
    assert bad == good == "1"


def test_ADB608_swallowed_dependency_exception(stage: Stages) -> None:
    found = stage("ADB608")

    async def act(scene: Scene) -> list[list[int]]:
        paths = ("/rolling", "/logging", "/called", "/outer")
        async with served(scene.module.app) as client:
            return [[(await client.get(f"{path}/{key}")).status_code for key in (1, 2)] for path in paths]

    bad, good = found.both(act)
    found.shows("a route that raises `HTTPException(404)`: a dependency that rolls back", bad[0][1], good[0][1])
    found.shows("one that logs the error", bad[1][1], good[1][1])
    found.shows("one around another dependency", bad[3][1], good[3][1])
    assert bad == [[200, 500]] * 4
    assert good == [[200, 404]] * 4
