"""What the generator of a rule writes is whole, and what it leaves to the author is asked for by name."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from tests.new import PLACES, ROOT, skeleton, unwritten


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for place in PLACES:
        shutil.copytree(ROOT / place, tmp_path / place, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_nothing_of_a_skeleton_is_left_unwritten() -> None:
    assert unwritten(ROOT) == []


def test_a_skeleton_is_five_files_and_each_says_what_is_left(copy: Path) -> None:
    paths = skeleton("ADB499", "an-example-of-a-rule", "queries", copy)
    assert len(paths) == 5
    assert {place.partition(":")[0] for place in unwritten(copy)} == {
        path.relative_to(copy).as_posix() for path in paths
    }
    for path in paths:
        ast.parse(path.read_text())


def test_a_skeleton_adds_to_proofs_and_mutants_and_takes_nothing_away(copy: Path) -> None:
    before = {path: path.read_text().splitlines() for path in copy.rglob("*.py")}
    for path in skeleton("ADB499", "an-example-of-a-rule", "queries", copy):
        assert set(before.get(path, [])) <= set(path.read_text().splitlines())


def test_the_bad_example_marks_the_line_that_is_to_be_reported(copy: Path) -> None:
    _, bad, good, *_ = skeleton("ADB499", "an-example-of-a-rule", "queries", copy)
    assert "# expect: ADB499" in bad.read_text()
    assert "# expect:" not in good.read_text()
