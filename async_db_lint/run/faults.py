"""Rules that failed: the tool's own errors."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from async_db_lint.index.expressions import Await, Call
from async_db_lint.index.scopes import Block, Function, Module, Scope
from async_db_lint.project.application.call_site import CallSite
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
    """A rule's failure as a value: at its suspect, or else at the code that was looked at when it failed."""
    path, line = (suspect.path, suspect.span.line) if suspect is not None else _looked_at(error)
    return Fault(rule.code, path, line, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))


def _looked_at(error: Exception) -> tuple[str, int]:
    """The file and line of the code that the innermost function had in a variable; an empty path for none."""
    frames: list[TracebackType] = []
    trace = error.__traceback__
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    for frame in reversed(frames):
        for value in frame.tb_frame.f_locals.values():
            if isinstance(value, (CallSite, Call, Await, Function)):
                return value.path, value.span.line
            if isinstance(value, (Block, Scope)):
                scope = value.scope if isinstance(value, Block) else value
                module = scope if isinstance(scope, Module) else scope.module
                return module.path, scope.span.line
    return "", 0
