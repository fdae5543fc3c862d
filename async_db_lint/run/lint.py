"""The one place where the stages meet: files in, a report out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from async_db_lint.project.project import Project
from async_db_lint.quiet import baseline
from async_db_lint.quiet.baseline import Known, known_by
from async_db_lint.quiet.suppressed import Suppressions
from async_db_lint.quiet.suppression_comments import names_ours
from async_db_lint.read.sources import Sources
from async_db_lint.rule.finding import Finding, in_order
from async_db_lint.run.ask_rules import Suspected, retried, suspected
from async_db_lint.run.confirm import Confirmation
from async_db_lint.run.examine import Examined, Target, examine
from async_db_lint.run.faults import Fault
from async_db_lint.run.precedence import resolved
from async_db_lint.run.read_and_index import Progress, silent, without_collection
from async_db_lint.run.selection import canonical
from async_db_lint.run.stopwatch import Stopwatch
from async_db_lint.run.unused import Commented, UnusedSearch

ASYNC_NAMES = {"asyncpg"} | frozenset(
    "AsyncSession AsyncEngine AsyncConnection async_sessionmaker async_scoped_session create_async_engine".split()
)


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found, and what it cost in seconds of processor time by stage and rule.

    `known` are findings of the baseline, `fixed` what of the baseline was not found any more, `advice` counts what
    rules would say that were not selected, `unconfirmed` what LibCST could not read.
    """

    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    advice: int
    unconfirmed: int
    faults: tuple[Fault, ...]
    examined: Examined
    project: Project
    seconds: Mapping[str, float]
    known: tuple[Finding, ...] = ()
    fixed: tuple[Known, ...] = ()

    @property
    def wanted(self) -> frozenset[str]:
        """The paths that were reported on."""
        return self.examined.wanted

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that ran."""
        return self.examined.selection.codes

    @property
    def data(self) -> Mapping[str, bytes]:
        """The bytes of the project's files, by path."""
        return self.examined.indexed.data

    @property
    def files(self) -> int:
        """How many files were reported on."""
        return len(self.wanted)

    @property
    def parsed(self) -> int:
        """How many files were parsed."""
        return len(self.examined.indexed.modules)

    @property
    def lines(self) -> int:
        """How many lines were parsed."""
        return sum(module.lines for module in self.examined.indexed.modules.values())

    @property
    def has_async_names(self) -> bool:
        """Whether a file names something of the asyncio extension or of asyncpg: there was something to check."""
        return self.is_async or any(
            not ASYNC_NAMES.isdisjoint(module.mentions) for module in self.examined.indexed.modules.values()
        )

    @property
    def is_async(self) -> bool:
        """Whether the project makes an async engine or session."""
        return self.project.is_async


def lint(target: Target, progress: Progress = silent) -> Report:
    """Check a project. Raises MissingPath and ConfigError."""
    return check(examine(target, progress), progress)


def check(examined: Examined, progress: Progress = silent, honours_noqa: bool = True) -> Report:
    """Link an indexed project, ask the selected rules, and report on the wanted files.

    Where `noqa` comments are the host's business, only our own suppressions count. Raises ConfigError for a baseline
    that cannot be read.
    """
    watch = Stopwatch()
    with watch.timed("link"), without_collection():
        project = examined.indexed.project(examined.config)
    selection, sources = examined.selection, Sources(examined.indexed.data)
    rows = suspected(project, (*selection.anywhere, *selection.unselected_advice), watch, progress)
    if any(item.fault for item in rows):
        rows = tuple(retried(item, examined.without) for item in rows)
    suppressions = Suppressions(sources, canonical, honours_noqa)
    with watch.timed("confirm"):
        result = _confirmed(rows, Confirmation(sources, selection, examined.wanted), suppressions)
    told = resolved(result.findings, selection.anywhere)
    kept, suppressed = suppressions.divided(told)
    report = Report(
        findings=_sorted((*kept, *_unused(examined, project, suppressions, told))),
        suppressed=_sorted(suppressed),
        advice=result.advice,
        unconfirmed=sum(not finding.is_confirmed for finding in result.findings),
        faults=(*(item.fault for item in rows if item.fault is not None), *result.faults),
        examined=examined,
        project=project,
        seconds={**examined.seconds, **watch.seconds},
    )
    return _without_known(report, suppressions) if examined.config.baseline else report


class _Result(NamedTuple):
    """What LibCST confirmed, what failed, and how much advice there is of rules that were not selected."""

    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...]
    advice: int


def _confirmed(rows: Sequence[Suspected], confirmation: Confirmation, suppressions: Suppressions) -> _Result:
    selected = [confirmation.confirmed(item) for item in rows if item.rule in confirmation.selection.anywhere]
    others = [item for item in rows if item.rule not in confirmation.selection.anywhere]
    return _Result(
        tuple(finding for item in selected for finding in item.findings),
        tuple(fault for item in selected for fault in item.faults),
        sum(_count(item, confirmation, suppressions) for item in others),
    )


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in order, each once."""
    return tuple(sorted(set(findings), key=in_order))


def _count(suspected: Suspected, confirmation: Confirmation, suppressions: Suppressions) -> int:
    """How many suspects of a rule that is not selected would be reported. The index answers, LibCST is not asked."""
    rule = suspected.rule()
    findings = (confirmation.unconfirmed(rule, suspect) for suspect in confirmation.reported(suspected))
    return sum(not suppressions.is_suppressed(finding) for finding in findings)


def _unused(
    examined: Examined, project: Project, suppressions: Suppressions, told: Sequence[Finding]
) -> Iterator[Finding]:
    """The suppressions that suppress nothing, in files that can be read and may name one of our rules."""
    selection = examined.selection
    search = UnusedSearch(selection.anywhere, selection.levels)
    data = examined.indexed.data
    paths = sorted(path for path in examined.wanted & project.modules.keys() if names_ours(data[path]))
    return search.findings(told, [Commented(suppressions.sources(path), suppressions.in_file(path)) for path in paths])


def _without_known(report: Report, suppressions: Suppressions) -> Report:
    """A report without the findings of the baseline; what a `noqa` covers is none of them."""
    known = baseline.load(report.examined.indexed.root / report.examined.config.baseline)
    every = [item for item in report.findings if not suppressions.is_noqa(item)]
    others = [item for item in report.findings if suppressions.is_noqa(item)]
    matched = known.matched(every, known_by(suppressions.sources))
    gone = frozenset(item.path for item, _ in known.counts if item.path not in report.data)
    return replace(
        report,
        findings=tuple(sorted((*matched.new, *others), key=in_order)),
        known=_sorted(set(every) - set(matched.new)),
        fixed=matched.fixed(report.wanted | gone, report.codes),
    )
