"""The folder in which we keep what is remembered: where it is, and how files are put into it and taken out.

A cache may fail: whatever the disk refuses, the run goes on without it.
"""

from __future__ import annotations

import os
import stat

from async_db_lint.cache.seal import SIZE, sealed, unsealed, user_key
from async_db_lint.read import disk
from async_db_lint.read.file_names import CACHE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

NO_CACHE, CACHE_DIR = "ASYNC_DB_LINT_NO_CACHE", "ASYNC_DB_LINT_CACHE_DIR"
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache, for https://bford.info/cachedir\n"
MOST_BYTES = 64 * 1024 * 1024  # of a file


def is_refused() -> bool:
    """Whether the environment says that nothing is remembered."""
    return bool(os.environ.get(NO_CACHE))


def chosen(given: str | None) -> str | None:
    """The folder that the user chose, by option or environment."""
    return given or os.environ.get(CACHE_DIR) or None


def of_project(root: Path, given: Path | None) -> str:
    """The folder for a project: in its root, or where the user wants it."""
    return chosen(None if given is None else str(given)) or os.path.join(root, CACHE)


def is_ours(folder: str) -> bool:
    """Whether a folder is one, no link to one, and belongs to the user."""
    try:
        status = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and (os.name == "nt" or status.st_uid == os.getuid())


class Shelf:
    """A part of a cache: small sealed files by name."""

    def __init__(self, folder: str, name: str, most: int) -> None:
        """Take the cache's folder, the name of the part, and how many files it may hold."""
        self.cache = folder
        self.folder = os.path.join(folder, name)
        self.most = most
        self.key = user_key()

    def get(self, name: str) -> bytes | None:
        """What was put there by this name; None when nothing was, or somebody else did."""
        path = os.path.join(self.folder, name)
        data = disk.unnoted(path, MOST_BYTES)
        return None if data is None or self.key is None else unsealed(data, self.key)

    def put(self, name: str, data: bytes) -> None:
        """Put data there."""
        self.key = self.key or user_key(is_made=True)
        try:
            if self.key is None or len(data) > MOST_BYTES - SIZE or not self._made():
                return
            _replace(os.path.join(self.folder, name), sealed(data, self.key))
        except OSError:
            return

    def touch(self, name: str) -> None:
        """Note that something was used."""
        try:
            os.utime(os.path.join(self.folder, name))
        except OSError:
            return

    def _made(self) -> bool:
        """Make the folders where there are none, and say what they are; whether they are ours."""
        if not os.path.lexists(self.cache):
            os.makedirs(self.cache)
            _replace(os.path.join(self.cache, ".gitignore"), b"*\n")
            _replace(os.path.join(self.cache, "CACHEDIR.TAG"), TAG.encode())
        if not is_ours(self.cache):
            return False
        if not os.path.lexists(self.folder):
            os.mkdir(self.folder)
        return is_ours(self.folder)

    def trim(self) -> None:
        """Take away what was not used for longest, where there is too much."""
        try:
            paths = [os.path.join(self.folder, name) for name in os.listdir(self.folder)]
            for path in sorted(paths, key=_age)[: -self.most] if len(paths) > self.most else ():
                os.unlink(path)
        except OSError:
            return


def _age(path: str) -> float:
    try:
        return os.lstat(path).st_mtime
    except OSError:  # another run took it away
        return 0.0


def _replace(path: str, data: bytes) -> None:
    """Put a file in its place, whole: who reads meanwhile sees the old one."""
    draft = f"{path}.{os.urandom(6).hex()}.new"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(draft, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
