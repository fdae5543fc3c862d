"""The bytes of a regular file: never of a pipe or device, which may not end."""

from __future__ import annotations

import os
import stat
from pathlib import Path

MAX_BYTES = 2 * 1024 * 1024  # a larger file is data, not code that people write


def read(path: Path, most: int = -1) -> bytes | None:
    """The bytes of a regular file, at most some of them; None when it is not one, or cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):  # a name with a null byte
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)  # a folder cannot be made a file object
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most)
