"""What a run costs does not grow with the runs before it, nor with the square of what it finds."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from async_db_lint.quiet.suppression_comments import Suppression
from async_db_lint.run import precedence
from tests.projects import DATABASE, checked, written

LOST = DATABASE + "async def work(session: AsyncSession):\n" + "    session.commit()\n"


def test_a_run_leaves_nothing_that_cannot_be_collected(tmp_path: Path) -> None:
    written(tmp_path, {"app.py": LOST})
    before = gc.get_freeze_count()
    checked(tmp_path)
    checked(tmp_path)
    assert gc.get_freeze_count() == before
    assert gc.isenabled()


def many(count: int, comment: str = "") -> str:
    body = "".join(f"    await session.execute(query).all(){comment}\n" for _ in range(count))
    return "async def work(session: AsyncSession, query):\n" + body


def counted(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[int]:
    calls = [0]
    real: Callable[..., Any] = getattr(owner, name)

    def counting(*arguments: Any) -> Any:
        calls[0] += 1
        return real(*arguments)

    monkeypatch.setattr(owner, name, counting)
    return calls


def calls_for(count: int, folder: Path, comment: str, calls: list[int]) -> int:
    text = "from sqlalchemy.ext.asyncio import AsyncSession\n" + many(count, comment)
    written(folder, {f"{name}.py": text for name in ("one", "two", "three")})
    calls[0] = 0
    checked(folder, "ALL")
    return calls[0]


@pytest.mark.parametrize(
    ("owner", "name", "comment"),
    [
        (precedence, "_overlap", ""),
        (Suppression, "covers", "  # noqa: ADB303"),
        (Suppression, "covers", "  # noqa: ADB402"),
    ],
)
def test_twice_the_findings_are_twice_the_comparisons(
    owner: Any, name: str, comment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(monkeypatch, owner, name)
    once = calls_for(20, tmp_path / "once", comment, calls)
    twice = calls_for(40, tmp_path / "twice", comment, calls)
    assert 0 < once < twice <= 2 * once + 10
