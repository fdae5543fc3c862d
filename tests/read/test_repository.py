"""The commit that is checked out, from git's own files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from async_db_lint.read.repository import commit

ONE, OTHER = "1" * 40, "2" * 64


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"HEAD": f"{ONE}\n"}, ONE),
        ({"HEAD": "ref: refs/heads/main\n", "refs/heads/main": f"{OTHER}\n"}, OTHER),
        ({"HEAD": "ref: refs/heads/a/b\n", "packed-refs": f"# pack\n{ONE} refs/heads/a/b\n^{OTHER}\n"}, ONE),
        ({"HEAD": "ref: refs/heads/main\n", "packed-refs": f"{ONE} refs/heads/other\n"}, None),
        ({"HEAD": "ref: refs/heads/main\n"}, None),
        ({"HEAD": "nothing of git's"}, None),
        ({"HEAD": b"\xff\xfe".decode("latin1")}, None),
        ({}, None),
    ],
)
def test_it_is_found_where_git_keeps_it(files: dict[str, str], wanted: str | None, tmp_path: Path) -> None:
    for name, text in files.items():
        path = tmp_path / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "app").mkdir()
    assert commit(tmp_path) == commit(tmp_path / "app") == wanted


def test_it_is_what_git_says(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    assert commit(tmp_path) == git("rev-parse", "HEAD")
    git("pack-refs", "--all")
    assert commit(tmp_path) == git("rev-parse", "HEAD")
