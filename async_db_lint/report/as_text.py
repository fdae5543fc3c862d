"""Findings for people: one line each, or with the source line, carets and related places."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap
from typing import NamedTuple

from async_db_lint.read.sources import Sources
from async_db_lint.report.remedy import measured, remedy
from async_db_lint.report.terminal import Style, escaped
from async_db_lint.rule.change import Safety
from async_db_lint.rule.finding import Finding, Location, Note, Severity
from async_db_lint.run.lint import Report

COLORS = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.ADVICE: "1;36"}
BLUE, BOLD, DIM = "1;34", "1", "2"
TAB = "    "
MAX_RELATED = 4  # related places shown unless all are asked for
MAX_WIDTH = 160  # columns of a source line shown
HELP_WIDTH = 100  # columns of a line that says what to write instead


class Mark(NamedTuple):
    """How a place is shown: the arrow before it, the character under what is meant, and its colour."""

    arrow: str
    under: str
    color: str


class Printer:
    """Prints findings with the code that they point to."""

    def __init__(self, source: Sources, shown: Callable[[str], str], style: Style, is_verbose: bool) -> None:
        """Take the files, how a path is shown, the colours, and whether to show every step."""
        self.source = source
        self.shown = shown
        self.style = style
        self.is_verbose = is_verbose
        self._explained: set[str] = set()

    def findings(self, findings: Sequence[Finding], output_format: str) -> Iterator[str]:
        """The lines of a report."""
        if output_format == "grouped":
            yield from self.grouped(findings)
            return
        for finding in findings:
            if output_format == "concise":
                yield self.concise(finding)
            else:
                yield from self.full(finding)

    def concise(self, finding: Finding) -> str:
        """One line."""
        place = finding.location
        where = f"{escaped(self.shown(place.path))}:{place.line}:{place.column}"
        return f"{where}: {self.title(finding)} {escaped(finding.message)}"

    def grouped(self, findings: Sequence[Finding]) -> Iterator[str]:
        """One line each, below the name of the file."""
        for path, group in groupby(findings, key=lambda item: item.location.path):
            yield self.style.paint(f"{escaped(self.shown(path))}:", BOLD)
            for finding in group:
                place = f"{finding.location.line}:{finding.location.column}"
                yield f"  {place:>8}  {self.title(finding)} {escaped(finding.message)}"
            yield ""

    def title(self, finding: Finding) -> str:
        """Code, name and severity."""
        return (
            self.style.paint(f"{finding.code} {finding.name}", COLORS[finding.severity])
            + f" [{finding.severity.label}]"
        )

    def full(self, finding: Finding) -> Iterator[str]:
        """A finding with its source, related places, what to write instead, and an empty line."""
        color = COLORS[finding.severity]
        head = self.style.paint(f"{finding.severity.label}[{finding.code}]", color)
        yield f"{head} {self.style.paint(finding.name, BOLD)}: {escaped(finding.message)}"
        notes = finding.related if self.is_verbose else _telling(finding)
        width = max(len(str(item.line)) for item in (finding.location, *(note.location for note in notes)))
        yield from self.excerpt(finding.location, width, Mark("-->", "^", color))
        for note in notes:
            yield from self.excerpt(note.location, width, Mark(":::", "-", BLUE), escaped(note.message))
        hidden = len(finding.related) - len(notes)
        if hidden > 0:
            yield self.style.paint(
                f"{' ' * width} = {hidden} more related {'places' if hidden > 1 else 'place'}: -v", DIM
            )
        for title, text in self.help(finding):
            yield from self._wrapped(f"{' ' * width} = {title}: ", text)
        yield ""

    def help(self, finding: Finding) -> Iterator[tuple[str, str]]:
        """What to write instead; and the first time that a rule reports, what was measured."""
        if remedy(finding.code):
            yield "help", remedy(finding.code)
        if finding.code not in self._explained and measured(finding.code):
            yield "measured", measured(finding.code)
        self._explained.add(finding.code)

    def _wrapped(self, head: str, text: str) -> Iterator[str]:
        """A text behind a head, in lines of which the others begin below its first word."""
        first, *others = wrap(text, HELP_WIDTH, break_long_words=False, break_on_hyphens=False)
        yield f"{self.style.paint(head, BLUE)}{first}"
        yield from (f"{' ' * len(head)}{line}" for line in others)

    def excerpt(self, place: Location, width: int, mark: Mark, message: str = "") -> Iterator[str]:
        """A place, its first line and what in it is meant; `width` is that of the line numbers."""
        bar = self.style.paint(f"{' ' * width} |", BLUE)
        where = f"{escaped(self.shown(place.path))}:{place.line}:{place.column}"
        yield f"{' ' * width}{self.style.paint(mark.arrow, BLUE)} {where}"
        line = self.source(place.path).line(place.line)
        if not line.strip():
            if message:
                yield f"{bar} {message}"
            return
        end = place.end_column - 1 if place.end_line == place.line else len(line)
        before, meant = shown_line(line[: place.column - 1]), shown_line(line[place.column - 1 : end].rstrip())
        text = shown_line(line)
        yield bar
        yield f"{self.style.paint(f'{place.line:>{width}} |', BLUE)} {clipped(text)}"
        marks = self.style.paint(clipped(mark.under * max(_width(meant), 1)), mark.color)
        yield f"{bar} {' ' * _width(before)}{marks}{' ' if message else ''}{message}"


def _telling(finding: Finding) -> Sequence[Note]:
    """The related places that say most: the last ones are nearest to the finding."""
    return finding.related[-MAX_RELATED:]


def shown_line(text: str) -> str:
    """Source text as it is printed."""
    return escaped(text.replace("\t", TAB))


def clipped(text: str) -> str:
    """A line cut to a width that terminals show."""
    return text if len(text) <= MAX_WIDTH else text[: MAX_WIDTH - 1] + "…"


def _width(text: str) -> int:
    """The columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(item) else 2 if unicodedata.east_asian_width(item) in "WF" else 1 for item in text
    )


def summary(report: Report) -> str:
    """The closing line: what was found, and what was not shown."""
    if not report.files:
        return "No Python files to check."
    if not report.has_async_names and not report.findings:
        return f"No async engine or session in {_files(report.files)}: nothing to check."
    counts = [
        (sum(1 for finding in report.findings if finding.severity is severity), severity.label)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.ADVICE)
    ]
    parts = [f"{count} {label}{'s' if count > 1 and label != 'advice' else ''}" for count, label in counts if count]
    found = ", ".join(parts) if parts else "Nothing found"
    more = f" {report.advice} more as advice: --select ADVICE." if report.advice else ""
    return f"{found} in {_files(report.files)}.{_fixable(report)}{more}{_of_baseline(report)}"


def _fixable(report: Report) -> str:
    """How many of the findings have a fix, and how it is made."""
    safe = sum(1 for item in report.findings if item.fix is not None and item.fix.safety is Safety.SAFE)
    unsafe = sum(1 for item in report.findings if item.fix is not None) - safe
    ways = [f"{safe} by --fix"] if safe else []
    ways += [f"{unsafe} {'more ' if safe else ''}by --fix --unsafe-fixes"] if unsafe else []
    return f" Can be fixed: {', '.join(ways)}." if ways else ""


def _of_baseline(report: Report) -> str:
    known = f" {len(report.known)} known from the baseline." if report.known else ""
    fixed = f" {len(report.fixed)} of it no longer found: --write-baseline makes it smaller." if report.fixed else ""
    return known + fixed


def _files(count: int) -> str:
    return f"{count} file{'s' if count != 1 else ''}"
