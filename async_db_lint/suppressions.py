"""`# noqa: ADB104`, `# adb: ignore[ADB104]`, `# adb: off[ADB104]`: which findings a file says not to report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from async_db_lint.rule import Finding
from async_db_lint.source import Source

# As flake8 7 reads it (its defaults.py), so that a line means the same to both.
NOQA = re.compile(r"# noqa(?::[\s]?(?P<codes>(?:[A-Z]+[0-9]+(?:[,\s]+)?)+))?", re.IGNORECASE)
IGNORE = re.compile(r"#\s*adb:\s*ignore(?:\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
# On a line of its own: the lines from `off` to `on`, or to the end of the file.
SWITCH = re.compile(r"\s*(?P<text>#\s*adb:\s*(?P<word>off|on)(?:\[(?P<codes>[^\]]*)\])?)\s*$", re.IGNORECASE)
MARK = re.compile(rb"noqa|adb:", re.IGNORECASE)
OURS = re.compile(rb"noqa[:\s].*adb|noqa: *[a-z]+-|adb:", re.IGNORECASE)
FILE_NOQA = re.compile(r"\s*# flake8[:=]\s*noqa\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Suppression:
    """One comment: its lines, where it stands, what it names (nothing: all), and what is wrong with it."""

    first_line: int
    last_line: int
    line: int
    column: int
    text: str
    codes: tuple[str, ...]
    is_ours: bool
    fault: str = ""

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
    return MARK.search(data) is not None


def names_ours(data: bytes) -> bool:
    """Whether a file can hold a suppression that names one of our rules."""
    return (b"ADB" in data or b"adb" in data or b"noqa: " in data) and OURS.search(data) is not None


def read(source: Source, long_strings: Sequence[tuple[int, int]] = ()) -> list[Suppression]:
    """The suppressions of a file; of a file that says `# flake8: noqa`, one for all lines.

    `long_strings` are the first and last lines of its strings that run over several: flake8 takes the
    lines of such a string, and lines joined by backslashes, as one.
    """
    found: list[Suppression] = []
    for number, line in enumerate(source.lines, 1):
        if not MARK.search(line.encode(errors="replace")):
            continue
        if FILE_NOQA.match(line):
            found.append(Suppression(1, len(source.lines), number, 0, line.strip(), (), False))
            continue
        first, last = joined(source, number, long_strings)
        for pattern in (NOQA, IGNORE):
            match = pattern.search(line)
            if match:
                codes = _codes(match["codes"])
                text = match.group().strip()
                found.append(Suppression(first, last, number, match.start(), text, codes, pattern is IGNORE))
    return found + _blocks(source, long_strings)


def _blocks(source: Source, long_strings: Sequence[tuple[int, int]]) -> list[Suppression]:
    """What `# adb: off` to `# adb: on` suppresses; inside of a string they are text."""
    found: list[Suppression] = []
    running: list[Suppression] = []
    for number, line in enumerate(source.lines, 1):
        match = SWITCH.match(line) if "adb" in line.lower() else None
        if match is None or any(start < number <= end for start, end in long_strings):
            continue
        codes = _codes(match["codes"])
        item = Suppression(number, len(source.lines), number, match.start("text"), match["text"], codes, True)
        if match["word"].lower() == "off":
            running.append(item)
            continue
        ended = [other for other in running if not codes or set(other.codes) <= set(codes)]
        found += [replace(other, last_line=number) for other in ended]
        running = [other for other in running if other not in ended]
        if not ended:
            found.append(replace(item, last_line=0, codes=(), fault="nothing that this could end is off"))
    return found + running


def _codes(text: str | None) -> tuple[str, ...]:
    return tuple(item for item in re.split(r"[,\s]+", text or "") if item)


def joined(source: Source, number: int, long_strings: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """The first and last of the lines that flake8 takes as one with a line."""
    first = last = number
    changed = True
    while changed:
        before = first, last
        for start, end in long_strings:
            if start <= last and end >= first:
                first, last = min(first, start), max(last, end)
        while source.line(first - 1).endswith("\\"):
            first -= 1
        while source.line(last).endswith("\\") and last < len(source.lines):
            last += 1
        changed = (first, last) != before
    return first, last
