"""Writes files so that each is the old one or the new one at every moment, even after a crash.

The new bytes go into a temporary file beside the target, are flushed to the disk, get the target's mode
and owner, and then take its place. A file that changed since it was read, that lies outside of the root
(also by a link on the way), or that has several names, is left as it is.
"""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path

IS_WINDOWS = os.name == "nt"
ABANDONED_AFTER = 3600  # seconds
TEMPORARY = re.compile(r"\.async-db-lint-(?P<owner>\d+)-[0-9a-f]+\.tmp")


class WriteError(Exception):
    """A file that was not written, and why, in one sentence; it is as it was."""


def replace_file(path: Path, root: Path, before: bytes, after: bytes) -> None:
    """Put `after` in place of `before`, which is what was read. Raises WriteError."""
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)):
        raise WriteError(f"{path} leads out of the project, so it was not changed")
    try:
        status = os.lstat(real)
        if not stat.S_ISREG(status.st_mode):
            raise WriteError(f"{path} is not a regular file, so it was not changed")
        if status.st_nlink > 1:
            raise WriteError(f"{path} has {status.st_nlink} names (hard links), so it was not changed")
        if not os.access(real, os.W_OK):
            raise WriteError(f"{path} may not be written, so it was not changed")
        if real.read_bytes() != before:
            raise WriteError(f"{path} has changed since it was read, so it was not changed")
        _put(real, after, status)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}") from error


def create_file(path: Path, data: bytes) -> None:
    """Write a file whole, new or over an old one. Raises WriteError."""
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a pipe or terminal, which a link such as /dev/stdout may name
            return
        real = Path(os.path.realpath(path))
        _put(real, data, os.lstat(real) if real.exists() else None)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}") from error


def _put(path: Path, data: bytes, status: os.stat_result | None) -> None:
    """Write a temporary file and let it take the place of the target, which had a status.

    Raises OSError, or WriteError when the target has another status now; then the temporary file is removed.
    """
    temporary = path.parent / f".async-db-lint-{os.getpid()}-{os.urandom(4).hex()}.tmp"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if status is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            if status is not None:
                _take_over(file.fileno(), status)
            os.fsync(file.fileno())
        if status is not None and _version(os.lstat(path)) != _version(status):
            raise WriteError(f"{path} has changed since it was read, so it was not changed")
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _version(status: os.stat_result) -> tuple[int, ...]:
    """What is another when a file has changed."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _take_over(descriptor: int, status: os.stat_result) -> None:
    """Give a new file the owner and mode of the old one, where files have them. Raises OSError if that is refused."""
    if IS_WINDOWS:  # rights come from the folder there, and Python has `fchmod` from 3.13 on
        return
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(status.st_mode))


def _flush_folder(folder: Path) -> None:
    """Have the new name on the disk, where the system can do that for a folder."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def clear(folder: Path) -> None:
    """Remove what runs that were killed have left in a folder; what a living process is writing stays."""
    for entry in os.scandir(folder):
        found = TEMPORARY.fullmatch(entry.name)
        if found and _is_left(entry, int(found["owner"])):
            Path(entry.path).unlink(missing_ok=True)


def _is_left(entry: os.DirEntry[str], owner: int) -> bool:
    """Whether nobody is writing a temporary file any more."""
    if IS_WINDOWS:  # where asking about a process by `kill` would interrupt it
        return time.time() - entry.stat().st_mtime > ABANDONED_AFTER
    return not _is_alive(owner)


def _is_alive(owner: int) -> bool:
    try:
        os.kill(owner, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return owner != os.getpid()
