"""ADB4xx: queries."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import sqlalchemy
from sqlalchemy import Engine, NullPool, create_engine, select
from sqlalchemy.orm import Session

from tests.proofs.stage import Scene, Stage, outcome, served

Stages = Callable[[str], Stage]
IS_20 = sqlalchemy.__version__.startswith("2.0.")


def test_ADB401_legacy_query(stage: Stages) -> None:
    found = stage("ADB401")

    async def act(scene: Scene) -> str:
        await scene.module.create_tables()
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: scene.module.first(session))

    bad, good = found.both(act)
    found.shows("the first row of an empty table", bad, good)
    assert (bad, good) == ("AttributeError", "None")


def test_ADB402_mixed_orm_and_raw_sql(stage: Stages) -> None:
    found = stage("ADB402")

    async def act(scene: Scene) -> int:
        await scene.module.create_tables()
        async with scene.module.SessionLocal() as session:
            return int(await scene.module.add(session, "Emma"))

    bad, good = found.both(act)
    found.shows("books counted after one was added", bad, good)
    assert (bad, good) == (0 if IS_20 else 1, 1)


def test_ADB415_legacy_query_on_sync_session(stage: Stages) -> None:
    found = stage("ADB415")

    async def act(scene: Scene) -> str:
        engine = create_engine(scene.room.url.replace("+asyncpg", "+psycopg2"))
        scene.module.Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add(scene.module.Book(title="Emma"))
            session.commit()
            titles = scene.module.titles(session)
        engine.dispose()
        return str(titles)

    async def queried(scene: Scene) -> str:
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: session.query(scene.module.Book))

    async def selected(scene: Scene) -> str:
        async with scene.module.engine.begin() as connection:
            await connection.run_sync(scene.module.Base.metadata.create_all)
        async with scene.module.SessionLocal() as session:
            return str((await session.scalars(select(scene.module.Book.title))).all())

    bad, good = found.both(act)
    found.shows("the titles, on a synchronous session", bad, good)
    assert (bad, good) == ("['Emma']", "['Emma']")
    bad, good = found.play("bad", queried), found.play("good", selected)
    found.shows("the same query on an async session, of an empty table", bad, good)
    assert (bad, good) == ("AttributeError", "[]")


def test_ADB403_raw_string_execute(stage: Stages) -> None:
    found = stage("ADB403")

    async def on_session(scene: Scene) -> str:
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: scene.module.run(session))

    async def on_connection(scene: Scene) -> str:
        async with scene.module.engine.connect() as connection:
            return await outcome(lambda: scene.module.run_on_connection(connection))

    async def on_sync_session(scene: Scene) -> str:
        with Session(sync_engine(scene)) as session:
            return await outcome(lambda: scene.module.run_on_sync_session(session))

    async def on_sync_connection(scene: Scene) -> str:
        with sync_engine(scene).connect() as connection:
            return await outcome(lambda: scene.module.run_on_sync_connection(connection))

    async def by_streaming(scene: Scene) -> str:
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: scene.module.streamed(session))

    async def with_name(scene: Scene) -> str:
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: scene.module.constant(session))

    rows = {
        "`SELECT 1` on an async session": found.both(on_session),
        "`SELECT 1` on an async connection": found.both(on_connection),
        "`SELECT 1` on a synchronous session": found.both(on_sync_session),
        "`SELECT 1` on a synchronous connection": found.both(on_sync_connection),
        "`stream()` on an async session": found.both(by_streaming),
        "a constant, on an async session": (found.play("bad", with_name), found.play("good", with_name)),
    }
    for what, (bad, good) in rows.items():
        found.shows(what, bad, good)
        assert (bad, good) == ("ObjectNotExecutableError" if "connection" in what else "ArgumentError", "1")


def sync_engine(scene: Scene) -> Engine:
    return create_engine(scene.room.url.replace("+asyncpg", "+psycopg2"), poolclass=NullPool)


def test_ADB405_python_operator_in_where(stage: Stages) -> None:
    found = stage("ADB405")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as session:
            works = (module.both, module.either, module.left, lambda one: module.chosen(one, ["ann"]))
            seen = [await outcome(partial(work, session)) for work in (*works, module.passive, module.between)]
            await module.Users(session).deactivate("bob")
        gone = await scene.room.fetch("SELECT string_agg(name, ' and ' ORDER BY id) FROM account WHERE deleted = 'yes'")
        return [*seen, gone]

    bad, good = (found.play(kind, act) for kind in ("bad", "good"))
    found.shows("users who are active `and` called bob", bad[0], good[0])
    found.shows("users who are called bob `or` ann", bad[1], good[1])
    found.shows("users whose `deleted` `is None`", bad[2], good[2])
    found.shows("users whose name is `in` a list", bad[3], good[3])
    found.shows("users who are `not` active", bad[4], good[4])
    found.shows("users whose id is between two numbers", bad[5], good[5])
    found.shows("the users that are changed, when bob should be", bad[6], good[6])
    assert bad[:4] == ["['ann']", "['ann']", "[]", "[]"]
    assert bad[5:] == ["TypeError", "bob and eve"]
    assert good == ["[]", "['ann', 'bob']", "['ann', 'bob', 'eve']", "['ann']", "['bob', 'eve']", "['ann']", "bob"]
    assert found.play("fixed", act)[:4] == good[:4]


def test_ADB410_non_asyncpg_sql(stage: Stages) -> None:
    found = stage("ADB410")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        works = (
            lambda one: module.cast(one, 1),
            lambda one: module.recent(one, 1),
            lambda one: module.Books(one).among([1]),
            lambda one: module.formatted(one, 1),
            module.several,
            lambda one: module.in_quotes(one, 1),
        )
        seen: list[str] = []
        for work in works:
            async with module.SessionLocal() as session:
                seen.append(await outcome(partial(work, session)))
        return seen

    bad, good = found.both(act)
    found.shows("`:key::int`", bad[0], "goes on")
    found.shows("`interval :days`", bad[1], "goes on")
    found.shows("`IN :keys` with a list", bad[2], "goes on")
    found.shows("`%s`", bad[3], "goes on")
    found.shows("two statements in one text", bad[4], "goes on")
    found.shows("a parameter in quotes", bad[5], "goes on")
    assert {*bad} <= {"DBAPIError", "ProgrammingError", "InterfaceError"}
    assert good == ["1", "True", "0", "1", "None", "True"]


def test_ADB411_untyped_text_parameter(stage: Stages) -> None:
    found = stage("ADB411")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        works = (
            lambda one: module.by_id(one, "1"),
            lambda one: module.Books(one).get("1"),
            lambda one: module.thick(one, "100"),
        )
        seen: list[str] = []
        for work in works:
            async with module.SessionLocal() as session:
                book = await outcome(partial(work, session))
                seen.append("a book" if "Book" in book else book)
        return seen

    bad, good = found.both(act)
    found.shows("a comparison with a string", bad[0], good[0])
    found.shows("a key that is a string", bad[1], good[1])
    found.shows("a comparison in a step of a statement", bad[2], good[2])
    assert {*bad} <= {"DBAPIError", "ProgrammingError"}
    assert good == ["a book"] * 3


def test_ADB406_unbounded_first(stage: Stages) -> None:
    found = stage("ADB406")

    async def act(scene: Scene) -> list[int]:
        module = scene.module
        await module.create_tables(500)
        rows = module.fetched()
        async with module.SessionLocal() as session:
            for work in (module.newest, module.by_the_session, module.counted):
                await work(session)
            await module.step_by_step(session, "")
        return list(rows)

    bad, good = found.play("bad", act), found.play("good", act)
    found.shows("rows of 500 that come for the first one", bad[0], good[0])
    found.shows("rows that come to be counted", bad[2], good[2])
    assert (bad, good) == ([500] * 4, [1] * 4)
    assert found.play("fixed", act) == [1, 1, 500, 1]


def test_ADB412_server_side_cursor_execute(stage: Stages) -> None:
    found = stage("ADB412")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        await module.create_tables()
        async with module.SessionLocal() as session:
            works = (module.in_chain, module.in_steps, module.in_options)
            return [await outcome(partial(work, session)) for work in works] + [await outcome(module.on_connection)]

    bad, good = found.both(act)
    found.shows("`yield_per` with `scalars()`", bad[0], "streams the rows" if good[0] == "0" else good[0])
    assert (bad, good) == (["AsyncMethodRequired"] * 4, ["0", "0", "0", "1"])


def test_ADB413_ambiguous_filter_by(stage: Stages) -> None:
    found = stage("ADB413")

    async def act(scene: Scene) -> str:
        await scene.module.create_tables()
        async with scene.module.SessionLocal() as session:
            return await outcome(lambda: scene.module.by_class(session))

    bad, good = found.both(act)
    found.shows("a book by its name, which its author has too", bad, good)
    assert (bad, good) == ("None" if IS_20 else "AmbiguousColumnError", "Emma")


def test_ADB414_result_consumed_twice(stage: Stages) -> None:
    found = stage("ADB414")

    async def act(scene: Scene) -> list[str]:
        module = scene.module
        async with module.SessionLocal() as session:
            works = (module.all_twice, module.looped_twice, module.first_and_all, module.in_one_line)
            return [await outcome(partial(work, session)) for work in works]

    bad, good = found.both(act)
    found.shows("three rows, asked for a second time", bad[0], good[0])
    found.shows("a second loop over three rows: their sum, twice", bad[1], good[1])
    found.shows("all rows after `first()`", bad[2], good[2])
    assert bad == ["[]", "6", "ResourceClosedError", "(3, [])"]
    assert good == ["[1, 2, 3]", "12", "[1, 2, 3]", "(3, [1, 2, 3])"]


def test_ADB404_sql_from_string(stage: Stages) -> None:
    found = stage("ADB404")

    async def act(scene: Scene) -> list[str]:
        await scene.module.create_tables()
        async with served(scene.module.app) as client:
            everything = await client.get("/books", params={"title": "' OR '1' = '1"})
            apostrophe = await client.get("/books", params={"title": "Cat's Cradle"})
            return [str(len(everything.json())), str(apostrophe.status_code)]

    bad, good = found.both(act)
    found.shows("books found by the title `' OR '1' = '1`", bad[0], good[0])
    found.shows("the answer to a title with an apostrophe", bad[1], good[1])
    assert (bad, good) == (["2", "500"], ["0", "200"])
