"""A function that calls what it is given: the work happens where it was given, to the sessions of whoever gave it."""

from __future__ import annotations

import pytest

from tests.project.effects.test_effects import acts, effects

RETRIED = """
async def retried(session: AsyncSession, work: Callable[[], Awaitable[None]]) -> None:
    try:
        return await work()
    except DBAPIError:
        await session.close()
    return await work()
"""
WITH_SESSION = """
async def in_transaction(session, work):
    found = await work(session)
    await session.commit()
    return found
"""
WORK = """
async def put(session: AsyncSession, name):
    session.add(Order(name=name))

class Orders:
    def __init__(self, session: AsyncSession):
        self.session = session

    async def put(self, name):
        self.session.add(Order(name=name))
        await self.session.flush()
"""


@pytest.mark.parametrize(
    "given",
    [
        "lambda: put(db, 'a')",
        "functools.partial(put, db, 'a')",
        "work",
    ],
)
def test_work_that_is_given_is_done_to_the_givers_session(given: str) -> None:
    text = f"""
import functools
{WORK}
async def once(work):
    return await work()

async def handle(db: AsyncSession):
    async def work():
        db.add(Order())
    await once({given})
    await db.commit()
"""
    assert acts(text) == ["ADD", "COMMIT"]


@pytest.mark.parametrize("given", ["lambda: orders.put('a')", "Orders(db).fill"])
def test_a_method_that_is_given_works_on_its_objects_session(given: str) -> None:
    text = f"""
{WORK}
    async def fill(self):
        await self.put('a')

async def once(work):
    return await work()

async def handle(db: AsyncSession):
    orders = Orders(db)
    await once({given})
"""
    found = effects(text)
    assert [event.act.name for event in found.events] == ["ADD", "FLUSH"]
    assert found.is_whole


def test_work_is_done_as_often_as_it_may_be_and_certainly_only_where_it_is() -> None:
    found = effects(
        f"{WORK}{RETRIED}\nasync def handle(db: AsyncSession):\n    await retried(db, lambda: put(db, 'a'))"
    )
    assert [(event.act.name, event.is_certain) for event in found.events] == [
        ("ADD", True),
        ("CLOSE", False),
        ("ADD", True),
    ]


@pytest.mark.parametrize("given", ["put_first", "lambda session: put(session, 'a')"])
def test_work_that_is_given_a_session_uses_that_one(given: str) -> None:
    text = f"""
{WORK}{WITH_SESSION}
async def put_first(session: AsyncSession):
    await put(session, 'first')

async def handle(db: AsyncSession):
    await in_transaction(db, {given})
"""
    found = effects(text)
    assert [event.act.name for event in found.events] == ["ADD", "COMMIT"]
    assert len({event.subject for event in found.events}) == 1


def test_work_is_passed_on() -> None:
    assert acts(f"""
{WORK}
async def once(work):
    return await work()

async def twice(work):
    await once(work)
    await once(work)

async def handle(db: AsyncSession):
    await twice(lambda: put(db, 'a'))
""") == ["ADD", "ADD"]


@pytest.mark.parametrize(
    "body",
    [
        "await once(unknown)",
        "await once(lambda: unknown.put(db))",
        "await once(WORKS['put'])",
    ],
)
def test_work_that_is_not_understood_may_do_anything(body: str) -> None:
    found = effects(f"""
{WORK}
async def once(work):
    return await work()

async def handle(db: AsyncSession):
    {body}
""")
    assert not found.is_whole or [event.act.name for event in found.events] == ["UNKNOWN"]
    assert not [event for event in found.events if event.act.name == "ADD"]


def test_a_coroutine_that_nobody_awaits_does_nothing() -> None:
    found = effects(f"""
{WORK}
def start(work):
    work()

async def handle(db: AsyncSession):
    start(lambda: put(db, 'a'))
""")
    assert not [event for event in found.events if event.act.name == "ADD"]


def test_a_class_that_makes_itself_is_given_nothing_to_call() -> None:
    assert effects("""
class Order:
    @classmethod
    async def made(cls, db: AsyncSession):
        db.add(cls(name="a"))

async def handle(db: AsyncSession):
    await Order.made(db)
""").is_whole
