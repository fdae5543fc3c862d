"""Whether another file may use a name of a file: imported by name, by a star, or through the module."""

from __future__ import annotations

from functools import cache

from async_db_lint.index.scopes import Module
from async_db_lint.project.names.names import Names


class Exports:
    """Answers for the files of one project; who imports a file is looked up once."""

    def __init__(self, names: Names) -> None:
        """Take how names resolve."""
        self.names = names
        self._importers = cache(self._find_importers)

    def is_exported(self, path: str, name: str) -> bool:
        """Whether a file other than `path` may use its `name`."""
        return any(module.stars or name in module.mentions for module in self._importers(path))

    def _find_importers(self, path: str) -> tuple[Module, ...]:
        source = self.names.modules.get(path)
        others = (module for module in self.names.modules.values() if module.path != path)
        return tuple(module for module in others if source in self.names.imported(module))
