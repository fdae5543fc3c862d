"""Which attributes have expired when they are read: by a commit, a rollback, or since the database computes them."""

from __future__ import annotations

import pytest

from tests.project.loading.shop import stale

LOADED = "a = await db.get_one(Author, 1)"
EXPIRING = "Expiring = async_sessionmaker(engine)\n"


def own(body: str) -> str:
    """A function with a session of a factory that leaves expiry on."""
    lines = "\n".join(f"        {line}" for line in body.split("\n"))
    return f"{EXPIRING}async def f():\n    async with Expiring() as db:\n{lines}\n"


@pytest.mark.parametrize(
    "body",
    [
        f"{LOADED}\nawait db.commit()\nreturn a.name",
        f"{LOADED}\nawait db.commit()\nprint(a.id)",
        f"{LOADED}\na.name = 'x'\nawait db.commit()\nreturn a.name",
        "a = Author(name='x')\ndb.add(a)\nawait db.commit()\nreturn a.id",
        f"async with db.begin():\n    {LOADED}\nreturn a.name",
        f"{LOADED}\ntry:\n    await db.commit()\nexcept ValueError:\n    raise\nreturn a.name",
    ],
)
def test_a_commit_expires_what_a_session_holds(body: str) -> None:
    assert [item.split()[1] for item in stale(own(body))] == ["COMMIT"]


@pytest.mark.parametrize(
    "body",
    [
        f"{LOADED}\nname = a.name\nawait db.commit()\nreturn name",
        f"{LOADED}\nawait db.commit()\nawait db.refresh(a)\nreturn a.name",
        f"{LOADED}\nawait db.commit()\na.name = 'x'\nreturn a.name",
        f"{LOADED}\nawait db.commit()\n{LOADED}\nreturn a.name",
        f"{LOADED}\nawait db.commit()\nawait unknown(db)\nreturn a.name",
        f"{LOADED}\nif a.name:\n    await db.commit()\nreturn a.name",
        f"{LOADED}\nawait db.flush()\nreturn a.name",
        "a = Author(name='x')\nawait db.commit()\nreturn a.name",
    ],
)
def test_what_is_read_before_or_again_has_a_value(body: str) -> None:
    assert stale(own(body)) == []


def test_a_session_of_a_factory_that_does_not_expire_keeps_its_objects() -> None:
    text = f"async def f():\n    async with SessionLocal() as db:\n        {LOADED}\n        await db.commit()\n"
    assert stale(f"{text}        return a.name\n") == []


@pytest.mark.parametrize(
    "body",
    [
        f"{LOADED}\n    await db.rollback()\n    return a.name",
        f"{LOADED}\n    try:\n        await db.commit()\n    except ValueError:\n        await db.rollback()\n        return a.name",
        f"{LOADED}\n    await db.commit()\n    await db.execute(select(Prize))\n    await db.rollback()\n    return a.name",
    ],
)
def test_a_rollback_expires_what_was_loaded(body: str) -> None:
    assert stale(f"async def f(db: AsyncSession):\n    {body}\n") == ["Author.name ROLLBACK"]


@pytest.mark.parametrize(
    "body",
    [
        "a = Author(name='x')\n    db.add(a)\n    await db.rollback()\n    return a.name",
        f"{LOADED}\n    await db.commit()\n    await db.rollback()\n    return a.name",
        f"{LOADED}\n    async with SessionLocal() as other:\n        await other.rollback()\n    return a.name",
        f"{LOADED}\n    try:\n        await db.flush()\n    except ValueError:\n        await db.rollback()\n    return a.name",
    ],
)
def test_a_rollback_leaves_what_it_does_not_reach(body: str) -> None:
    assert stale(f"async def f(db: AsyncSession):\n    {body}\n") == []


SETTING = [
    "a.name = 'x'",
    "setattr(a, 'name', 'x')",
    "for key, value in data.items():\n        setattr(a, key, value)",
    "rename(a)",
    "if data:\n        a.name = data",
]


@pytest.mark.parametrize("change", SETTING)
@pytest.mark.parametrize("write", ["await db.flush()", "await db.commit()"])
def test_an_update_makes_what_the_database_computes_unknown(change: str, write: str) -> None:
    text = "def rename(author):\n    author.name = 'y'\n"
    text += f"async def f(db: AsyncSession, data):\n    {LOADED}\n    {change}\n    {write}\n    return a.changed\n"
    assert stale(text) == ["Author.changed SERVER"]


@pytest.mark.parametrize(
    "body",
    [
        f"{LOADED}\n    await db.commit()\n    return a.changed",
        f"{LOADED}\n    a.name = 'x'\n    return a.changed",
        f"{LOADED}\n    a.name = 'x'\n    await db.flush()\n    return a.name",
        f"{LOADED}\n    a.name = 'x'\n    await db.flush()\n    await db.refresh(a, ['changed'])\n    return a.changed",
        f"{LOADED}\n    a.name = 'x'\n    a.changed = 'now'\n    await db.flush()\n    return a.changed",
        "a = Author(name='x')\n    db.add(a)\n    await db.flush()\n    return a.changed",
    ],
)
def test_an_insert_a_value_of_ones_own_or_a_refresh_is_known(body: str) -> None:
    assert stale(f"async def f(db: AsyncSession):\n    {body}\n") == []
