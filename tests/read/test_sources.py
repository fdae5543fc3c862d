"""The files of a project: each is made once, and one that was not read is empty."""

from __future__ import annotations

from async_db_lint.read.sources import Sources


def test_a_file_is_given_by_its_path() -> None:
    found = Sources({"app/db.py": b"x = 1\n"})("app/db.py")
    assert (found.path, found.line(1)) == ("app/db.py", "x = 1")


def test_a_file_is_the_same_each_time() -> None:
    sources = Sources({"a.py": b"x", "b.py": b"x"})
    assert sources("a.py") is sources("a.py")
    assert sources("a.py") is not sources("b.py")


def test_a_file_that_was_not_read_is_empty() -> None:
    found = Sources({"a.py": b"x"})("b.py")
    assert (found.path, found.data, found.lines) == ("b.py", b"", ("",))
