"""The linter finds nothing in the bookshop, advice included, and nothing in it is silenced."""

from __future__ import annotations

from pathlib import Path

from async_db_lint import suppressions
from async_db_lint.config import Config
from async_db_lint.engine import lint
from async_db_lint.project.library import ENGINE

ROOT = Path(__file__).parents[2]


def test_nothing_is_found_and_nothing_is_silenced() -> None:
    files = sorted((ROOT / "reference_app").rglob("*.py"))
    report = lint(ROOT, [ROOT / "reference_app"], Config(select=("ALL",), exclude=("fixtures",)))
    assert report.findings == ()
    assert report.files == len(files)
    assert not [path for path in files if suppressions.has_any(path.read_bytes())]


def test_it_is_understood_and_not_only_passed_over() -> None:
    """The engine, its disposal and the sessions of the routes are seen: silence is not blindness."""
    from tests.projects import project

    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "reference_app").rglob("*.py")}
    found = project(texts)
    (engine,) = [item for item in found.engines if item.is_in_application]
    assert engine.kind == ENGINE
    assert engine.disposals
