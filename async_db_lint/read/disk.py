"""What the disk is asked while a project is read. Nothing else opens its files or lists its folders.

Whoever remembers the result of a run notes what was asked and answered: as long as the disk answers alike, so does
the run. This is imported by every start of the command, so it imports next to nothing itself.
"""

from __future__ import annotations

import os
import stat
import time
from hashlib import blake2b

from async_db_lint.read.file_names import PRUNED, may_matter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

MAX_BYTES = 2 * 1024 * 1024  # a larger file is data, not code that people write
FILE, FOLDER, OTHER, NOTHING = "file", "folder", "other", "nothing"
Entry = tuple[str, str]
"""A name in a folder, and whether it is a file, a folder or something else, such as a link."""


class Noted:
    """The questions that were put to the disk, each with what tells its answer from another.

    Example: `with disk.Noted() as noted: …`. Only one thing is noted at a time, in one process and thread.
    """

    current: Noted | None = None

    def __init__(self) -> None:
        """Begin with no questions."""
        self.started = time.time_ns()
        self.answers: dict[tuple[str, str], str] = {}

    def __enter__(self) -> Self:
        Noted.current = self
        return self

    def __exit__(self, *error: object) -> None:
        Noted.current = None


def _note(question: str, path: str | Path, answer: str) -> None:
    if Noted.current is not None:
        Noted.current.answers[question, os.fspath(path)] = answer


def read(path: str | Path, most: int = -1) -> bytes | None:
    """The bytes of a regular file, at most some of them; None when it is not one, or cannot be read.

    Never of a pipe or device, which may not end.
    """
    data = unnoted(path, most)
    if Noted.current is not None:
        _note(f"read {most}", path, _digest(data))
    return data


def entries(folder: str | Path) -> list[Entry] | None:
    """What lies in a folder, by name; None when it cannot be listed. Files whose names never matter are left out."""
    found = _entries(folder)
    if Noted.current is not None:
        _note("list", folder, _digest_of_entries(found))
    return found


def kind(path: str | Path) -> str:
    """Whether a path leads to a file, a folder, something else or nothing; links are followed."""
    found = _kind(path)
    _note("kind", path, found)
    return found


def is_file(path: str | Path) -> bool:
    """Whether a path leads to a file."""
    return kind(path) == FILE


def is_folder(path: str | Path) -> bool:
    """Whether a path leads to a folder."""
    return kind(path) == FOLDER


def exists(path: str | Path) -> bool:
    """Whether a path leads to anything."""
    return kind(path) != NOTHING


def real(path: str | Path) -> str:
    """Where a path leads when all links are followed. Raises OSError for links in a circle, ValueError for no path."""
    found = os.path.realpath(path)
    _note("real", path, found)
    return found


def answer(question: str, path: str) -> str:
    """What the disk answers now, in the form in which it is noted."""
    if question == "list":
        return _digest_of_entries(_entries(path))
    if question == "kind":
        return _kind(path)
    if question == "real":
        return os.path.realpath(path)
    return _digest(unnoted(path, int(question.removeprefix("read "))))


def _digest(data: bytes | None) -> str:
    return "" if data is None else blake2b(data, digest_size=16).hexdigest()


def _digest_of_entries(found: list[Entry] | None) -> str:
    return "" if found is None else _digest(repr(found).encode(errors="surrogatepass"))


def _kind(path: str | Path) -> str:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # a name with a null byte
        return NOTHING
    return FILE if stat.S_ISREG(mode) else FOLDER if stat.S_ISDIR(mode) else OTHER


def _entries(folder: str | Path) -> list[Entry] | None:
    try:
        with os.scandir(folder) as rows:
            found = [(entry.name, _kind_of(entry)) for entry in rows if _may_matter(entry)]
    except OSError:
        return None
    return sorted(found)


def _may_matter(entry: os.DirEntry[str]) -> bool:
    if entry.is_dir(follow_symlinks=False):
        return entry.name not in PRUNED
    return may_matter(entry.name)


def _kind_of(entry: os.DirEntry[str]) -> str:
    if entry.is_dir(follow_symlinks=False):
        return FOLDER
    return FILE if entry.is_file(follow_symlinks=False) else OTHER


def unnoted(path: str | Path, most: int) -> bytes | None:
    """The bytes of a regular file as `read` gives them, when they say nothing about the project."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return None
        return _all(descriptor, status.st_size if most < 0 else min(most, status.st_size))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _all(descriptor: int, size: int) -> bytes:
    """The first bytes of an open file: without a file object, which costs more than reading does."""
    data = os.read(descriptor, size + 1)
    if len(data) == size or not data:
        return data
    parts = [data]
    while data and sum(map(len, parts)) < size:
        data = os.read(descriptor, size)
        parts.append(data)
    return b"".join(parts)[:size]
