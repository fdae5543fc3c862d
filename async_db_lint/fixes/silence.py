"""Writes `# noqa: ADB104` at the lines of findings, so that a linter can begin in old code."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from async_db_lint.rule import Finding
from async_db_lint.source import LINE_ENDS, Source
from async_db_lint.suppressions import joined

NOQA = re.compile(rb"# noqa:[\s]?(?:[A-Z]+[0-9]+(?:[,\s]+)?)+", re.IGNORECASE)


def by_line(
    findings: Iterable[Finding], source: Source, long_strings: Sequence[tuple[int, int]]
) -> dict[int, tuple[str, ...]]:
    """The codes to write at each line: a comment stands at the end of lines that flake8 takes as one."""
    found: dict[int, set[str]] = defaultdict(set)
    for finding in findings:
        _, last = joined(source, finding.location.line, long_strings)
        found[last].add(finding.code)
    return {line: tuple(sorted(codes)) for line, codes in found.items()}


def silenced(data: bytes, codes: Mapping[int, Sequence[str]]) -> bytes | None:
    """The bytes of a file with comments at some lines; None when that would change more than comments."""
    parts = re.split(b"(" + LINE_ENDS.pattern + b")", data)  # a line, its end, a line, …
    for number, names in codes.items():
        index = 2 * (number - 1)
        parts[index] = _with_comment(parts[index], ", ".join(names).encode())
    changed = b"".join(parts)
    return changed if _means(changed) == _means(data) else None


def _with_comment(line: bytes, codes: bytes) -> bytes:
    known = NOQA.search(line)
    if known is None:
        return line.rstrip() + b"  # noqa: " + codes
    written = known.group().rstrip(b", \t")
    return line[: known.start()] + written + b", " + codes + line[known.start() + len(written) :]


def _means(data: bytes) -> str:
    return ast.dump(ast.parse(data))
