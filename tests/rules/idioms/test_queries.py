"""What the rules about queries make of mixed statements, and of what nobody understands."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from tests.projects import codes, findings

BOOKS = """
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession
    class Book:
        __tablename__ = 'book'
    async def f(s: AsyncSession):
        s.add_all([Book(), Book()])
        await s.execute(text({}))
"""


def test_raw_sql_on_the_table_of_added_objects_is_found(tmp_path: Path) -> None:
    text = BOOKS.format("'UPDATE book SET x = 1'")
    assert [code for code, _, _ in codes(tmp_path, {"app.py": text}, "ADB402")] == ["ADB402"]


@pytest.mark.parametrize("statement", ["'UPDATE shelf SET x = 1'", "query"])
def test_raw_sql_on_another_table_or_on_an_unknown_one_is_left_alone(tmp_path: Path, statement: str) -> None:
    assert codes(tmp_path, {"app.py": BOOKS.format(statement)}, "ADB402") == []


def test_the_message_about_raw_sql_is_of_the_projects_version(tmp_path: Path) -> None:
    files = {"app.py": BOOKS.format("'DELETE FROM book'"), "requirements.txt": "sqlalchemy<2.1\n"}
    assert "SQLAlchemy 2.0 does not write" in findings(tmp_path, files, "ADB402")[0].message


def test_unknown_receivers_routers_and_bases_are_left_alone_by_every_rule(tmp_path: Path) -> None:
    head = """
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
        import os
        engine = create_async_engine(os.environ["U"])
        SessionLocal = async_sessionmaker(engine, expire_on_commit=False)
    """
    text = """
        @unknown.get('/')
        async def r(s): s.query(1)
        class A(Unknown):
            def f(self): self.s.commit()
    """
    assert codes(tmp_path, {"app.py": dedent(head) + dedent(text)}) == []
