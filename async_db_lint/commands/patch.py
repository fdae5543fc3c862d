"""A change of files as a patch, which `patch -p1` and `git apply` understand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from difflib import diff_bytes, unified_diff

from async_db_lint.report.terminal import escaped
from async_db_lint.run.rounds import Changed

NO_END = b"\n\\ No newline at end of file\n"


def patch(files: Mapping[str, Changed], shown: Callable[[str], str]) -> Iterator[bytes]:
    """The lines of a patch, bytes as in the files; `shown` turns a path from the root into a printed one."""
    for path, (before, after) in sorted(files.items()):
        name = escaped(shown(path)).encode()
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        for line in diff_bytes(unified_diff, _lines(old), _lines(new), b"a/" + name, b"b/" + name, lineterm=b"\n"):
            yield line if line.endswith(b"\n") else line + NO_END


def _lines(lines: list[bytes]) -> list[bytes]:
    """Lines as a patch counts them: a form feed or a lone carriage return ends none."""
    joined = b"".join(lines)
    parts = joined.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
