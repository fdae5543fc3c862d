"""Fixes in rounds: what is changed, by whose fix, in which files, and what is left to report."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from async_db_lint.project.names.imports import Needed
from async_db_lint.rule.change import Edit, Fix, Orphan, Safety
from async_db_lint.rule.finding import Finding, Location, Severity
from async_db_lint.run.examine import Target, examine
from async_db_lint.run.lint import lint
from async_db_lint.run.rounds import Fixed, combiner_of, fixable, fixed
from async_db_lint.settings.config import Config
from tests.projects import written

BOTH = frozenset(Safety)
SAFE = frozenset({Safety.SAFE})
LOST = """
    from sqlalchemy.ext.asyncio import AsyncSession
    async def save(session: AsyncSession, book):
        await session.add(book)
        session.commit()
"""
URL = """
    URL = "postgresql://db"
"""
ENGINE = """
    from settings import URL
    from sqlalchemy.ext.asyncio import create_async_engine
    engine = create_async_engine(URL, echo=True)
"""


def run_rounds(
    root: Path, files: dict[str, str], *select: str, allowed: frozenset[Safety] = BOTH, only: str | None = None
) -> Fixed:
    examined = examine(Target(written(root, files), [root], Config(select=select)))
    return fixed(examined, allowed, only)


def after(done: Fixed, path: str = "app.py") -> str:
    return done.files[path].after.decode()


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [item.code for item in findings]


def test_fixes_are_made_in_memory_and_the_rest_is_reported(tmp_path: Path) -> None:
    done = run_rounds(tmp_path, {"app.py": LOST}, "ADB3")
    assert after(done).splitlines()[2:] == ["    session.add(book)", "    await session.commit()"]
    assert done.files["app.py"].before == (tmp_path / "app.py").read_bytes()
    assert codes(done.applied) == ["ADB302", "ADB301"]
    assert done.report.findings == ()
    assert done.together == (frozenset({"app.py"}), frozenset({"app.py"}))


def test_only_fixes_of_an_allowed_safety_are_made(tmp_path: Path) -> None:
    done = run_rounds(tmp_path, {"app.py": LOST}, "ADB3", allowed=SAFE)
    assert codes(done.applied) == ["ADB302"]
    assert codes(done.report.findings) == ["ADB301"]
    assert "\n    session.commit()" in after(done)


def test_nothing_to_fix_changes_nothing(tmp_path: Path) -> None:
    done = run_rounds(tmp_path, {"app.py": "import sqlalchemy\n"}, "ADB3")
    assert (dict(done.files), done.applied, done.together) == ({}, (), ())


def test_fixes_that_meet_are_made_one_after_the_other(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import create_async_engine
        engine = create_async_engine(URL, echo=True, future=True)
    """
    files = {"app.py": text, "requirements.txt": "sqlalchemy>=2.0\n"}
    done = run_rounds(tmp_path, files, "ADB106", "ADB107")
    assert after(done).splitlines()[1] == "engine = create_async_engine(URL)"
    assert sorted(codes(done.applied)) == ["ADB106", "ADB107"]


def test_a_fix_changes_the_file_in_which_the_cause_is_written(tmp_path: Path) -> None:
    done = run_rounds(tmp_path, {"settings.py": URL, "app.py": ENGINE}, "ADB102")
    assert set(done.files) == {"settings.py"}
    assert after(done, "settings.py") == 'URL = "postgresql+asyncpg://db"\n'
    assert done.together == (frozenset({"settings.py"}),)


@pytest.mark.parametrize(
    ("only", "made"),
    [("app.py", ["ADB106"]), ("settings.py", ["ADB102"]), ("other.py", []), (None, ["ADB102", "ADB106"])],
)
def test_of_one_file_only_what_stays_in_it_is_made(only: str | None, made: list[str], tmp_path: Path) -> None:
    done = run_rounds(tmp_path, {"settings.py": URL, "app.py": ENGINE}, "ADB102", "ADB106", only=only)
    assert sorted(codes(done.applied)) == made
    assert sorted(codes(done.report.findings)) == [code for code in ("ADB102", "ADB106") if code not in made]


def test_a_finding_without_a_fix_stays_in_no_file(tmp_path: Path) -> None:
    text = """
        from sqlalchemy.ext.asyncio import AsyncSession
        def save(session: AsyncSession):
            session.commit()
    """
    done = run_rounds(tmp_path, {"app.py": text}, "ADB301", only="app.py")
    assert codes(done.report.findings) == ["ADB301"]
    assert done.applied == ()


def test_a_project_that_is_not_read_again_is_the_one_that_was_examined(tmp_path: Path) -> None:
    examined = examine(Target(written(tmp_path, {"app.py": LOST}), [tmp_path], Config(select=("ADB3",))))
    (tmp_path / "app.py").write_text("")
    done = fixed(examined, BOTH)
    assert after(done).startswith("from sqlalchemy")
    assert gc.isenabled()


EDIT = Edit("app.py", 0, 0, b"", 0, 0, (1, 1, 1, 1))


def finding(fix: Fix | None) -> Finding:
    return Finding("ADB301", "missing-await", Severity.ERROR, Location("app.py", 1, 1, 1, 2), "it is wrong", fix=fix)


@pytest.mark.parametrize(
    ("fix", "allowed", "is_fixable"),
    [
        (Fix("Do it", Safety.SAFE, (EDIT,)), SAFE, True),
        (Fix("Do it", Safety.UNSAFE, (EDIT,)), SAFE, False),
        (Fix("Do it", Safety.UNSAFE, (EDIT,)), BOTH, True),
        (Fix("Do it", Safety.SAFE, (EDIT,)), frozenset(), False),
        (None, BOTH, False),
    ],
)
def test_a_finding_is_fixable_by_a_fix_of_an_allowed_safety(
    fix: Fix | None, allowed: frozenset[Safety], is_fixable: bool
) -> None:
    assert fixable(finding(fix), allowed) is is_fixable


def test_a_report_combines_fixes_over_its_files(tmp_path: Path) -> None:
    files = {"app.py": "import asyncpg\nx = 1\n", "other.py": "from app import asyncpg\n"}
    combiner = combiner_of(lint(Target(written(tmp_path, files), [tmp_path], Config())))
    edit = Edit("app.py", 19, 20, b"2", 19, 20, (2, 5, 2, 6))
    orphaned = Fix("Do it", Safety.SAFE, (edit,), (), (Orphan("app.py", "asyncpg"),))
    assert combiner.combined([orphaned]) == (edit,)
    needing = Fix("Do it", Safety.SAFE, (edit,), (Needed("app.py", "typing", "Any"),))
    found = combiner.combined([needing])
    assert found is not None
    assert {item.text.strip() for item in found} == {b"2", b"from typing import Any"}
