"""An audit: the guide's checklist answered for a project, and what the project is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from async_db_lint import selection
from async_db_lint.audit.checklist import ITEMS, Answer, Outcome, answer
from async_db_lint.audit.entries import Inventory
from async_db_lint.audit.ground import Ground
from async_db_lint.audit.inventory import inventory
from async_db_lint.config import Config
from async_db_lint.engine import Fault, Report, examined, linked, ruled
from async_db_lint.reading import Progress, silent
from async_db_lint.rule import Finding


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit says; `others` are the findings that belong to no item of the guide."""

    name: str
    answers: tuple[Answer, ...]
    inventory: Inventory
    others: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    files: int
    is_async: bool
    faults: tuple[Fault, ...]

    def count(self, outcome: Outcome) -> int:
        """How many items have an outcome."""
        return sum(1 for item in self.answers if item.outcome is outcome)


def audit(root: Path, path: Path, config: Config, progress: Progress = silent) -> Audit:
    """Audit the project at a root, as far as it lies in a folder or file.

    Every rule is asked, whatever `select`, `ignore` and `per-file-ignores` say; suppressions in the code
    hold and are counted. Raises MissingPath and ConfigError.
    """
    every = replace(config, select=("ALL",), ignore=(), per_file_ignores=(), baseline="")
    report = Report()
    found, wanted = examined(root, [path], every, report, None, progress)
    project = linked(found, every, report)
    ruled(project, found, wanted, every, report, progress)
    made_of = inventory(Ground(project, wanted, found.data))
    rules = selection.all_rules()
    answers = tuple(answer(item, made_of, report, rules) for item in ITEMS)
    told = {finding for item in answers for finding in item.findings}
    return Audit(
        name=path.resolve().name or "/",
        answers=answers,
        inventory=made_of,
        others=tuple(finding for finding in report.findings if finding not in told),
        suppressed=report.suppressed,
        files=report.files,
        is_async=report.is_async,
        faults=report.faults,
    )
