"""What is read, parsed and reported on, by the paths and settings that a run is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from async_db_lint.read.discovery import MissingPath
from async_db_lint.read.source import Source
from async_db_lint.run.examine import Target, examine
from async_db_lint.settings.config import Config
from async_db_lint.settings.keys import ConfigError
from tests.projects import written

FILES = {
    "shop/__init__.py": "",
    "shop/app.py": "import sqlalchemy\n",
    "shop/plain.py": "x = 1\n",
    "tests/test_app.py": "import sqlalchemy\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return written(tmp_path, FILES)


def test_a_folder_is_reported_on_whole(root: Path) -> None:
    assert examine(Target(root, [root])).wanted == set(FILES)


def test_one_path_is_reported_on_and_the_others_are_known(root: Path) -> None:
    found = examine(Target(root, [root / "shop"]))
    assert found.wanted == {"shop/__init__.py", "shop/app.py", "shop/plain.py"}
    assert set(found.indexed.modules) == {"shop/app.py", "tests/test_app.py"}


def test_a_file_that_is_named_is_parsed_whatever_it_holds(root: Path) -> None:
    found = examine(Target(root, [root / "shop/plain.py"]))
    assert found.wanted == {"shop/plain.py"}
    assert "shop/plain.py" in found.indexed.modules


def test_a_file_that_is_named_is_read_where_no_walk_would_find_it(root: Path) -> None:
    written(root, {"build/made.py": "import asyncpg\n"})
    assert "build/made.py" not in examine(Target(root, [root])).indexed.data
    found = examine(Target(root, [root / "build/made.py"]))
    assert found.indexed.data["build/made.py"] == b"import asyncpg\n"
    assert found.wanted == {"build/made.py"}


def test_nothing_is_parsed_where_nothing_mentions_the_field(tmp_path: Path) -> None:
    found = examine(Target(written(tmp_path, {"a.py": "x = 1\n"}), [tmp_path]))
    assert found.wanted == {"a.py"}
    assert found.indexed.modules == {}


def test_what_is_excluded_is_neither_read_nor_reported_on(root: Path) -> None:
    found = examine(Target(root, [root], Config(exclude=("tests",))))
    assert "tests/test_app.py" not in found.wanted
    assert "tests/test_app.py" not in found.indexed.data


def test_an_unsaved_text_stands_in_for_the_file_and_is_all_that_is_wanted(root: Path) -> None:
    found = examine(Target(root, [root], unsaved=Source("shop/app.py", b"import asyncpg\n")))
    assert found.wanted == {"shop/app.py"}
    assert found.indexed.data["shop/app.py"] == b"import asyncpg\n"
    assert found.indexed.files.data["shop/app.py"] == b"import sqlalchemy\n"
    assert "tests/test_app.py" in found.indexed.modules


def test_an_unsaved_text_is_parsed_whatever_it_holds(root: Path) -> None:
    found = examine(Target(root, [], unsaved=Source("shop/new.py", b"x = 1\n")))
    assert "shop/new.py" in found.indexed.modules
    assert found.wanted == {"shop/new.py"}


def test_an_unsaved_text_that_is_excluded_is_not_reported_on(root: Path) -> None:
    config = Config(exclude=("shop",))
    found = examine(Target(root, [root], config, Source("shop/app.py", b"import asyncpg\n")))
    assert found.wanted == set()


def test_a_path_that_is_missing_is_an_error(root: Path) -> None:
    with pytest.raises(MissingPath, match="nowhere"):
        examine(Target(root, [root / "nowhere"]))


def test_an_unknown_rule_is_an_error_before_anything_is_read(root: Path) -> None:
    with pytest.raises(ConfigError, match="ADB999"):
        examine(Target(root, [root / "nowhere"], Config(select=("ADB999",))))


def test_a_file_that_cannot_be_parsed_is_among_the_failures(root: Path) -> None:
    written(root, {"shop/bad.py": "import sqlalchemy\ndef f(:\n"})
    found = examine(Target(root, [root]))
    assert [item.path for item in found.indexed.failures] == ["shop/bad.py"]


def test_the_stages_are_timed_and_told(root: Path) -> None:
    told: list[str] = []
    found = examine(Target(root, [root]), lambda stage, done, total: told.append(stage))
    assert set(found.seconds) == {"read", "choose", "parse and index"}
    assert told == ["reading", "reading"]


def test_the_selection_is_that_of_the_configuration(root: Path) -> None:
    config = Config(select=("ADB106",))
    found = examine(Target(root, [root], config))
    assert found.selection.codes == {"ADB106"}
    assert found.config is config
