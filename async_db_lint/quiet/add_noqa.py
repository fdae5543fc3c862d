"""Writes `# noqa: ADB104` at the lines of findings, so that a linter can begin in old code."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from async_db_lint.quiet.comment_tokens import Comments
from async_db_lint.quiet.suppression_comments import NOQA
from async_db_lint.read.newer_syntax.parse import syntax_tree
from async_db_lint.read.source import LINE_ENDS, Source
from async_db_lint.rule.finding import Finding


def places(findings: Iterable[Finding], source: Source) -> tuple[dict[int, tuple[str, ...]], list[int]]:
    """The codes to write at each line, and the lines of findings that no comment can suppress.

    flake8 takes the lines of a long string as one, and the first `noqa` in them counts: where there is none, a
    comment is at their end. When that end is inside a string, nothing can be done.
    """
    comments = Comments(source)
    written = {item.line: item for item in comments.all() if NOQA.search(item.text)}
    found: dict[int, set[str]] = defaultdict(set)
    impossible: list[int] = []
    for finding in findings:
        first, last = comments.joined(finding.location.line)
        known = next((line for line in range(first, last + 1) if NOQA.search(source.line(line))), None)
        if known is not None and known not in written:
            impossible.append(finding.location.line)
        else:
            found[known or last].add(finding.code)
    return {line: tuple(sorted(codes)) for line, codes in found.items()}, impossible


def with_comments(data: bytes, codes: Mapping[int, Sequence[str]]) -> bytes | None:
    """The bytes of a file with comments at some lines; None when that would change more than comments."""
    parts = re.split(b"(" + LINE_ENDS.pattern + b")", data)  # a line, its end, a line, …
    for number, names in codes.items():
        index = 2 * (number - 1)
        parts[index] = _with_comment(parts[index], ", ".join(names).encode())
    changed = b"".join(parts)
    return changed if _means(changed) == _means(data) else None


def _with_comment(line: bytes, codes: bytes) -> bytes:
    known = re.search(NOQA.pattern.encode(), line, re.IGNORECASE)
    if known is None or known["codes"] is None:
        return line.rstrip() + b"  # noqa: " + codes
    written = known.group().rstrip(b", \t")
    return line[: known.start()] + written + b", " + codes + line[known.start() + len(written) :]


def _means(data: bytes) -> str:
    return ast.dump(syntax_tree(data))
