"""Several fixes as one set of edits, with those of the imports, proven to change nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from async_db_lint.fixes.imports import ImportsWanted, import_edits
from async_db_lint.fixes.splice import Parsed, is_contained, with_edits
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Edit, Fix

Exported = Callable[[str, str], bool]  # whether another file imports a name from a file


class Combiner:
    """Combines fixes over the files of a project, as they are in memory."""

    def __init__(self, data: Mapping[str, bytes], is_exported: Exported) -> None:
        """Take the files' bytes, and what says that a name of a file is imported by another."""
        self.data = data
        self.is_exported = is_exported
        self._parsed = cache(lambda path: Parsed(Source(path, data[path])))

    def combined(self, fixes: Sequence[Fix]) -> tuple[Edit, ...] | None:
        """All edits of some fixes, imports merged; None when they do not go together, or would change more."""
        by_path: dict[str, list[Edit]] = defaultdict(list)
        for edit in dict.fromkeys(edit for fix in fixes for edit in fix.edits):
            by_path[edit.path].append(edit)
        found: list[Edit] = []
        for path in sorted({*by_path, *(item.path for fix in fixes for item in fix.needed)}):
            edits = self._of_file(path, by_path[path], fixes)
            if edits is None:
                return None
            found += edits
        return tuple(found)

    def _of_file(self, path: str, edits: list[Edit], fixes: Sequence[Fix]) -> list[Edit] | None:
        parsed = self._parsed(path)
        source = parsed.source
        changed = with_edits(source.data, edits)
        if changed is None:
            return None
        needed = {(item.module, item.name) for fix in fixes for item in fix.needed if item.path == path}
        orphans = {item.name for fix in fixes for item in fix.orphans if item.path == path}
        orphans = {name for name in orphans if not self.is_exported(path, name)}
        first = min((edit.start for edit in edits), default=len(source.data))
        if needed or orphans:
            more = import_edits(source, ImportsWanted(Source(path, changed).text, needed, orphans, first))
            if more is None:
                return None
            edits = [*edits, *more]
            changed = with_edits(source.data, edits)
        regions = [(edit.first, edit.last) for edit in edits]
        if changed is None or not is_contained(parsed, changed, regions):
            return None
        return edits
