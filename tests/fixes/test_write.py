"""Files are written whole or not at all, and what should not be written is not."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from async_db_lint.fixes import write
from async_db_lint.fixes.write import TEMPORARY, WriteError, clear, create_file, replace_file


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "app.py"
    path.write_bytes(b"old")
    return path


def leftovers(folder: Path) -> list[str]:
    return [name for name in os.listdir(folder) if TEMPORARY.fullmatch(name)]


def test_bytes_mode_and_owner_are_kept(target: Path) -> None:
    target.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(target, 1234, 2345)
    before = target.stat()
    replace_file(target, target.parent, b"old", b"\xef\xbb\xbfnew\r\n")
    after = target.stat()
    assert target.read_bytes() == b"\xef\xbb\xbfnew\r\n"
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)
    assert leftovers(target.parent) == []


def refused(path: Path, root: Path, message: str, before: bytes = b"old") -> None:
    with pytest.raises(WriteError, match=message):
        replace_file(path, root, before, b"new")


def test_a_file_that_changed_meanwhile_is_left(target: Path) -> None:
    refused(target, target.parent, "has changed since it was read", b"older")
    assert target.read_bytes() == b"old"


def test_nothing_is_written_outside_of_the_root(target: Path, tmp_path: Path) -> None:
    inside = tmp_path / "project"
    inside.mkdir()
    (inside / "link.py").symlink_to(target)
    (inside / "folder").symlink_to(tmp_path)
    refused(inside / "link.py", inside, "leads out of the project")
    refused(inside / "folder" / "app.py", inside, "leads out of the project")
    assert target.read_bytes() == b"old"


def test_a_link_inside_of_the_root_stays_a_link(target: Path) -> None:
    link = target.parent / "link.py"
    link.symlink_to(target)
    replace_file(link, target.parent, b"old", b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_hard_links_are_not_torn_apart(target: Path) -> None:
    other = target.parent / "other.py"
    os.link(target, other)
    refused(target, target.parent, "has 2 names")
    assert other.samefile(target)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_file_that_may_not_be_written_is_left(target: Path) -> None:
    target.chmod(0o444)
    refused(target, target.parent, "may not be written")


def test_what_is_no_file_is_left(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    refused(tmp_path / "pipe.py", tmp_path, "is not a regular file")
    refused(tmp_path / "none.py", tmp_path, "cannot be written")


def test_a_failure_leaves_the_old_file_and_nothing_else(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    refused(target, target.parent, "No space left on device")
    assert target.read_bytes() == b"old"
    assert leftovers(target.parent) == []


def test_what_a_killed_run_has_left_is_cleared(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    mine = tmp_path / ".async-db-lint-1-00.tmp"
    for path in (tmp_path / f".async-db-lint-{gone.pid}-ab.tmp", mine, tmp_path / ".async-db-lint-x.tmp"):
        path.write_bytes(b"")
    clear(tmp_path)
    assert sorted(os.listdir(tmp_path)) == [mine.name, ".async-db-lint-x.tmp"]


def test_a_new_file_gets_the_mode_that_the_user_gives_to_files(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        create_file(tmp_path / "a.json", b"{}")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.json").stat().st_mode) == 0o640
    create_file(tmp_path / "a.json", b"[]")
    assert (tmp_path / "a.json").read_bytes() == b"[]"


def test_an_edit_that_is_made_while_the_new_file_is_written_is_not_lost(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def edited(descriptor: int) -> None:
        real(descriptor)
        with target.open("ab") as file:
            file.write(b" and an edit")

    monkeypatch.setattr(os, "fsync", edited)
    refused(target, target.parent, "has changed since it was read")
    assert target.read_bytes().startswith(b"old and an edit")
    assert leftovers(target.parent) == []


def test_a_file_that_was_replaced_while_the_new_one_was_written_is_left(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def replaced(descriptor: int) -> None:
        real(descriptor)
        other = target.with_suffix(".other")
        other.write_bytes(b"old")
        os.replace(other, target)

    monkeypatch.setattr(os, "fsync", replaced)
    refused(target, target.parent, "has changed since it was read")
    assert target.read_bytes() == b"old"


def test_what_is_not_a_file_is_written_in_place(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        create_file(pipe, b"text")
        assert os.read(reader, 10) == b"text"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


# What Windows answers, without a Windows.


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that opens no folders, has no `fchmod`, and interrupts the process that `kill` asks about."""
    real = os.open

    def opened(path: str | Path, *arguments: int) -> int:
        if os.path.isdir(path):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments)

    def kill(*_: int) -> None:
        raise AssertionError("a console event")

    monkeypatch.setattr(write, "IS_WINDOWS", True)
    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "kill", kill)
    monkeypatch.delattr(os, "fchmod")
    monkeypatch.delattr(os, "fchown")


@pytest.mark.usefixtures("windows")
def test_a_file_is_replaced_on_windows(target: Path) -> None:
    replace_file(target, target.parent, b"old", b"new")
    assert target.read_bytes() == b"new"
    assert leftovers(target.parent) == []


@pytest.mark.usefixtures("windows")
def test_a_new_file_is_written_on_windows(tmp_path: Path) -> None:
    create_file(tmp_path / "audit.html", b"new")
    assert (tmp_path / "audit.html").read_bytes() == b"new"


@pytest.mark.usefixtures("windows")
def test_what_a_killed_run_has_left_on_windows_is_cleared_when_it_is_old(tmp_path: Path) -> None:
    old, young = (tmp_path / f".async-db-lint-{os.getpid()}-{name}.tmp" for name in ("0000aaaa", "0000bbbb"))
    old.touch()
    young.touch()
    os.utime(old, (1, 1))
    clear(tmp_path)
    assert leftovers(tmp_path) == [young.name]
