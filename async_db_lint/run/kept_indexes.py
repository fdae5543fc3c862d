"""The index of each file, kept by the file's content: what another run has made need not be made again."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

from async_db_lint.cache.folder import Shelf, is_ours, is_refused, of_project
from async_db_lint.cache.identity import identity
from async_db_lint.index import expressions, scopes
from async_db_lint.index.scopes import Module

SHELF, MOST_INDEXES = "indexes", 20_000
ROOMS = (expressions.__name__, scopes.__name__)


class KeptIndexes:
    """Indexes in a cache. An index says what one file holds, so no other file can make it wrong."""

    def __init__(self, folder: str) -> None:
        """Take the cache's folder."""
        self._shelf = Shelf(folder, SHELF, MOST_INDEXES)
        self._identity = identity()

    @staticmethod
    def of_project(root: Path, given: Path | None = None) -> KeptIndexes | None:
        """The indexes of a project, in its cache or the one that is given; None where there is none yet.

        Keeping them takes as long as half of making them, so it begins with the second run in a project.
        """
        folder = of_project(root, given)
        return KeptIndexes(folder) if is_ours(folder) and not is_refused() else None

    def get(self, path: str, data: bytes) -> Module | None:
        """The index of a file with this path and content; None when it is not there."""
        name = self._name(path, data)
        kept = self._shelf.get(name)
        if kept is None:
            return None
        self._shelf.touch(name)
        found = _Reader(io.BytesIO(kept)).load()
        return found if isinstance(found, Module) else None

    def put(self, modules: Iterable[tuple[Module, bytes]]) -> None:
        """Keep the indexes of some files, each with the content of its file."""
        for module, data in modules:
            try:
                kept = pickle.dumps(module, pickle.HIGHEST_PROTOCOL)
            except RecursionError:  # code nested more deeply than anything that people write
                continue
            self._shelf.put(self._name(module.path, data), kept)
        self._shelf.trim()

    def _name(self, path: str, data: bytes) -> str:
        about = f"{self._identity}\0{path}\0".encode(errors="surrogatepass")
        return blake2b(about + data, digest_size=20).hexdigest()


class _Reader(pickle.Unpickler):
    """Reads nothing but our own plain values. The seal has said who wrote them; this is the second lock."""

    def find_class(self, module: str, name: str) -> object:
        if module in ROOMS or (module, name) == ("builtins", "Ellipsis"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of an index")
