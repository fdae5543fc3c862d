"""Precedence: one defect is reported under one code."""

from __future__ import annotations

from pathlib import Path

from tests.projects import codes


def test_one_defect_has_one_code(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import AsyncSession
        async def f(session: AsyncSession):
            await session.query(1).all()
            await session.execute(q).scalars()
    """
    assert codes(tmp_path, {"app.py": text}) == [("ADB401", "app.py", 3), ("ADB303", "app.py", 4)]
