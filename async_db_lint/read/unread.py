"""The files of a project that exist and were not read: which words they contain is known, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice
from pathlib import Path

from async_db_lint.read import discovery

WORD = re.compile(rb"[\w\x80-\xff]+")
MAX_FILES = 5000  # in folders that are left out; a folder with more holds no code that people write


class Unread:
    """Files that cannot be parsed, are excluded, ignored by git, or too large. They are opened when first asked for."""

    def __init__(self, root: Path, paths: Iterable[str], counts: Callable[[str], bool]) -> None:
        """Take the project's root, the paths of files and folders (which end with `/`), and which files count."""
        self.root = root
        self.paths = tuple(paths)
        self.counts = counts

    def mentions(self, *words: str) -> bool:
        """Whether one of the files contains all of some words, or cannot be opened."""
        wanted = {word.encode() for word in words}
        return any(found is None or wanted <= found for found in self._words.values())

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The paths of the files that count, and of folders that cannot be listed."""
        return tuple(self._files())

    @cached_property
    def _words(self) -> dict[str, frozenset[bytes] | None]:
        """The words of each file by its path; None for a file that cannot be opened."""
        found: dict[str, frozenset[bytes] | None] = {}
        for path in self.files:
            data = discovery.read(self.root, path, whole=True)
            found[path] = None if data is None else frozenset(WORD.findall(data))
        return found

    def _files(self) -> Iterator[str]:
        for path in self.paths:
            inner = discovery.files_below(self.root, path) if path.endswith("/") else (path,)
            yield from (item for item in islice(inner, MAX_FILES) if self.counts(item))


NOTHING_UNREAD = Unread(Path(), (), bool)
