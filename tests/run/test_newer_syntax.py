"""Files in newer syntax: the same findings at the same places, the same fixes, and no file that cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixing import FIXTURES, code_of, copied, run_fixes, texts
from tests.projects import checked, findings

# At the end of a file: all that Python 3.12 to 3.15 added.
NEWER = b"""

type _Rows[T: int = int] = list[T]
_told = f"{_Rows["a"]}" f"{  # why
    f'{_told}'}"
_asked = t"{_told}"


class _Kept[T](list[T]):
    def first[U](self, other: U) -> T:
        try:
            return [*row for row in self]
        except KeyError, IndexError:
            raise
"""


@pytest.mark.parametrize("folder", sorted(FIXTURES.glob("ADB[1-6]*")), ids=lambda folder: folder.name)
def test_fixtures_are_judged_alike(folder: Path, tmp_path: Path) -> None:
    plain, newer = (copied(folder, "bad", tmp_path / name / "bad") for name in ("plain", "newer"))
    for path in newer.rglob("*.py"):
        path.write_bytes(path.read_bytes() + NEWER)
    assert checked(newer, "ALL").findings == checked(plain, "ALL").findings
    before, after = (texts(root, run_fixes(root, code_of(folder))) for root in (plain, newer))
    assert {path: data.removesuffix(NEWER) for path, data in after.items()} == before


def test_findings_stand_in_newer_syntax_itself(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import AsyncSession

        type Db = AsyncSession


        async def save[T: (int, str) = int](
            session: Db, rows: list[T]
        ) -> str:
            try:
                session.commit()
            except ValueError, KeyError:
                session.rollback()
            return f"{rows["a"]} {
                await session.execute("SELECT 1")  # why
            }"


        class Saved[T]:
            async def again[U](self, session: AsyncSession) -> None:
                print(f"{"x"}"); session.flush()
    """
    found = findings(tmp_path, {"app.py": text}, "ADB3", "ADB403", "ADB9")
    assert [(item.code, item.location.line, item.location.column) for item in found] == [
        ("ADB301", 10, 9),
        ("ADB301", 12, 9),
        ("ADB403", 14, 31),
        ("ADB301", 20, 26),
    ]


def test_comments_after_newer_strings_still_suppress(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import AsyncSession


        async def save(session: AsyncSession) -> None:
            print(f"{"x"}"); session.commit()  # noqa: ADB301
            print(f"{"#"}"); session.flush()
            print(f"{  # why
                session.flush()}")  # noqa: ADB301
    """
    found = findings(tmp_path, {"app.py": text}, "ADB301", "ADB901")
    assert [(item.code, item.location.line) for item in found] == [("ADB301", 6)]
