"""Files that exist and were not read: the words in them, and which of them count."""

from __future__ import annotations

import os
from pathlib import Path

from async_db_lint.read.unread import NOTHING_UNREAD, Unread
from tests.projects import written


def unread(root: Path, *paths: str) -> Unread:
    return Unread(root, paths, lambda path: "test" not in path)


def test_a_word_is_mentioned_as_a_whole(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": "await engine.dispose()\n"})
    found = unread(tmp_path, "a.py")
    assert found.mentions("dispose")
    assert found.mentions("dispose", "engine")
    assert not found.mentions("disp")
    assert not found.mentions("engines")


def test_words_are_mentioned_together_only_in_one_file(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": "engine\n", "b.py": "dispose\n"})
    assert not unread(tmp_path, "a.py", "b.py").mentions("dispose", "engine")


def test_a_folder_means_the_python_files_below_it(tmp_path: Path) -> None:
    written(
        tmp_path,
        {"old/a.py": "one\n", "old/inner/b.py": "two\n", "old/notes.txt": "three\n", "old/build/c.py": "four\n"},
    )
    found = unread(tmp_path, "old/")
    assert sorted(found.files) == ["old/a.py", "old/inner/b.py"]
    assert found.mentions("two")
    assert not found.mentions("three")
    assert not found.mentions("four")


def test_files_that_do_not_count_mention_nothing(tmp_path: Path) -> None:
    written(tmp_path, {"old/test_a.py": "one\n", "test_b.py": "two\n"})
    found = unread(tmp_path, "old/", "test_b.py")
    assert found.files == ()
    assert not found.mentions("one")


def test_a_file_that_cannot_be_opened_may_mention_anything(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert unread(tmp_path, "pipe.py").mentions("anything")
    assert unread(tmp_path, "missing.py").mentions("anything")


def test_the_end_of_a_large_file_is_searched(tmp_path: Path) -> None:
    written(tmp_path, {"a.py": "# padding\n" * 300_000 + "dispose\n"})
    assert unread(tmp_path, "a.py").mentions("dispose")


def test_a_virtual_environment_holds_no_files_of_the_project(tmp_path: Path) -> None:
    written(tmp_path, {"env/pyvenv.cfg": "", "env/a.py": "one\n"})
    assert unread(tmp_path, "env/").files == ()


def test_nothing_is_unread_where_nothing_was_left_out() -> None:
    assert NOTHING_UNREAD.files == ()
    assert not NOTHING_UNREAD.mentions("anything")
