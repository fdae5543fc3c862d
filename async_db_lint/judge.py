"""From suspects to findings: LibCST's word, targets, suppressions, and which of two rules may speak."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatch

from async_db_lint import suppressions, syntax
from async_db_lint.eye import Eye
from async_db_lint.fix import Fix
from async_db_lint.index.expressions import Span
from async_db_lint.precedence import resolved
from async_db_lint.rendering import rendered
from async_db_lint.rule import Finding, Location, Note, Rule, Severity, Suspect
from async_db_lint.source import Source
from async_db_lint.suppressions import Suppression, by_line
from async_db_lint.syntax import Sight
from async_db_lint.unused import Commented, canonical, unused


class Judge:
    """Hears suspects one by one; its verdict is the list of findings."""

    def __init__(
        self,
        data: Mapping[str, bytes],
        readable: Collection[str],
        wanted: set[str],
        per_file: Sequence[tuple[str, tuple[str, ...]]],
        severities: Mapping[str, Severity],
        honours_noqa: bool = True,
    ) -> None:
        """Take the files' bytes, the paths that can be read, those to report on, what some leave out, severities.

        Where `noqa` comments are somebody else's business, only our own suppressions count.
        """
        self.data = data
        self.readable = readable
        self.wanted = wanted
        self.per_file = per_file
        self.severities = severities
        self.honours_noqa = honours_noqa
        self.unconfirmed = 0
        self.suppressed: tuple[Finding, ...] = ()
        self._sources: dict[str, Source] = {}
        self._suppressions: dict[str, list[Suppression]] = {}
        self._by_line: dict[str, dict[int, list[Suppression]]] = {}
        self._findings: list[Finding] = []

    def source(self, path: str) -> Source:
        """A file by its path."""
        if path not in self._sources:
            self._sources[path] = Source(path, self.data.get(path, b""))
        return self._sources[path]

    def hear(self, rule: Rule, suspect: Suspect) -> None:
        """Let LibCST and the rule look at a suspect's code, and keep what they find."""
        if not self.is_wanted(suspect) or self.is_left_out(rule, suspect.path):
            return
        if not suspect.shape:
            self._findings.append(self._finding(rule, suspect, self.location(suspect.path, suspect.span)))
            return
        source = self.source(suspect.path)
        sight = syntax.look(source, suspect)
        if sight is None:
            self.unconfirmed += 1
            place = self.location(suspect.path, suspect.span)
            self._findings.append(self._finding(rule, suspect, place, is_confirmed=False))
            return
        said = rule.confirm(sight.node, suspect)
        if said is None:
            return
        found = sight.range_of(said.node)
        if found is None:
            place = self.location(suspect.path, suspect.span)
        else:
            place = Location(suspect.path, found[0], found[1] + 1, found[2], found[3] + 1)
        finding = self._finding(rule, suspect, place, said.message)
        try:
            finding = replace(finding, fix=self._fix(rule, suspect, sight))
        finally:  # what cannot be mended, because the rule fails, is reported all the same
            self._findings.append(finding)

    def _fix(self, rule: Rule, suspect: Suspect, sight: Sight) -> Fix | None:
        eye = Eye(self.source, sight)
        change = rule.mend(sight.node, suspect, eye)
        return None if change is None else rendered(change, eye.units)

    def count(self, rule: Rule, suspects: Iterable[Suspect]) -> int:
        """How many suspects of a rule that is not selected would be reported."""
        return sum(
            1
            for suspect in suspects
            if self.is_wanted(suspect)
            and not self.is_left_out(rule, suspect.path)
            and not self.suppressing(self._finding(rule, suspect, self.location(suspect.path, suspect.span)))
        )

    def is_wanted(self, suspect: Suspect) -> bool:
        """Whether the place, or a related one, lies in a file to report on."""
        return suspect.path in self.wanted or any(item.path in self.wanted for item in suspect.related)

    def is_left_out(self, rule: Rule, path: str) -> bool:
        """Whether the configuration leaves a rule out for a path."""
        return any(
            fnmatch(path, pattern) and any(self._is_meant(rule, code) for code in codes)
            for pattern, codes in self.per_file
        )

    def _is_meant(self, rule: Rule, selector: str) -> bool:
        is_advice = selector == "ADVICE" and self.severities[rule.code] is Severity.ADVICE
        return rule.code.startswith(selector) or selector in (rule.name, "ALL") or is_advice

    def location(self, path: str, span: Span) -> Location:
        """A span as it is printed."""
        return Location.of(self.source(path), span)

    def _finding(
        self, rule: Rule, suspect: Suspect, place: Location, message: str | None = None, is_confirmed: bool = True
    ) -> Finding:
        notes = tuple(Note(self.location(item.path, item.span), item.message) for item in suspect.related)
        return Finding(
            rule.code,
            rule.name,
            self.severities[rule.code],
            place,
            message or suspect.message,
            notes,
            suspect.same_as,
            (suspect.path, suspect.span),
            is_confirmed,
        )

    def suppressions_of(self, path: str) -> list[Suppression]:
        """The suppressions of a file, read when something is to be suppressed there."""
        if path not in self._suppressions:
            data = self.data.get(path, b"")
            has_any = suppressions.has_any(data)
            self._suppressions[path] = suppressions.read(self.source(path), canonical) if has_any else []
        return self._suppressions[path]

    def _covering(self, finding: Finding) -> list[Suppression]:
        """The comments on whose lines a finding stands, and that cover it."""
        path, line = finding.location.path, finding.location.line
        if path not in self._by_line:
            self._by_line[path] = by_line(self.suppressions_of(path))
        return [item for item in self._by_line[path].get(line, ()) if item.covers(finding)]

    def suppressing(self, finding: Finding) -> list[Suppression]:
        """The comments that suppress a finding."""
        return [item for item in self._covering(finding) if item.is_ours or self.honours_noqa]

    def is_noqa(self, finding: Finding) -> bool:
        """Whether a `noqa` comment covers a finding, also where that is somebody else's business."""
        return any(not item.is_ours for item in self._covering(finding))

    def _comments(self) -> Iterator[Commented]:
        """The files to report on that may name one of our rules in a comment; not those that ADB900 is about."""
        read = self.wanted & self.data.keys() & set(self.readable)
        for path in sorted(path for path in read if suppressions.names_ours(self.data[path])):
            yield Commented(self.source(path), self.suppressions_of(path), self.severities["ADB901"])

    def verdict(self, rules: Sequence[type[Rule]]) -> tuple[Finding, ...]:
        """The findings to report, in the order of files and lines."""
        spoken = resolved(self._findings, rules)
        kept: list[Finding] = []
        silenced: list[Finding] = []
        for finding in spoken:
            (silenced if self.suppressing(finding) else kept).append(finding)
        self.suppressed = tuple(sorted(set(silenced), key=in_order))
        if any(rule.code == "ADB901" for rule in rules):
            kept += unused(rules, spoken, self._comments())
        return tuple(sorted(set(kept), key=in_order))


def in_order(finding: Finding) -> tuple[str, int, int, str]:
    """By file, place and code."""
    return finding.location.path, finding.location.line, finding.location.column, finding.code
