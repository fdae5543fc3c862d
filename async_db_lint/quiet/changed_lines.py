"""Which lines of a file changed since a git revision. Nothing that a repository names is run.

git gives the old text by `cat-file`; its `diff` would run the filters of the repository's configuration.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from async_db_lint.read.source import LINE_ENDS
from async_db_lint.rule.finding import Finding, Location
from async_db_lint.settings.keys import ConfigError

Ranges = Sequence[tuple[int, int]]
MOST_PAIRS = 250_000  # of old and new lines that are compared: in the worst case with each other, and again
WHOLE = ((1, sys.maxsize),)


class Changes:
    """The changes of a project since its history parted from a revision's."""

    def __init__(self, root: Path, revision: str, data: Mapping[str, bytes]) -> None:
        """Take the root, the revision, and the files as they are now. Raises ConfigError."""
        self.root = root
        self.data = data
        self.base = base_of(root, revision)
        self.ranges = cache(self._ranges)

    def touching(self, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """The findings whose place, or a related one, lies on changed lines; where one is gone, those around it."""
        return tuple(
            item
            for item in findings
            if any(self._is_changed(place) for place in (item.location, *(note.location for note in item.related)))
        )

    def _is_changed(self, place: Location) -> bool:
        return any(start <= place.end_line and place.line <= end for start, end in self.ranges(place.path))

    def _ranges(self, path: str) -> Ranges:
        run = _git(self.root, ["cat-file", "blob", f"{self.base}:./{path}"])
        if run.returncode:
            return WHOLE  # new since then, or in a repository of its own
        return changed(LINE_ENDS.split(run.stdout), LINE_ENDS.split(self.data.get(path, b"")))


def changed(old: list[bytes], new: list[bytes]) -> Ranges:
    """The ranges of new lines that are not as they were, lines counted from 1.

    Between the equal lines at both ends, a part too large to be compared counts as changed.
    """
    head = _equal(old, new)
    tail = _equal(old[head:][::-1], new[head:][::-1])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old) * len(new) > MOST_PAIRS:
        return [(head + 1, head + len(new))]
    found: list[tuple[int, int]] = []
    for kind, _, _, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "delete":
            found.append((head + first, head + first + 1))
        elif kind != "equal":
            found.append((head + first + 1, head + last))
    return found


def _equal(one: Sequence[bytes], other: Sequence[bytes]) -> int:
    """How many lines two texts have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (left, right) in pairs if left != right), min(len(one), len(other)))


def base_of(root: Path, revision: str) -> str:
    """The commit at which the history of HEAD left that of a revision; the revision where they share none."""
    if revision.startswith(("-", "^")) or ".." in revision:
        raise ConfigError(f"`{revision}` is not one git revision (--diff-base)")
    run = _git(root, ["rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}"])
    if run.returncode:
        raise ConfigError(f"git knows no revision `{revision}` here (--diff-base)")
    commit = run.stdout.decode().strip()
    base = _git(root, ["merge-base", commit, "HEAD"])
    return commit if base.returncode else base.stdout.decode().strip()


def _git(root: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    """What git answers. Raises ConfigError when there is no git."""
    command = ["git", "-c", "core.fsmonitor=false", *arguments]
    # A repository that was cloned in part would fetch what it lacks, by a program that its configuration names.
    environment = {**os.environ, "GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
    try:
        return subprocess.run(command, cwd=root, capture_output=True, check=False, env=environment)
    except OSError as error:
        raise ConfigError(f"git cannot be run: {error.strerror} (--diff-base)") from error
