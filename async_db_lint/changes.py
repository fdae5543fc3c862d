"""Which lines of a project changed since a git revision: git is asked, and runs nothing that a repository names."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from async_db_lint.rule import Finding, Location
from async_db_lint.settings_keys import ConfigError

HUNK = re.compile(rb"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
SAFE = ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "core.hooksPath=/dev/null"]
Lines = Mapping[str, Sequence[tuple[int, int]]]
WHOLE = (1, 1 << 60)


def since(root: Path, revision: str) -> Lines:
    """The changed ranges of lines by path from the root; new files are changed as a whole. Raises ConfigError."""
    if revision.startswith("-"):
        raise ConfigError(f"`{revision}` is no git revision")
    command = ["diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--relative"]
    found = _of_diff(_git(root, [*command, "--src-prefix=a/", "--dst-prefix=b/", revision, "--", "."]))
    for path in _git(root, ["ls-files", "-z", "--others", "--exclude-standard", "--", "."]).split(b"\0"):
        if path:
            found[os.fsdecode(path)] = [WHOLE]
    return found


def touching(findings: Sequence[Finding], lines: Lines) -> tuple[Finding, ...]:
    """The findings whose place, or a related one, lies on changed lines."""
    return tuple(
        item
        for item in findings
        if any(_is_changed(place, lines) for place in (item.location, *(note.location for note in item.related)))
    )


def _is_changed(place: Location, lines: Lines) -> bool:
    return any(start <= place.end_line and place.line <= end for start, end in lines.get(place.path, ()))


def _of_diff(text: bytes) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    ranges: list[tuple[int, int]] = []
    is_header = False
    for line in text.split(b"\n"):
        if line.startswith(b"diff --git "):
            is_header = True
        elif is_header and line.startswith(b"+++ b/"):
            ranges = found.setdefault(os.fsdecode(_unquoted(line[6:])), [])
        elif line.startswith(b"@@ ") and (hunk := HUNK.match(line)):
            is_header = False
            start, count = int(hunk[1]), int(hunk[2] or 1)
            if count:
                ranges.append((start, start + count - 1))
            else:  # lines were taken out after `start`
                ranges.append((start, start + 1))
    return found


def _unquoted(path: bytes) -> bytes:
    return path.rstrip(b"\t")


def _git(root: Path, arguments: Sequence[str]) -> bytes:
    """What git prints. Raises ConfigError when it cannot answer."""
    try:
        run = subprocess.run(["git", *SAFE, *arguments], cwd=root, capture_output=True, check=False)
    except OSError as error:
        raise ConfigError(f"git cannot be run: {error.strerror}") from error
    if run.returncode:
        said = run.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise ConfigError(f"git cannot say what changed: {said[0]}")
    return run.stdout
