"""What a `.gitignore` leaves out of a project."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from async_db_lint.read import disk

# More `*`, or more `**`, would make the regular expressions of pathspec too slow on long names; git has no such limit.
MOST_STARS = 3
STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns of one `.gitignore`, which count below its folder."""

    folder: str
    spec: object

    def covers(self, path: str) -> bool | None:
        """Whether a path from the root is ignored; None when no pattern is about it."""
        inner = path[len(self.folder) + 1 :] if self.folder else path
        result = self.spec.check_file(inner)  # type: ignore[attr-defined]
        return bool(result.include) if result.include is not None else None


def read(root: Path, folder: str) -> Ignore | None:
    """The `.gitignore` of a folder; None when it cannot be read, as for git. Lines that are no patterns are skipped."""
    data = disk.read(root / folder / ".gitignore", disk.MAX_BYTES)
    if data is None:
        return None
    lines = [line for line in data.decode(errors="replace").splitlines() if _is_simple(line)]
    spec = _spec(lines)
    return Ignore(folder, _spec([line for line in lines if _spec([line])]) if spec is None else spec)


def _is_simple(line: str) -> bool:
    """Whether a pattern has few runs of stars."""
    runs = STARS.findall(line)
    return max(map(len, runs), default=0) <= 2 and runs.count("*") <= MOST_STARS and runs.count("**") <= MOST_STARS


def _spec(lines: Sequence[str]) -> object:
    """Lines as patterns; None when one of them is no pattern."""
    from pathspec.gitignore import GitIgnoreSpec

    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return None


def is_ignored(path: str, ignores: Sequence[Ignore]) -> bool:
    """Whether the files around a path, the nearest last, leave it out."""
    found = False
    for ignore in ignores:
        covered = ignore.covers(path)
        if covered is not None:
            found = covered
    return found
