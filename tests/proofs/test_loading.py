"""ADB5xx, and what else is about the loading of objects."""

from __future__ import annotations

from collections.abc import Callable

from tests.proofs.stage import Scene, Stage, outcome, served

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
