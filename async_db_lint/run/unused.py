"""ADB901: suppressions that suppress nothing, found when all other findings are known."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from async_db_lint.fixes.render import edit
from async_db_lint.quiet.suppression_comments import Suppression
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Fix, Safety
from async_db_lint.rule.finding import Finding, Location, Severity
from async_db_lint.rule.rule import CODE, About, Rule
from async_db_lint.run.selection import find


@dataclass(frozen=True, slots=True)
class Commented:
    """A file and its suppressions."""

    source: Source
    suppressions: Sequence[Suppression]


@dataclass(frozen=True, slots=True)
class UnusedSearch:
    """Looks for suppressions that suppress none of the findings; only rules that have run are judged by it."""

    rules: Sequence[type[Rule]]
    levels: Mapping[str, Severity]

    @property
    def own(self) -> type[Rule] | None:
        """The rule about comments; None when it was not selected."""
        return next((rule for rule in self.rules if rule.about is About.COMMENT), None)

    def findings(self, findings: Sequence[Finding], files: Iterable[Commented]) -> Iterator[Finding]:
        """A finding for every code that a suppression names, that was checked, and that it suppresses nowhere."""
        own = self.own
        if own is None:
            return
        at_line: dict[tuple[str, int], list[Finding]] = defaultdict(list)
        for finding in findings:
            at_line[finding.location.path, finding.location.line].append(finding)
        for file in files:
            path = file.source.path
            for item in file.suppressions:
                place = Location(path, item.line, item.column + 1, item.line, item.column + len(item.text) + 1)
                lines = range(item.first_line, item.last_line + 1)
                covered = [found for line in lines for found in at_line.get((path, line), ()) if item.covers(found)]
                for message, fix in self._complaints(file.source, item, covered):
                    yield Finding(own.code, own.name, self.levels[own.code], place, message, fix=fix)

    def _complaints(
        self, source: Source, item: Suppression, covered: Sequence[Finding]
    ) -> Iterator[tuple[str, Fix | None]]:
        if item.fault:
            yield item.fault, None
        for written in item.codes:
            message = self._complaint(item, written, covered)
            if message is not None:
                yield message, None if _is_switch(item) else without_code(source, item, written)
        if not item.codes and _is_misspelt(source.line(item.line)[item.column :]):
            yield "this `noqa` names no complete code, so it silences every tool on the line", None

    def _complaint(self, item: Suppression, written: str, covered: Sequence[Finding]) -> str | None:
        """What is wrong with one code of a suppression; None when it is in use, or not ours."""
        named = [rule for rule in self.rules if item.names(written, rule.code, rule.name)]
        if item.is_ours and not named and find(written) is None:
            return f"`{written}` is not a rule. This suppression does nothing"
        if not item.is_ours and not CODE.fullmatch(written.upper()):
            return None
        if not named or any(rule is self.own for rule in named):
            return None
        if any(finding.code == rule.code for rule in named for finding in covered):
            return None
        return f"`{written}` suppresses nothing here"


def _is_switch(item: Suppression) -> bool:
    """Whether a comment is an `off`: what ends it would have to go with it."""
    return item.is_ours and "off" in item.text.partition("[")[0].lower()


def _is_misspelt(text: str) -> bool:
    """Whether a blanket `noqa` was meant to name one of our rules: `# noqa: ADB`, `# noqa: echo-enabled`."""
    rest = text.partition("noqa")[2].lstrip(": ").split("#")[0].strip()
    return bool(rest) and (rest.upper() == "ADB" or find(rest) is not None)


def without_code(source: Source, item: Suppression, code: str) -> Fix | None:
    """The fix that removes a code from a comment, or the comment when it names no other.

    None where the comment says more than that.
    """
    line = source.line(item.line)
    end = item.column + len(item.text)
    if line[item.column :][:1] != "#" or not line[item.column :].startswith(item.text):
        return None
    title = f"Remove `{code}` from the comment"
    written = _codes_of(item)
    kept = [other for other in re.split(r"[,\s]+", written) if other and other != code]
    if kept:
        text = item.text.replace(written, ", ".join(kept))
        return _fix(source, title, (source.offset(item.line, item.column), source.offset(item.line, end)), text)
    rest = line[end:].strip()
    if rest and not rest.startswith("#"):
        return None  # words about it would be left
    before = line[: item.column].rstrip()
    if not before and not rest:
        return _fix(source, title, _whole_line(source, item.line), "")
    needs_space = bool(before and rest) and not line[end:].startswith("  ")
    place = source.offset(item.line, len(before)), source.offset(item.line, end)
    return _fix(source, title, place, "  " if needs_space else "")


def _codes_of(item: Suppression) -> str:
    """The codes as they are written."""
    if item.is_ours:
        return item.text.partition("[")[2].rpartition("]")[0]
    return item.text.partition(":")[2].strip()


def _whole_line(source: Source, number: int) -> tuple[int, int]:
    end = source.starts[number] if number < len(source.starts) else len(source.data)
    return source.starts[number - 1], end


def _fix(source: Source, title: str, place: tuple[int, int], text: str) -> Fix:
    return Fix(title, Safety.SAFE, (edit(source, place, text.encode(source.codec), place),))
