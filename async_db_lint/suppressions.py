"""`# noqa: ADB104` and `# adb: ignore[ADB104]`: which findings a file says not to report."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass

from async_db_lint.rule import Finding
from async_db_lint.source import Source

# As flake8 7 reads it (its defaults.py), so that a line means the same to both.
NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
IGNORE = re.compile(r"#\s*adb:\s*ignore(?:\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
FILE_NOQA = re.compile(r"\s*# flake8[:=]\s*noqa\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: its lines, where it stands, what it names (nothing: all)."""

    first_line: int
    last_line: int
    line: int
    column: int
    text: str
    codes: tuple[str, ...]
    is_ours: bool

    def covers(self, finding: Finding) -> bool:
        """Whether it suppresses a finding."""
        if not self.first_line <= finding.location.line <= self.last_line:
            return False
        if not self.codes:
            return True
        return any(self.names(code, finding.code, finding.name) for code in self.codes)

    def names(self, written: str, code: str, name: str) -> bool:
        """Whether a written code is a rule's: by prefix in `noqa`, as flake8 has it; exactly in our own."""
        if self.is_ours:
            return written in (code, name)
        return code.startswith(written.upper())


def has_any(data: bytes) -> bool:
    """Whether a file can hold a suppression at all."""
    lowered = data.lower()
    return b"noqa" in lowered or b"adb:" in lowered


def read(source: Source) -> list[Suppression]:
    """The suppressions of a file; of a file that says `# flake8: noqa`, one for all lines."""
    found: list[Suppression] = []
    for first, last in _joined_lines(source):
        for number in range(first, last + 1):
            line = source.line(number)
            if FILE_NOQA.match(line):
                found.append(Suppression(1, len(source.lines), number, 0, line.strip(), (), False))
                continue
            for pattern in (NOQA, IGNORE):
                match = pattern.search(line)
                if match:
                    codes = _codes(match["codes"])
                    found.append(
                        Suppression(first, last, number, match.start(), match.group().strip(), codes, pattern is IGNORE)
                    )
    return found


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(item for item in re.split(r"[,\s]+", text or "") if item)


def _joined_lines(source: Source) -> list[tuple[int, int]]:
    """The ranges of lines that flake8 takes as one: multi-line strings and lines that end in a backslash."""
    ends = {number: number for number in range(1, len(source.lines) + 1)}
    text = "\n".join(source.lines) + "\n"
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING or tokenize.tok_name[token.type].startswith(("FSTRING", "TSTRING")):
                ends[token.start[0]] = max(ends[token.start[0]], token.end[0])
    except (tokenize.TokenError, SyntaxError):
        pass
    for number, line in enumerate(source.lines, 1):
        if line.endswith("\\"):
            ends[number] = max(ends[number], number + 1)
    rows: list[tuple[int, int]] = []
    number = 1
    while number <= len(source.lines):
        end = number
        reach = ends[number]
        while end < reach:
            end += 1
            reach = max(reach, ends.get(end, end))
        rows.append((number, min(end, len(source.lines))))
        number = end + 1
    return rows
