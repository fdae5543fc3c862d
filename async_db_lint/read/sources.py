"""The files of a project by path, each turned into a `Source` once."""

from __future__ import annotations

from collections.abc import Mapping

from async_db_lint.read.source import Source


class Sources:
    """Gives a file by its path from the project's root; one that was not read is empty."""

    def __init__(self, data: Mapping[str, bytes]) -> None:
        """Take the bytes of the files."""
        self.data = data
        self._known: dict[str, Source] = {}

    def __call__(self, path: str) -> Source:
        """The file at a path."""
        if path not in self._known:
            self._known[path] = Source(path, self.data.get(path, b""))
        return self._known[path]
