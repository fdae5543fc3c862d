"""An audit: the guide's checklist answered for a project, and what the project is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from async_db_lint.audit.audited import Audited
from async_db_lint.audit.checklist import ITEMS, Answer, Outcome, answer
from async_db_lint.audit.comparison import AuditComparison, Earlier, compared
from async_db_lint.audit.connections import ONE_PROCESS, Connections, Deployment, connections
from async_db_lint.audit.consequences import Consequences, consequences
from async_db_lint.audit.entries import Inventory
from async_db_lint.audit.inventory import inventory
from async_db_lint.quiet.baseline import Keys, known_by
from async_db_lint.read import disk
from async_db_lint.read.repository import commit
from async_db_lint.read.sources import Sources
from async_db_lint.rule.finding import Finding, in_order
from async_db_lint.run.examine import Target, examine
from async_db_lint.run.faults import Fault
from async_db_lint.run.lint import check
from async_db_lint.run.read_and_index import Progress, silent


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit says of a project at a commit; `others` are the findings that belong to no item of the guide."""

    name: str
    commit: str | None
    answers: tuple[Answer, ...]
    inventory: Inventory
    others: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    files: int
    is_async: bool
    faults: tuple[Fault, ...]
    data: Mapping[str, bytes]
    comparison: AuditComparison | None = None
    deployment: Deployment = ONE_PROCESS

    @property
    def findings(self) -> list[Finding]:
        """All findings in order, each once."""
        return sorted({*self.others, *(finding for item in self.answers for finding in item.findings)}, key=in_order)

    @property
    def connections(self) -> Connections:
        """How many connections the project may open."""
        return connections(self.inventory.engines, self.deployment)

    @property
    def key(self) -> Keys:
        """By what a finding is known in another audit."""
        return known_by(Sources(self.data))

    def beside(self, earlier: Earlier) -> Audit:
        """This audit, and what has changed since an earlier one."""
        return replace(self, comparison=compared(earlier, self.findings, self.answers, self.key))

    @property
    def consequences(self) -> tuple[Consequences, ...]:
        """What all findings do, the worst first."""
        return consequences(self.findings)

    def count(self, outcome: Outcome) -> int:
        """How many items have an outcome."""
        return sum(1 for item in self.answers if item.outcome is outcome)


def audit(target: Target, progress: Progress = silent) -> Audit:
    """Audit a project, as far as it lies in the one path of the target.

    Every rule is asked, whatever `select`, `ignore` and `per-file-ignores` say; suppressions in the code
    hold and are counted. Raises MissingPath and ConfigError.
    """
    every = replace(target.config, select=("ALL",), ignore=(), per_file_ignores=(), baseline="")
    report = check(examine(replace(target, config=every), progress), progress)
    made_of = inventory(Audited(report.project, report.wanted, Sources(report.data)))
    answers = tuple(answer(item, made_of, report) for item in ITEMS)
    told = {finding for item in answers for finding in item.findings}
    (path,) = target.paths
    return Audit(
        name=Path(disk.real(path)).name or "/",
        commit=commit(target.root),
        answers=answers,
        inventory=made_of,
        others=tuple(finding for finding in report.findings if finding not in told),
        suppressed=report.suppressed,
        files=report.files,
        is_async=report.is_async,
        faults=report.faults,
        data=report.data,
    )
