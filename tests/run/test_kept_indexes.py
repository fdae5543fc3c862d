"""Indexes that were kept are those that would be made: of all fixtures, with the same findings."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from async_db_lint.cache import folder, seal
from async_db_lint.cache.folder import Shelf
from async_db_lint.index.build import index
from async_db_lint.read.file_names import CACHE
from async_db_lint.run import kept_indexes
from async_db_lint.run.examine import Target, examine
from async_db_lint.run.kept_indexes import SHELF, KeptIndexes
from async_db_lint.run.lint import lint
from async_db_lint.settings.config import Config
from tests.projects import written

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
TEXT = b"async def run(session):\n    session.commit()\n"


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(folder.NO_CACHE, raising=False)


def kept(tmp_path: Path) -> KeptIndexes:
    return KeptIndexes(str(tmp_path / "cache"))


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_findings_are_the_same_with_kept_indexes(path: Path, tmp_path: Path) -> None:
    config = Config(select=("ALL",), has_nested=False)
    without = lint(Target(path, [path], config))
    first = lint(Target(path, [path], config, kept=kept(tmp_path)))
    again = lint(Target(path, [path], config, kept=kept(tmp_path)))
    assert without.findings == first.findings == again.findings
    assert without.suppressed == again.suppressed


def test_what_was_kept_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = written(tmp_path / "shop", {"orders.py": "import sqlalchemy\n", "users.py": "import sqlalchemy\n"})
    examine(Target(root, [root], kept=kept(tmp_path)))
    (root / "users.py").write_text("import sqlalchemy\n\n")
    made: list[str] = []

    def noted(path: str, data: bytes) -> object:
        made.append(path)
        return index(path, data)

    monkeypatch.setattr("async_db_lint.run.read_and_index.index", noted)
    found = examine(Target(root, [root], kept=kept(tmp_path))).indexed.modules
    assert made == ["users.py"]
    assert list(found) == ["orders.py", "users.py"]


@pytest.mark.parametrize(("path", "data"), [("b.py", TEXT), ("a.py", TEXT + b"\n"), ("a.py\0", TEXT)])
def test_another_path_or_text_is_another_index(path: str, data: bytes, tmp_path: Path) -> None:
    kept(tmp_path).put([(index("a.py", TEXT), TEXT)])
    assert kept(tmp_path).get("a.py", TEXT) is not None
    assert kept(tmp_path).get(path, data) is None


def test_another_linter_has_other_indexes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path).put([(index("a.py", TEXT), TEXT)])
    monkeypatch.setattr(kept_indexes, "identity", lambda: "of another version")
    assert kept(tmp_path).get("a.py", TEXT) is None


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("harm",)


def test_nothing_runs_that_a_file_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    kept(tmp_path).put([(index("a.py", TEXT), TEXT)])
    (path,) = (tmp_path / "cache" / SHELF).iterdir()
    path.write_bytes(pickle.dumps(Harmful()))  # without a seal
    assert kept(tmp_path).get("a.py", TEXT) is None
    key = seal.user_key()
    assert key is not None
    path.write_bytes(seal.sealed(pickle.dumps(Harmful()), key))  # by somebody who has the key
    with pytest.raises(pickle.UnpicklingError, match="mkdir is no part of an index"):
        kept(tmp_path).get("a.py", TEXT)
    assert not (tmp_path / "harm").exists()


def test_code_too_deep_to_be_kept_is_checked_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise RecursionError

    monkeypatch.setattr(pickle, "dumps", refuse)
    kept(tmp_path).put([(index("a.py", TEXT), TEXT)])
    assert kept(tmp_path).get("a.py", TEXT) is None


def test_a_project_keeps_none_before_it_has_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KeptIndexes.of_project(tmp_path) is None
    Shelf(str(tmp_path / CACHE), "results", 1).put("one", b"")
    assert KeptIndexes.of_project(tmp_path) is not None
    monkeypatch.setenv(folder.NO_CACHE, "1")
    assert KeptIndexes.of_project(tmp_path) is None


def test_what_was_not_used_for_longest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_indexes, "MOST_INDEXES", 3)
    for number in range(5):
        path = f"{number}.py"
        kept(tmp_path).put([(index(path, TEXT), TEXT)])
        for file in (tmp_path / "cache" / SHELF).iterdir():
            status = file.stat()
            os.utime(file, (status.st_atime, status.st_mtime - 10))
    assert [kept(tmp_path).get(f"{number}.py", TEXT) is not None for number in range(5)] == [False] * 2 + [True] * 3
