"""ADB5xx, and what else is about the loading of objects."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sized
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
import sqlalchemy

from tests.proofs.stage import Scene, Stage, outcome, served, yes_or_no

IS_20 = sqlalchemy.__version__.startswith("2.0.")
Stages = Callable[[str], Stage]


def test_ADB501_lazy_load(stage: Stages) -> None:
    found = stage("ADB501")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            paths = ("/titles", "/lines", "/reviews", "/author", "/prizes", "/own")
            seen = [str((await client.get(path)).status_code) for path in paths]
            seen.append(str((await client.post("/books")).status_code))
        async with module.SessionLocal() as session:
            author = (await module.Authors(session).all())[0]
            seen.append(await outcome(lambda: len(author.books)))
        return [*seen, await outcome(module.after_the_session)]

    bad, good, fixed = (found.play(kind, act) for kind in ("bad", "good", "fixed"))
    found.shows("a route that reads the collection, itself or by a service", bad[0], good[0])
    found.shows("the same with a list of objects, and a function that is given each", bad[1], good[1])
    found.shows("a relationship of what was loaded with the statement", bad[2], good[2])
    found.shows("a many-to-one", bad[3], good[3])
    found.shows('a collection with `lazy="raise"`', bad[4], good[4])
    found.shows("the object of a dependency", bad[5], good[5])
    found.shows("appending to the collection of a new object that was flushed", bad[6], good[6])
    found.shows("what a read raises", bad[7], "goes on" if good[7] == "1" else good[7])
    found.shows("what it raises after the session is closed", bad[8], "goes on" if good[8] == "1" else good[8])
    assert bad[:7] == ["500"] * 7
    assert good[:7] == ["200"] * 6 + ["201"]
    assert bad[7:] == ["MissingGreenlet", "DetachedInstanceError"]
    assert good[7:] == ["1", "1"]
    assert fixed == [*good[:2], bad[2], good[3], bad[4], good[5], bad[6], *good[7:]]


def test_ADB611_unloaded_response_model(stage: Stages) -> None:
    found = stage("ADB611")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            paths = ("/authors/1", "/authors", "/book", "/titles", "/described", "/shelf")
            seen = [str((await client.get(path)).status_code) for path in paths]
            seen.append(str((await client.post("/authors", json={"name": "Eliot"})).status_code))
        async with module.SessionLocal() as session:
            seen.append(await outcome(lambda: module.Authors(session).get(1)))
            author = await module.Authors(session).get(1)
            seen[-1] = await outcome(lambda: module.AuthorOut.model_validate(author).name)
        return seen

    bad, good, fixed = (found.play(kind, act) for kind in ("bad", "good", "fixed"))
    found.shows("a route whose response model shows the books of an author", bad[0], good[0])
    found.shows("a list of them, with the reviews of the books", bad[1], good[1])
    found.shows("a many-to-one in the model", bad[2], good[2])
    found.shows("a field that is a property of the class, which reads the books", bad[3], good[3])
    found.shows("`model_validate` in the code", bad[4], good[4])
    found.shows("an object that is given to a field of another model", bad[5], good[5])
    found.shows("a new object, committed and refreshed", bad[6], good[6])
    found.shows("what `model_validate` raises", bad[7], "goes on" if good[7] == "Austen" else good[7])
    assert bad == [*["500"] * 7, "ValidationError"]
    assert good == [*["200"] * 6, "201", "Austen"]
    assert fixed == ["500", "500", "200", "200", "500", "500", "500", "ValidationError"]


def test_ADB612_unfiltered_response(stage: Stages) -> None:
    found = stage("ADB612")

    async def act(scene: Scene) -> list[list[str]]:
        await scene.module.create_tables()
        async with served(scene.module.app) as client:
            one, several = (await client.get("/me")).json(), (await client.get("/users")).json()
        return [sorted(one), sorted(several[0])]

    bad, good = found.both(act)
    found.shows("what the client gets of a user", ", ".join(bad[0]), ", ".join(good[0]))
    found.shows("and of each in a list", ", ".join(bad[1]), ", ".join(good[1]))
    assert bad == [["id", "name", "password_hash"]] * 2
    assert good == [["id", "name"]] * 2


def test_ADB502_read_after_expiry(stage: Stages) -> None:
    found = stage("ADB502")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            seen = [
                str((await client.post("/notes", params={"text": "a"})).status_code),
                str((await client.put("/notes/1", params={"text": "b"})).status_code),
                str((await client.put("/notes/1/service", params={"text": "c"})).status_code),
                str((await client.put("/notes/1/model", params={"text": "d"})).status_code),
            ]
        return [*seen, await outcome(module.renamed), await outcome(module.after_the_session)]

    bad, good = found.both(act)
    found.shows("a route that stores a new object, and answers with its id", bad[0], good[0])
    found.shows("one that changes an object, and answers with its text", bad[1], good[1])
    found.shows("the same, where a service commits", bad[2], good[2])
    found.shows("the same, where a response model reads it", bad[3], good[3])
    found.shows("what the read raises", bad[4], "goes on" if good[4] == "e" else good[4])
    found.shows("what it raises after the session is closed", bad[5], "goes on" if good[5] == "f" else good[5])
    assert bad == ["500", "500", "500", "500", "MissingGreenlet", "DetachedInstanceError"]
    assert good == ["201", "200", "200", "200", "e", "f"]


def test_ADB510_stale_server_value(stage: Stages) -> None:
    found = stage("ADB510")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            seen = [
                str((await client.put("/notes/1", params={"text": "a"})).status_code),
                str((await client.put("/notes/1/service", params={"text": "b"})).status_code),
                str((await client.put("/notes/1/model", params={"text": "c"})).status_code),
            ]
        async with module.SessionLocal() as session:
            return [*seen, await outcome(lambda: module.slugged(session))]

    bad, good = found.both(act)
    found.shows("a route that answers with a column that has `onupdate=func.now()`", bad[0], good[0])
    found.shows("the same, where a repository changes the object", bad[1], good[1])
    found.shows("the same, where a response model reads it", bad[2], good[2])
    found.shows("a generated column", bad[3], "goes on" if good[3] == "D" else good[3])
    assert bad == ["500", "500", "500", "MissingGreenlet"]
    assert good == ["200", "200", "200", "D"]


def test_ADB511_access_after_rollback(stage: Stages) -> None:
    found = stage("ADB511")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            seen = [
                str((await client.put("/links/1", params={"target": "b"})).status_code),
                str((await client.put("/links/1/service", params={"target": "b"})).status_code),
            ]
        async with module.SessionLocal() as session:
            return [*seen, await outcome(lambda: module.all_or_none(session))]

    bad, good = found.both(act)
    found.shows("a route that is told of a conflict, and says which object it was", bad[0], good[0])
    found.shows("the same with the object of a dependency", bad[1], good[1])
    found.shows("what the read raises", bad[2], "goes on" if good[2] == "a, b" else good[2])
    assert bad == ["500", "500", "MissingGreenlet"]
    assert good == ["409", "409", "a, b"]


def test_ADB408_joinedload_without_unique(stage: Stages) -> None:
    found = stage("ADB408")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as session:
            return [
                await outcome(lambda: module.one(session)),
                await outcome(lambda: length(module.Authors(session).all())),
                await outcome(lambda: module.by_the_class(session)),
                await outcome(lambda: module.through_another(session)),
            ]

    bad, good = found.both(act)
    found.shows("one author with the books", bad[0], "2 books")
    found.shows("all authors, with the option added in a step", bad[1], "1 author")
    found.shows('books with reviews, by `lazy="joined"` of the class', bad[2], "2 books")
    found.shows("a collection behind a many-to-one", bad[3], "2 books")
    assert bad == ["InvalidRequestError"] * 4
    assert good == ["2", "1", "2", "2"]


async def length(work: Awaitable[Sized]) -> int:
    return len(await work)


def test_ADB409_row_used_as_entity(stage: Stages) -> None:
    found = stage("ADB409")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with served(module.app) as client:
            seen = [str((await client.get("/users")).status_code)]
        async with module.SessionLocal() as session:
            return [*seen, *[await outcome(partial(work, session)) for work in (module.first, module.looped)]]

    bad, good = found.both(act)
    found.shows("a route with a response model of the objects", bad[0], good[0])
    found.shows("an attribute of the first row", bad[1], good[1])
    found.shows("an attribute of each row", bad[2], good[2])
    assert bad == ["500", "AttributeError", "AttributeError"]
    assert good == ["200", "ann", "ann"]


def test_ADB503_dynamic_loader(stage: Stages) -> None:
    found = stage("ADB503")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as session:
            return [await outcome(partial(work, session)) for work in (module.orders, module.visits)]

    bad, good = found.play("bad", act), found.play("good", act)
    found.shows('`all()` of a relationship with `lazy="dynamic"`', bad[0], "goes on" if good[0] == "0" else good[0])
    found.shows("iterating a `DynamicMapped`", bad[1], "goes on" if good[1] == "0" else good[1])
    assert bad == ["MissingGreenlet"] * 2
    assert good == ["0"] * 2


def test_ADB506_untracked_json_mutation(stage: Stages) -> None:
    found = stage("ADB506")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as session:
            for work in (module.colored, module.the_same_again, module.added, module.by_map):
                await work(session)
            await module.Documents(session).tag("old")
            await session.commit()
        columns = ("data", "tags", "extra")
        return [str(await scene.room.fetch(f"SELECT {name}::text FROM document")) for name in columns]

    bad, good = found.both(act)
    found.shows("an item of a JSON value that is set, and committed", bad[0], good[0])
    found.shows("items that are appended to an array", bad[1], good[1])
    found.shows("a JSON value that is updated", bad[2], good[2])
    assert bad == ['{"color": "red"}', "{}", "{}"]
    assert good == ['{"color": "blue"}', "{new,old}", '{"count": 1}']


def test_ADB509_implicit_lazy_default(stage: Stages) -> None:
    found = stage("ADB509")

    async def act(scene: Scene) -> str:
        await scene.module.create_tables()
        async with scene.module.SessionLocal() as session:
            author = await scene.module.author_of(session)
            return await outcome(lambda: scene.module.books(author))

    bad, good = found.play("bad", act), found.play("good", act)
    found.shows("a relationship that is read after all", bad, good)
    assert (bad, good) == ("MissingGreenlet", "InvalidRequestError")
    assert found.play("fixed", act) == good


def test_ADB512_refresh_without_names(stage: Stages) -> None:
    found = stage("ADB512")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        works = (partial(module.renamed, name="Eliot"), partial(added, module), module.assigned)
        return [await outcome(partial(refreshed, module, work)) for work in works]

    async def added(module: Any, session: Any, author: Any) -> int:
        return len(await module.Authors(session).add_book(author))

    async def refreshed(module: Any, work: Any) -> Any:
        async with module.SessionLocal() as session:
            author = await session.get(module.Author, 1)
            await session.refresh(author, ["books"])
            return await work(session, author)

    bad, good = found.both(act)
    found.shows("a collection that was loaded, after a refresh", bad[0], "1 book")
    found.shows("after a refresh that should show a new item", bad[1], "2 books")
    found.shows("a collection that was assigned, after a refresh", bad[2], "0 books")
    assert bad == ["MissingGreenlet"] * 3
    assert good == ["1", "2", "0"]


def test_ADB505_mixed_timezone_datetime(stage: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    found = stage("ADB505")
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        seen: list[str] = []
        for work in (module.visit, module.log, module.end, module.seen):
            async with module.SessionLocal() as session:
                seen.append(await outcome(partial(work, session)))
        hours = (datetime.fromisoformat(seen.pop()) - datetime.now(UTC)).total_seconds() / 3600
        return [*seen, "hours off" if round(hours) else "right"]

    try:
        bad, good = found.both(act)
    finally:
        monkeypatch.undo()
        time.tzset()
    found.shows("a default with a zone, for a column without one", bad[0], "stored")
    found.shows("the same by a function", bad[1], "stored")
    found.shows("the same by an assignment", bad[2], "stored")
    found.shows("`utcnow()` for a column with a zone, on a server in New York", bad[3], good[3])
    assert bad == ["DBAPIError"] * 3 + ["hours off"]
    assert good == ["None"] * 3 + ["right"]


def test_ADB504_evaluated_default(stage: Stages) -> None:
    found = stage("ADB504")

    async def act(scene: Scene) -> list[int | str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as session:
            books = await module.two_books(session)
        different = [len({getattr(book, name) for book in books}) for name in ("at", "key", "code", "due", "seen")]
        return [*different, str(books[1].tags), await outcome(lambda: module.flagged().__name__)]

    bad, good = found.both(act)
    found.shows("two rows with `default=datetime.now()`: different times", bad[0], good[0])
    found.shows("two rows with `default=uuid4()`: different keys", bad[1], good[1])
    found.shows('two rows with `server_default="now()"`: different times', bad[4], good[4])
    found.shows("what a new row has, after another one was changed", bad[5], good[5])
    found.shows("a class with `server_default=False`", bad[6], "is defined" if good[6] == "Flag" else good[6])
    assert bad == [1, 1, 1, 1, 1, "{'new': True}", "ArgumentError"]
    assert good == [2, 2, 2, 2, 2, "{}", "Flag"]


def test_ADB507_reserved_attribute(stage: Stages) -> None:
    found = stage("ADB507")

    async def act(scene: Scene) -> list[str]:
        works = (scene.module.annotated, scene.module.called, scene.module.mixed_in, scene.module.registered)
        made = ["Doc" if (seen := await outcome(work)).startswith("<class") else seen for work in works]
        return [*made, "warns" if scene.warned("should be left reserved") else "is silent"]

    bad, good = found.both(act)
    found.shows("a class with a column `metadata`", bad[0] if IS_20 else bad[4], "is defined")
    assert good == ["Doc", "Doc", "Doc", "Doc", "is silent"]
    refused = ["InvalidRequestError"] * 3
    assert bad == ([*refused, "Doc", "is silent"] if IS_20 else ["Doc", "Doc", "Doc", "Doc", "warns"])


def test_ADB508_legacy_declarative(stage: Stages) -> None:
    found = stage("ADB508")

    async def act(scene: Scene) -> tuple[str, bool]:
        return scene.module.query(), scene.warned("declarative_base")

    bad, good = found.both(act)
    found.shows("`MovedIn20Warning` at import", *yes_or_no(bad[1], good[1]))
    assert bad[0] == good[0]
    assert (bad[1], good[1]) == (True, False)
