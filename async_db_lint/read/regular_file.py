"""The bytes of a regular file: never of a pipe or device, which may not end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024  # a larger file is data, not code that people write


def read(path: str | Path, most: int = -1) -> bytes | None:
    """The bytes of a regular file, at most some of them; None when it is not one, or cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):  # a name with a null byte
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
