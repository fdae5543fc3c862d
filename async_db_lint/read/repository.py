"""The repository around a project, and its commit, read from git's files: git itself is not run."""

from __future__ import annotations

import re
from pathlib import Path

from async_db_lint.read import disk

HASH = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def top_of(folder: Path) -> Path | None:
    """The top of the repository around a folder; None where there is none."""
    return next((item for item in (folder, *folder.parents) if disk.exists(item / ".git")), None)


def commit(root: Path) -> str | None:
    """The hash of the commit that is checked out in the repository around a folder; None when that is not known."""
    top = top_of(root)
    if top is None:
        return None
    git = top / ".git"
    head = _line(git / "HEAD")
    if not head.startswith("ref: "):
        return _hash(head)
    ref = head.removeprefix("ref: ")
    return _hash(_line(git / ref)) or _packed(git, ref)


def _packed(git: Path, ref: str) -> str | None:
    text = (disk.read(git / "packed-refs", disk.MAX_BYTES) or b"").decode(errors="replace")
    found = (line.partition(" ") for line in text.splitlines())
    return next((_hash(value) for value, _, name in found if name == ref), None)


def _line(path: Path) -> str:
    return (disk.read(path, disk.MAX_BYTES) or b"").decode(errors="replace").strip()


def _hash(text: str) -> str | None:
    return text if HASH.fullmatch(text) else None
