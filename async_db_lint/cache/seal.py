"""What we wrote ourselves: files with a seal, made with a key that lies outside of every project.

A repository can bring a cache along, and whoever writes to a shared folder can change one. Believed, it could hide
findings; so what carries no seal of the user's own key is not read.
"""

from __future__ import annotations

import os
import stat
from hashlib import blake2b

from async_db_lint.read import disk

SIZE = 32  # bytes of a key, and of a seal


def sealed(data: bytes, key: bytes) -> bytes:
    """Data with its seal."""
    return blake2b(data, key=key, digest_size=SIZE).digest() + data


def unsealed(data: bytes | None, key: bytes) -> bytes | None:
    """The data behind a seal; None when the seal is not that of the key, or the data was changed."""
    if data is None or sealed(data[SIZE:], key) != data:
        return None
    return data[SIZE:]


def user_key(is_made: bool = False) -> bytes | None:
    """The user's key; None when there is none, or somebody else could have read it.

    With `is_made`, it is made where there is none yet.
    """
    folder = user_folder()
    path = os.path.join(folder, "key")
    key = _own(path)
    if key is None and is_made and not os.path.lexists(path):
        _make(folder, path)
        key = _own(path)
    return key


def user_folder() -> str:
    """Our folder among the user's caches, by the customs of the system."""
    home = os.path.expanduser("~")
    if os.name == "nt":
        around = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    else:
        around = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(around, "async-db-lint")


def _own(path: str) -> bytes | None:
    try:
        status = os.lstat(path)
    except OSError:
        return None
    is_private = os.name == "nt" or (status.st_uid == os.getuid() and not stat.S_IMODE(status.st_mode) & 0o077)
    key = disk.unnoted(path, SIZE + 1) if stat.S_ISREG(status.st_mode) and is_private else None
    return key if key is not None and len(key) == SIZE else None


def _make(folder: str, path: str) -> None:
    """Write a key, whole or not at all; where two runs do so at once, the first one's key counts."""
    draft = f"{path}.{os.urandom(6).hex()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, os.urandom(SIZE))
        finally:
            os.close(descriptor)
        if os.path.lexists(path):
            os.unlink(draft)
        else:
            os.replace(draft, path)
    except OSError:
        return
