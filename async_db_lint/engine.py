"""The one place where the arrows meet: files in, a report out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from async_db_lint import baseline, discovery, relevance, selection
from async_db_lint.baseline import Baseline, Known
from async_db_lint.config import Config
from async_db_lint.judge import Judge, in_order
from async_db_lint.project.project import Project
from async_db_lint.reading import Files, Indexed, Progress, parsed, read, silent, without_collection
from async_db_lint.rule import Finding, Rule, Severity, Suspect
from async_db_lint.source import Source


@dataclass(frozen=True, slots=True)
class Fault:
    """A rule that failed: the tool's own error."""

    code: str
    path: str
    line: int
    error: str
    trace: str


@dataclass(slots=True)
class Report:
    """What a run found, and what it cost."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    known: tuple[Finding, ...] = ()
    fixed: tuple[Known, ...] = ()
    wanted: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()
    data: Mapping[str, bytes] = field(default_factory=dict)
    project: Project | None = None
    advice: int = 0
    faults: tuple[Fault, ...] = ()
    files: int = 0
    parsed: int = 0
    lines: int = 0
    is_async: bool = False
    unconfirmed: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the processor time of a block to a stage."""
        start = process_time()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + process_time() - start


def lint(
    root: Path, paths: Sequence[Path], config: Config, extra: Source | None = None, progress: Progress = silent
) -> Report:
    """Check a project.

    Takes its root, the paths to report on (as the user wrote them), the configuration, and the text of
    an unsaved file that stands in for the one on disk, and what to call to show progress. Raises
    MissingPath and ConfigError.
    """
    report = Report()
    found, wanted = examined(root, paths, config, report, extra, progress)
    return judged(found, wanted, config, report, progress)


def examined(
    root: Path,
    paths: Sequence[Path],
    config: Config,
    report: Report,
    extra: Source | None = None,
    progress: Progress = silent,
) -> tuple[Indexed, set[str]]:
    """A project read and indexed, and the paths to report on. Raises MissingPath and ConfigError."""
    selection.selected(config)  # an unknown rule is an error before anything is read
    with report.timed("read"):
        files = read(root, config.exclude)
    wanted, by_name = discovery.targets(root, paths, files.tree, config.exclude)
    if extra is not None:
        by_name = {extra.path}
        wanted = set() if discovery.is_excluded(extra.path, config.exclude) else by_name
    return indexed(root, files, by_name, report, extra, progress), wanted


def index_project(root: Path, config: Config, report: Report, named: Sequence[Path] = ()) -> Indexed:
    """Read and index a project as it is on disk, and the files that are named. Raises MissingPath."""
    files = read(root, config.exclude)
    _, by_name = discovery.targets(root, named, files.tree, config.exclude)
    return indexed(root, files, by_name, report, None, silent)


def indexed(
    root: Path, files: Files, by_name: Collection[str], report: Report, extra: Source | None, progress: Progress
) -> Indexed:
    """The relevant files of a project, and those that are named, indexed."""
    data = dict(files.data)
    for path in set(by_name) - data.keys():
        data[path] = discovery.read(root, path) or b""
    if extra is not None:
        data[extra.path] = extra.data
    with report.timed("choose"):
        chosen = relevance.relevant(data, root.name) | set(by_name)
    with report.timed("parse and index"), without_collection():
        modules, failures = parsed(data, chosen, progress)
    return Indexed(root, files, data, modules, failures)


def judged(
    found: Indexed,
    wanted: set[str],
    config: Config,
    report: Report,
    progress: Progress = silent,
    honours_noqa: bool = True,
) -> Report:
    """Link an indexed project, and report on the wanted files."""
    return ruled(linked(found, config, report), found, wanted, config, report, progress, honours_noqa)


def linked(found: Indexed, config: Config, report: Report) -> Project:
    """An indexed project, linked."""
    report.parsed, report.lines = len(found.modules), sum(module.lines for module in found.modules.values())
    with report.timed("link"), without_collection():
        project = found.project(config)
        report.is_async = project.is_async
    return project


def ruled(
    project: Project,
    found: Indexed,
    wanted: set[str],
    config: Config,
    report: Report,
    progress: Progress = silent,
    honours_noqa: bool = True,
) -> Report:
    """Apply the selected rules to a linked project, and report on the wanted files."""
    report.files = len(wanted)
    report.wanted = frozenset(wanted)
    report.data = found.data
    report.project = project
    levels = selection.severities(config)
    judge = Judge(found.data, project.modules, wanted, config.per_file_ignores, levels, honours_noqa)
    run(project, selection.selected(config), judge, report, progress)
    if config.baseline:
        without_known(report, baseline.load(found.root / config.baseline), judge)
    return report


def without_known(report: Report, known: Baseline, judge: Judge) -> None:
    """Take the findings of a baseline out of a report; what a `noqa` covers is none of them."""
    every = [item for item in report.findings if not judge.is_noqa(item)]
    others = [item for item in report.findings if judge.is_noqa(item)]
    new = known.new(every)
    report.findings = tuple(sorted((*new, *others), key=in_order))
    report.known = tuple(sorted(set(every) - set(new), key=in_order))
    gone = frozenset(item.path for item, _ in known.counts if item.path not in report.data)
    report.fixed = known.fixed(every, report.wanted | gone, report.codes)


def run(project: Project, rules: Sequence[type[Rule]], judge: Judge, report: Report, progress: Progress) -> Report:
    """Ask every rule, let LibCST confirm, drop what is suppressed or said by another rule."""
    faults: list[Fault] = []
    report.codes = frozenset(rule.code for rule in rules)
    advice = {rule for rule in selection.all_rules() if judge.severities[rule.code] is Severity.ADVICE}
    unselected = advice - set(rules)
    heard: list[tuple[Rule, list[Suspect]]] = []
    kinds = (*rules, *sorted(unselected, key=lambda item: item.code))
    with without_collection():
        for done, kind in enumerate(kinds):
            progress("checking", done, len(kinds))
            rule = kind()
            with report.timed(kind.code):
                heard.append((rule, list(guarded(rule, project, faults))))
    with report.timed("confirm"):
        for rule, suspects in heard:
            if type(rule) in unselected:
                report.advice += judge.count(rule, suspects)
            else:
                confirm(judge, rule, suspects, faults)
    report.findings = judge.verdict(rules)
    report.suppressed = judge.suppressed
    report.unconfirmed = judge.unconfirmed
    report.faults = tuple(faults)
    return report


def confirm(judge: Judge, rule: Rule, suspects: Sequence[Suspect], faults: list[Fault]) -> None:
    """Let the judge hear a rule's suspects; a suspect on which the rule fails does not stop the others."""
    for suspect in suspects:
        try:
            judge.hear(rule, suspect)
        except Exception as error:  # noqa: BLE001  # any failure of a rule is reported as the tool's own
            faults.append(fault(rule, error, suspect))


def guarded(rule: Rule, project: Project, faults: list[Fault]) -> Iterator[Suspect]:
    """A rule's suspects, until it fails."""
    try:
        yield from rule.suspects(project)
    except Exception as error:  # noqa: BLE001  # as above
        faults.append(fault(rule, error, None))


def fault(rule: Rule, error: Exception, suspect: Suspect | None) -> Fault:
    """A rule's failure, with the file and line that it was looking at where that is known."""
    import traceback

    path, line = (suspect.path, suspect.span.line) if suspect is not None else ("", 0)
    return Fault(rule.code, path, line, f"{type(error).__name__}: {error}", "".join(traceback.format_exception(error)))
