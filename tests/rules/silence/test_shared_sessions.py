"""Rules about sessions of several tasks: the smallest code that each reports, and look-alikes that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.silence.cases import Case, case

# ADB207.

GATHERED = case(
    "ADB207",
    """
    import asyncio
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def add(session: AsyncSession, query):
        await session.execute(query)
    async def load(session: AsyncSession, other: AsyncSession, queries):
        await asyncio.gather(add(session, 1), add(session, 2))
    """,
)
BOTH = "await asyncio.gather(add(session, 1), add(session, 2))"
SPAWNED = GATHERED.but(
    "by tasks",
    {BOTH: "first = asyncio.create_task(add(session, 1))\nsecond = asyncio.create_task(add(session, 2))\nawait second"},
)
GATHERED_SPOKEN = [
    GATHERED,
    GATHERED.but(
        "for each of several sessions",
        {
            "other: AsyncSession, queries": "sessions: list[AsyncSession]",
            BOTH: "return [asyncio.gather(add(session, 1), add(session, 2)) for session in sessions]",
        },
    ),
    GATHERED.but(
        "in a comprehension, by an attribute of the same name",
        {
            "async def load(": "class Store:\n    query: AsyncSession\nasync def load(store: Store, ",
            BOTH: "await asyncio.gather(*[add(store.query, query) for query in queries])",
        },
    ),
    SPAWNED.but("the first under an `if`", {"first = ": "if queries: first = "}),
    *GATHERED.elsewhere(),
    GATHERED.but("by methods", {BOTH: "await asyncio.gather(session.execute(1), session.execute(2))"}),
    GATHERED.but("in a list", {BOTH: "await asyncio.gather(*[add(session, 1), add(session, 2)])"}),
    GATHERED.but("in a comprehension", {BOTH: "await asyncio.gather(*[add(session, query) for query in queries])"}),
    GATHERED.but(
        "by `wait`",
        {"asyncio.gather(add(session, 1), add(session, 2))": "asyncio.wait([add(session, 1), add(session, 2)])"},
    ),
    GATHERED.but(
        "by `as_completed`", {BOTH: "for done in asyncio.as_completed([add(session, 1), add(session, 2)]): await done"}
    ),
    SPAWNED,
    SPAWNED.but(
        "in a group",
        {
            "first = asyncio": "async with asyncio.TaskGroup() as group:\n    group.create_task(add(session, 0))\n    group"
        },
    ).but("in a group", {"second = asyncio.create": "other.create", "await second": ""}),
    SPAWNED.but(
        "one of them under an `if`",
        {
            "second = asyncio.create_task(add(session, 2))\n    await second": "if queries: second = asyncio.create_task(add(session, 2))"
        },
    ),
    SPAWNED.but(
        "again and again",
        {"first = ": "for query in queries: ", "second = asyncio.create_task(add(session, 2))\n    await second": ""},
    ),
]
GATHERED_SILENT = [
    GATHERED.but(
        "in a comprehension of tasks over sessions",
        {BOTH: "return [asyncio.create_task(add(session, 1)) for session in queries]"},
    ),
    GATHERED.but("when one of them uses it", {"add(session, 2)": "add(other, 2)"}),
    GATHERED.but("when the others do something else", {"add(session, 2)": "asyncio.wait_for(queries, 2)"}),
    GATHERED.but("when one is awaited alone", {", add(session, 2)": ""}),
    GATHERED.but("by something else of that name", {"asyncio.gather": "queries.gather"}),
    GATHERED.but(
        "when each opens its own",
        {
            "add(session: AsyncSession, query):": "add(query):\n    async with SessionLocal() as session:",
            "    await session": "        await session",
            "add(session, ": "add(",
        },
    ),
    GATHERED.but(
        "when the factory is passed",
        {
            "add(session, 1)": "add(SessionLocal, 1)",
            "add(session, 2)": "add(SessionLocal, 2)",
            "add(session: AsyncSession": "add(session",
        },
    ),
    GATHERED.but("when the function ignores it", {"await session.execute(query)": "await query.run()"}),
    GATHERED.but(
        "when the function works under a lock",
        {
            "await session.execute(query)": "async with lock: await session.execute(query)",
            "async def add": "lock = asyncio.Lock()\nasync def add",
        },
    ),
    GATHERED.but(
        "when the session is synchronous",
        {
            "session: AsyncSession": "session: Session",
            "from sqlalchemy.ext": "from sqlalchemy.orm import Session\nfrom sqlalchemy.ext",
        },
    ),
    GATHERED.but("as an option", {"add(session, 2)": "return_exceptions=add(session, 2)"}),
    GATHERED.but(
        "in a comprehension over sessions", {BOTH: "await asyncio.gather(*[add(session, 1) for session in queries])"}
    ),
    GATHERED.but(
        "in a comprehension over what holds sessions",
        {BOTH: "await asyncio.gather(*[add(item.session, 1) for item in queries])"},
    ),
    SPAWNED.but("by one task", {"second = asyncio.create_task(add(session, 2))\n    await second": ""}),
    SPAWNED.but("when the first has ended", {"second =": "await first\nsecond ="}),
    SPAWNED.but("when each uses another", {"add(session, 2)": "add(other, 2)"}),
    SPAWNED.but(
        "when one of two branches starts one",
        {"first =": "if queries: first =", "second =": "else: second =", "\n    await second": ""},
    ),
    SPAWNED.but(
        "again and again, with one of its own",
        {
            "first = asyncio.create_task(add(session, 1))": "for session in queries: asyncio.create_task(add(session, 1))",
            "second = asyncio.create_task(add(session, 2))\n    await second": "",
        },
    ),
    SPAWNED.but(
        "again and again, with one that is made there",
        {
            "first = asyncio.create_task(add(session, 1))": "for query in queries:\n    fresh = SessionLocal()\n    asyncio.create_task(add(fresh, 1))",
            "second = asyncio.create_task(add(session, 2))\n    await second": "",
        },
    ),
    SPAWNED.but("in two functions", {"second = ": "async def later(session: AsyncSession):\n    second = "}),
]

# ADB208.

ESCAPED = case(
    "ADB208",
    """
    import asyncio
    from fastapi import BackgroundTasks, Depends, FastAPI
    from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
    SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    async def get_session():
        async with SessionLocal() as session:
            yield session
    async def audit(action, session: AsyncSession):
        await session.execute(action)
    class Log:
        def __init__(self, session: AsyncSession):
            self.session = session
        async def write(self):
            await self.session.execute("")
    app = FastAPI()
    @app.get("/")
    async def read(tasks: BackgroundTasks, session: AsyncSession = Depends(get_session)):
        tasks.add_task(audit, 1, session)
    """,
)
HANDED = "tasks.add_task(audit, 1, session)"
IN_TASK = ESCAPED.but("in a task", {HANDED: "asyncio.create_task(audit(1, session))"})
ESCAPED_SPOKEN = [
    ESCAPED,
    *ESCAPED.elsewhere(),
    ESCAPED.but("in a method's object", {HANDED: "tasks.add_task(Log(session).write)"}).but(
        "in a method's object", {"tasks.add_task(Log(session)": "log = Log(session)\ntasks.add_task(log"}
    ),
    IN_TASK,
    IN_TASK.but("whose name nothing uses", {"asyncio.create": "task = asyncio.create"}),
    IN_TASK.but(
        "in the object of a method",
        {"asyncio.create_task(audit(1, session))": "log = Log(session)\nasyncio.create_task(log.write())"},
    ),
]
ESCAPED_SILENT = [
    IN_TASK.but(
        "with an object that opens its own",
        {
            "asyncio.create_task(audit(1, session))": "log = Log(session)\nasyncio.create_task(log.write())",
            "self.session = session": "self.session = SessionLocal()",
        },
    ),
    ESCAPED.but("when values are passed", {HANDED: "tasks.add_task(audit, 1, 2)"}),
    ESCAPED.but("when the function ignores it", {"await session.execute(action)": "await action.run()"}),
    ESCAPED.but("when the function is not known", {HANDED: "tasks.add_task(app.audit, 1, session)"}),
    ESCAPED.but("when nothing is handed", {HANDED: "tasks.add_task()"}),
    ESCAPED.but(
        "when it is not the request's", {"session: AsyncSession = Depends(get_session)": "session: AsyncSession"}
    ),
    ESCAPED.but(
        "when it opens its own",
        {
            "    tasks.add": "    async with SessionLocal() as session: tasks.add",
            "session: AsyncSession = Depends(get_session)": "other=1",
        },
    ),
    ESCAPED.but("when the tasks are something else's", {"tasks: BackgroundTasks": "tasks: Queue"}),
    ESCAPED.but(
        "when the method's object has its own", {HANDED: "log = Log(SessionLocal())\ntasks.add_task(log.write)"}
    ),
    ESCAPED.but(
        "when the method does not use it",
        {HANDED: "log = Log(session)\ntasks.add_task(log.write)", "await self.session.execute": "print"},
    ),
    IN_TASK.but("that is awaited", {"asyncio.create": "await asyncio.create"}),
    IN_TASK.but(
        "that is awaited later",
        {"asyncio.create": "task = asyncio.create", "audit(1, session))": "audit(1, session))\nawait task"},
    ),
    IN_TASK.but(
        "that is gathered later",
        {
            "asyncio.create": "task = asyncio.create",
            "audit(1, session))": "audit(1, session))\nawait asyncio.gather(task)",
        },
    ),
    IN_TASK.but("that is kept in a list", {"asyncio.create": "tasks.kept = asyncio.create"}),
    IN_TASK.but(
        "with another session",
        {
            "    asyncio.create_task(audit(1, session))": "    async with SessionLocal() as other: asyncio.create_task(audit(1, other))"
        },
    ),
    IN_TASK.but("with the factory", {"audit(1, session)": "audit(1, SessionLocal)"}),
    IN_TASK.but("that ignores it", {"await session.execute(action)": "await action.run()"}),
    IN_TASK.but(
        "with an object that makes its own",
        {"asyncio.create_task(audit(1, session))": "log = Log(SessionLocal())\nasyncio.create_task(log.write())"},
    ),
]

SPOKEN = [*GATHERED_SPOKEN, *ESCAPED_SPOKEN]
SILENT = [*GATHERED_SILENT, *ESCAPED_SILENT]


@pytest.mark.parametrize("example", SPOKEN, ids=str)
def test_a_rule_speaks(example: Case, tmp_path: Path) -> None:
    assert [item.code for item in example.found(tmp_path)] == [example.code]


@pytest.mark.parametrize("example", SILENT, ids=str)
def test_a_rule_is_silent(example: Case, tmp_path: Path) -> None:
    assert example.found(tmp_path) == []


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (IN_TASK, "`session` is closed with the request while this task may still use it"),
    ],
    ids=str,
)
def test_a_mistake_with_a_session_is_named(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message


EARLIER = "the dependency is closed before the task runs: the session opens again and is never closed"
LATER = "the session stays open, with its connection, until the task has ended, and what it does not commit is lost"


@pytest.mark.parametrize(
    ("version", "consequence"),
    [
        ("==0.117.1", EARLIER),
        ("<0.118", EARLIER),
        (">=0.118", LATER),
        (">=0.110", f"up to FastAPI 0.117 {EARLIER}; from 0.118 on {LATER}"),
    ],
)
def test_what_becomes_of_a_session_in_a_background_task_depends_on_fastapi(
    version: str, consequence: str, tmp_path: Path
) -> None:
    told = ESCAPED.on(f"fastapi{version}").only(tmp_path).message
    assert told == f"`session` is handed to a background task: {consequence}"


SHELVES = GATHERED.but(
    "by objects",
    {
        "async def load": """
            class Shelf:
                def __init__(self, session: AsyncSession):
                    self.session = session
                async def titles(self):
                    await self.session.execute(1)
            async def load
        """,
        BOTH: """
            fiction = Shelf(session)
            science = Shelf(session)
            await asyncio.gather(fiction.titles(), science.titles())
        """,
    },
)


@pytest.mark.parametrize(
    ("example", "message"),
    [
        (GATHERED, "`session` is used by several tasks at once"),
        (SHELVES, "`fiction` and `science` share the session `session`, which several tasks use at once"),
    ],
    ids=str,
)
def test_tasks_are_said_to_share_what(example: Case, message: str, tmp_path: Path) -> None:
    assert example.only(tmp_path).message == message


def test_a_task_that_has_ended_is_none_of_those_that_share(tmp_path: Path) -> None:
    three = SPAWNED.but(
        "after another",
        {
            "first = asyncio": """
                ended = asyncio.create_task(add(session, 0))
                await ended
                first = asyncio
            """
        },
    )
    found = three.only(tmp_path)
    assert (found.location.line, [note.location.line for note in found.related]) == (9, [9, 10])
