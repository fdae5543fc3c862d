"""Rules that failed: the tool's own errors."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Any

from async_db_lint.rule.rule import Rule
from async_db_lint.rule.suspect import Suspect


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that failed, and the place that it was looking at; an empty path where that is not known."""

    code: str
    path: str
    line: int
    error: str
    trace: str


def fault(rule: Rule, error: Exception, suspect: Suspect[Any] | None) -> Fault:
    """A rule's failure as a value."""
    path, line = (suspect.path, suspect.span.line) if suspect is not None else ("", 0)
    return Fault(rule.code, path, line, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
