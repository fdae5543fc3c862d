"""What single fixes write, where one detail of the code decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixing import run_fixes
from tests.projects import written


def line(root: Path, code: str, text: str, number: int) -> str:
    """A line of a file, by its number from the end, after the fixes of a rule."""
    done = run_fixes(written(root, {"app.py": text, "requirements.txt": "sqlalchemy>=2.0\n"}), code)
    return done.files["app.py"].after.decode().splitlines()[-number].strip()


FACTORY = """
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import sessionmaker
    class Own(AsyncSession): ...
    SessionLocal = sessionmaker({})
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("engine, class_=AsyncSession", "engine"),
        ("class_=AsyncSession", ""),
        ("engine, class_=Own", "engine, class_=Own"),
        ("bind=engine, class_=AsyncSession, autoflush=False", "bind=engine, autoflush=False"),
    ],
)
def test_only_the_default_class_of_a_factory_goes(before: str, after: str, tmp_path: Path) -> None:
    assert line(tmp_path, "ADB203", FACTORY.format(before), 1) == f"SessionLocal = async_sessionmaker({after})"


BOOKS = """
    from sqlalchemy import select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import DeclarativeBase, relationship
    class Base(DeclarativeBase):
        {}
    class Book(Base):
        title = column()
        {}
    async def load(session: AsyncSession):
        return session.query(Book).all()
"""
ONCE, UNIQUE = (
    "return (await session.scalars(select(Book))).all()",
    "return (await session.scalars(select(Book))).unique().all()",
)


@pytest.mark.parametrize(
    ("inherited", "own", "after"),
    [
        ("pass", "pass", ONCE),
        ("pass", "pages = relationship()", ONCE),
        ("pass", 'pages = relationship(lazy="select")', ONCE),
        ("pass", "pages = relationship(lazy=True)", ONCE),
        ("pass", 'pages = relationship(lazy="joined")', UNIQUE),
        ("pass", "pages = relationship(lazy=False)", UNIQUE),
        ('pages = relationship(lazy="joined")', "pass", UNIQUE),
    ],
)
def test_rows_that_a_join_repeats_are_made_unique(inherited: str, own: str, after: str, tmp_path: Path) -> None:
    assert line(tmp_path, "ADB401", BOOKS.format(inherited, own), 1) == after


CHAIN = """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def load(session: AsyncSession, query):
        return await session.{}
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("execute(query).scalars()", "(await session.execute(query)).scalars()"),
        ("execute(query).scalars().all()", "(await session.execute(query)).scalars().all()"),
        ("connection().execute(query)", "await (await session.connection()).execute(query)"),
        ("connection().in_transaction()", "(await session.connection()).in_transaction()"),
        ("stream(query).scalars()", "(await session.stream(query)).scalars()"),
        ("stream(query).all()", "await (await session.stream(query)).all()"),
    ],
)
def test_the_end_of_a_chain_is_awaited_where_it_is_a_coroutine(before: str, after: str, tmp_path: Path) -> None:
    assert line(tmp_path, "ADB303", CHAIN.format(before), 1) == f"return {after}"
