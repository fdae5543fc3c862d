"""A finding: one thing that is wrong, its place, and how it can be fixed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from async_db_lint.index.expressions import Span
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Fix


class Severity(IntEnum):
    """How bad a finding is: advice is about architecture, a warning goes wrong in production, an error always."""

    ADVICE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name as it is printed."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Location:
    """A range as it is printed: lines and columns from 1, columns in characters, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @staticmethod
    def of(source: Source, span: Span) -> Location:
        """A span of a file as it is printed."""
        return Location(
            source.path,
            span.line,
            source.character(span.line, span.column) + 1,
            span.end_line,
            source.character(span.end_line, span.end_column) + 1,
        )


@dataclass(frozen=True, slots=True)
class Note:
    """A related place of a finding."""

    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `origin` is the suspect's place and `same_as` further places of the same defect, by which precedence is decided.
    """

    code: str
    name: str
    severity: Severity
    location: Location
    message: str
    related: tuple[Note, ...] = ()
    same_as: tuple[tuple[str, Span], ...] = field(default=(), repr=False)
    origin: tuple[str, Span] | None = field(default=None, repr=False)
    is_confirmed: bool = True
    fix: Fix | None = field(default=None, repr=False)


def in_order(finding: Finding) -> tuple[str, int, int, str]:
    """What findings are sorted by: file, place and code."""
    return finding.location.path, finding.location.line, finding.location.column, finding.code
