"""The linter finds nothing in the bookshop, advice included, and nothing in it is silenced."""

from __future__ import annotations

from pathlib import Path

from async_db_lint.project.libraries.library import ENGINE
from async_db_lint.quiet import suppression_comments
from async_db_lint.run.examine import Target
from async_db_lint.run.lint import lint
from async_db_lint.settings.config import Config

ROOT = Path(__file__).parents[2]


def test_nothing_is_found_and_nothing_is_silenced() -> None:
    files = sorted((ROOT / "reference_app").rglob("*.py"))
    report = lint(Target(ROOT, [ROOT / "reference_app"], Config(select=("ALL",), exclude=("fixtures",))))
    assert report.findings == ()
    assert report.files == len(files)
    assert not [path for path in files if suppression_comments.has_any(path.read_bytes())]


def test_it_is_understood_and_not_only_passed_over() -> None:
    """The engine, its disposal and the sessions of the routes are seen: silence is not blindness."""
    from tests.projects import project

    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "reference_app").rglob("*.py")}
    found = project(texts)
    engines = [item for item in found.engines if item.is_in_application]
    assert [engine.kind for engine in engines] == [ENGINE] * 3  # for requests, reports, readiness
    assert all(engine.disposals for engine in engines)
