"""The one place where the arrows meet: files in, a report out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

from async_db_lint import discovery, relevance, roles, selection
from async_db_lint.config import Config
from async_db_lint.index.build import index
from async_db_lint.index.scopes import Module
from async_db_lint.judge import Judge
from async_db_lint.project.project import Project
from async_db_lint.project.unreadable import Unreadable, unreadable
from async_db_lint.project.versions import Versions, from_files, range_of
from async_db_lint.rule import Finding, Rule, Severity, Suspect
from async_db_lint.source import Source

Progress = Callable[[str, int, int], None]


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


@dataclass(frozen=True, slots=True)
class Files:
    """A project's files as they were read: the tree, the bytes, the texts that name versions."""

    tree: discovery.Tree
    data: Mapping[str, bytes]
    settings: tuple[tuple[str, str], ...]


def read(root: Path, exclude: Sequence[str]) -> Files:
    """Read a project's files, each once."""
    tree = discovery.walk(root, exclude)
    data: dict[str, bytes] = {}
    for path in tree.files:
        found = discovery.read(root, path)
        if found is not None:
            data[path] = found
    settings = [(path, discovery.read(root, path) or b"") for path in tree.settings]
    return Files(tree, data, tuple((path, text.decode(errors="replace")) for path, text in settings))


def silent(stage: str, done: int, total: int) -> None:
    """Show no progress."""


def lint(
    root: Path, paths: Sequence[Path], config: Config, extra: Source | None = None, progress: Progress = silent
) -> Report:
    """Check a project.

    Takes its root, the paths to report on (as the user wrote them), the configuration, and the text of
    an unsaved file that stands in for the one on disk, and what to call to show progress. Raises
    MissingPath and ConfigError.
    """
    report = Report()
    rules = selection.selected(config)
    with report.timed("read"):
        files = read(root, config.exclude)
    wanted, by_name = discovery.targets(root, paths, files.tree, config.exclude)
    data = dict(files.data)
    for path in by_name - data.keys():
        data[path] = discovery.read(root, path) or b""
    if extra is not None:
        data[extra.path] = extra.data
        wanted = {extra.path}
        by_name = {extra.path}
    report.files = len(wanted)
    with report.timed("choose"):
        parse = relevance.relevant(data, root.name) | by_name
    with report.timed("parse and index"), without_collection():
        modules, failures = parsed(data, parse, progress)
    report.parsed, report.lines = len(modules), sum(module.lines for module in modules.values())
    with report.timed("link"), without_collection():
        project = Project(
            modules,
            roles.roles(modules, config.roles),
            versions(files, config),
            failures,
            files.settings,
            data,
            root.name,
        )
        report.is_async = project.is_async
    return run(project, rules, data, wanted, config, report, progress)


def parsed(
    data: Mapping[str, bytes], paths: Collection[str], progress: Progress = silent
) -> tuple[dict[str, Module], tuple[Unreadable, ...]]:
    """The index of each file, and why the others have none."""
    modules: dict[str, Module] = {}
    failures: list[Unreadable] = []
    for done, path in enumerate(sorted(paths)):
        progress("reading", done, len(paths))
        if len(data[path]) > discovery.MAX_BYTES:
            size = discovery.MAX_BYTES // (1024 * 1024)
            failures.append(Unreadable(path, 1, 1, f"larger than {size} MiB, so it was not read"))
            continue
        try:
            modules[path] = index(path, data[path])
        except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError) as error:
            failures.append(unreadable(path, data[path], error))
    return modules, tuple(failures)


def versions(files: Files, config: Config) -> Versions:
    """The versions of the libraries that the project targets: configured ones before those in its files."""
    found = from_files(files.settings)
    chosen = {name: range_of(text if text[:1] in "<>=!~" else f"=={text}.*") for name, text in config.target_versions}
    return Versions({**found.ranges, **chosen})


def run(
    project: Project,
    rules: Sequence[type[Rule]],
    data: Mapping[str, bytes],
    wanted: set[str],
    config: Config,
    report: Report,
    progress: Progress = silent,
) -> Report:
    """Ask every rule, let LibCST confirm, drop what is suppressed or said by another rule."""
    strings = {path: module.long_strings for path, module in project.modules.items()}
    judge = Judge(data, strings, wanted, config.per_file_ignores)
    faults: list[Fault] = []
    unselected = {rule for rule in selection.all_rules() if rule.severity is Severity.ADVICE} - set(rules)
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


@contextmanager
def without_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector: syntax trees hold no cycles, and looking for some takes most of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.enable()
