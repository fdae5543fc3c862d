"""What a command printed, remembered for as long as the disk answers its questions as it did then.

Asked before anything else is imported. A result depends on the arguments, the environment, our own code and the
libraries beside it, which are its key; and on what the run asked the disk, which is noted with it.
"""

from __future__ import annotations

import os
import sys
import time
from hashlib import blake2b

from async_db_lint.cache.folder import Shelf, chosen, is_ours, is_refused
from async_db_lint.cache.identity import identity
from async_db_lint.exits import output_closed, prepare_output
from async_db_lint.read import disk
from async_db_lint.read.file_names import CACHE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHELF, MOST_RESULTS = "results", 64
# A file that was changed so shortly before it was read could be changed again with no new time: its text is compared.
YOUNG = 2_000_000_000  # nanoseconds
MOST_PLACES = 20  # arguments in whose folders a cache is looked for
# What the output may depend on besides the arguments.
VARIABLES = ("NO_COLOR", "FORCE_COLOR", "TERM", "HOME", "USERPROFILE", "PYTHONPATH")
HEAD = 2  # fields before the questions: the status, and what was printed
ROW = 4  # fields of a question


class Result:
    """What a command printed, its exit status, and the questions on which that depends."""

    def __init__(self, status: int, printed: str, rows: Sequence[tuple[str, str, str, str]]) -> None:
        """Take the status, what was printed, and rows of question, path, answer and stamp."""
        self.status = status
        self.printed = printed
        self.rows = rows

    def to_bytes(self) -> bytes | None:
        """As bytes; None when it holds what separates the fields."""
        fields = [str(self.status), self.printed, *(field for row in self.rows for field in row)]
        if any("\0" in field for field in fields):
            return None
        return "\0".join(fields).encode(errors="surrogatepass")

    @staticmethod
    def from_bytes(data: bytes) -> Result:
        """What `to_bytes` made."""
        fields = data.decode(errors="surrogatepass").split("\0")
        rest = iter(fields[HEAD:])
        return Result(int(fields[0]), fields[1], list(zip(*[rest] * ROW, strict=True)))

    def renewed(self) -> Result | None:
        """This result if it still holds, with the stamps of today; None when the disk answers otherwise."""
        now = time.time_ns()
        rows: list[tuple[str, str, str, str]] = []
        for row in self.rows:
            question, path, answer, stamp = row
            if not stamp or stamp != stamp_of(path, now):
                if disk.answer(question, path) != answer:
                    return None
                row = (question, path, answer, stamp_for(question, path, now))
            rows.append(row)
        return self if rows == self.rows else Result(self.status, self.printed, rows)

    def shown(self) -> int:
        """Print it again; returns the exit status."""
        prepare_output()
        try:
            sys.stdout.write(self.printed)
            sys.stdout.flush()
        except BrokenPipeError:
            return output_closed()
        return self.status


def result_of(status: int, printed: str, noted: disk.Noted) -> Result:
    """What was printed, with what the disk was asked meanwhile."""
    rows = [
        (question, path, answer, stamp_for(question, path, noted.started))
        for (question, path), answer in noted.answers.items()
    ]
    return Result(status, printed, rows)


def stamp_for(question: str, path: str, before: int) -> str:
    """What spares asking a question again; empty when asking costs no more."""
    return stamp_of(path, before) if question == "list" or question.startswith("read") else ""


def stamp_of(path: str, before: int) -> str:
    """What changes when a file or folder does; empty when it is too young at a time in nanoseconds to tell."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return ""
    if max(status.st_mtime_ns, status.st_ctime_ns) > before - YOUNG:
        return ""
    return f"{status.st_mtime_ns} {status.st_ctime_ns} {status.st_size} {status.st_ino} {status.st_mode}"


def recalled(arguments: Sequence[str]) -> Result | None:
    """The result of the same command, if it was remembered and still holds."""
    if is_refused() or "--no-cache" in arguments:
        return None
    key = ""
    for folder in _folders(arguments):
        shelf = Shelf(folder, SHELF, MOST_RESULTS)
        key = key or key_of(arguments)
        data = shelf.get(key)
        found = None if data is None else Result.from_bytes(data)
        result = None if found is None else found.renewed()
        if result is not None:
            _put(shelf, key, result) if result is not found else shelf.touch(key)
            return result
    return None


def remember(result: Result, key: str, folder: str) -> None:
    """Keep a result in the folder of a cache, by the key of its command."""
    _put(Shelf(folder, SHELF, MOST_RESULTS), key, result)


def _put(shelf: Shelf, key: str, result: Result) -> None:
    data = result.to_bytes()
    if data is not None:
        shelf.put(key, data)
        shelf.trim()


def _folders(arguments: Sequence[str]) -> Iterator[str]:
    """The caches in which a result may lie: the one that was chosen, else those around what is named."""
    given = chosen(cache_dir(arguments))
    if given is not None:
        yield given
        return
    paths = [item for item in arguments if not item.startswith("-")]
    seen: set[str] = set()
    for path in (os.curdir, *paths[:MOST_PLACES]):
        folder = os.path.abspath(path)
        while folder not in seen:
            seen.add(folder)
            cache = os.path.join(folder, CACHE)
            if is_ours(cache):
                yield cache
            folder = os.path.dirname(folder)


def cache_dir(arguments: Sequence[str]) -> str | None:
    """The value of `--cache-dir` among some arguments."""
    for number, item in enumerate(arguments):
        if item == "--cache-dir":
            return next(iter(arguments[number + 1 :]), None)
        if item.startswith("--cache-dir="):
            return item.partition("=")[2]
    return None


def key_of(arguments: Sequence[str]) -> str:
    """What a result depends on besides the disk."""
    parts = (
        (os.getcwd(), sys.stdout.isatty()),
        tuple(arguments),
        tuple(os.environ.get(name) for name in VARIABLES),
        identity(),
    )
    return blake2b(repr(parts).encode(errors="surrogatepass"), digest_size=20).hexdigest()
