"""Which linter this is: what was made by another one is not used."""

from __future__ import annotations

import os
import sys
from hashlib import blake2b

from async_db_lint import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def identity() -> str:
    """What tells this version, on this Python and beside these libraries, from every other."""
    parts = (__version__, sys.version, sorted(_code()), sorted(_libraries()))
    return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _code() -> Iterator[tuple[str, int, int]]:
    """Our own files with their times and sizes: an installation that can be edited changes without a new version."""
    pending = [os.path.dirname(os.path.dirname(__file__))]
    for folder in pending:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    yield entry.path, status.st_mtime_ns, status.st_size
                elif entry.name not in ("__pycache__", "fixtures") and entry.is_dir():
                    pending.append(entry.path)


def _libraries() -> Iterator[tuple[str, int]]:
    """The folders that libraries are installed into, with their times: an installation changes them."""
    for folder in sys.path:
        if os.path.basename(folder) in ("site-packages", "dist-packages"):
            yield folder, os.stat(folder).st_mtime_ns
