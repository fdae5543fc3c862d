"""ADB901: suppressions that suppress nothing, judged when all other findings are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from async_db_lint.disuse import without_code
from async_db_lint.fix import Fix
from async_db_lint.rule import CODE, Finding, Location, Rule, Severity
from async_db_lint.selection import find
from async_db_lint.source import Source
from async_db_lint.suppressions import Suppression

OWN = "ADB901"


class Commented(NamedTuple):
    """A file, its suppressions, and how severe it is when one of them is not needed."""

    source: Source
    suppressions: Sequence[Suppression]
    severity: Severity


def unused(rules: Sequence[type[Rule]], findings: Sequence[Finding], files: Iterable[Commented]) -> Iterator[Finding]:
    """A finding for every code that a suppression names, that was checked, and that it suppresses nowhere."""
    rule = next(item for item in rules if item.code == OWN)
    by_line: dict[tuple[str, int], list[Finding]] = defaultdict(list)
    for finding in findings:
        by_line[finding.location.path, finding.location.line].append(finding)
    for file in files:
        path = file.source.path
        for item in file.suppressions:
            place = Location(path, item.line, item.column + 1, item.line, item.column + len(item.text) + 1)
            lines = range(item.first_line, item.last_line + 1)
            here = [found for line in lines for found in by_line.get((path, line), ()) if item.covers(found)]
            for message, fix in _complaints(file, item, here, rules):
                yield Finding(rule.code, rule.name, file.severity, place, message, fix=fix)


def _complaints(
    file: Commented, item: Suppression, here: Sequence[Finding], rules: Sequence[type[Rule]]
) -> Iterator[tuple[str, Fix | None]]:
    if item.fault:
        yield item.fault, None
    for written in item.codes:
        message = _complaint(item, written, here, rules)
        if message is not None:
            yield message, None if _is_switch(item) else without_code(file.source, item, written)
    if not item.codes and _is_misspelt(file.source.line(item.line)[item.column :]):
        yield "this `noqa` names no complete code, so it silences every tool on the line", None


def _is_switch(item: Suppression) -> bool:
    """Whether a comment is an `off`: what ends it would have to go with it."""
    return item.is_ours and "off" in item.text.partition("[")[0].lower()


def _complaint(item: Suppression, written: str, here: Sequence[Finding], rules: Sequence[type[Rule]]) -> str | None:
    """What is wrong with one code of a suppression; None when it is in use, or not ours to judge."""
    named = [rule for rule in rules if item.names(written, rule.code, rule.name)]
    if item.is_ours and not named and not _is_known(written):
        return f"`{written}` is no rule, so this suppression does nothing"
    if not item.is_ours and not CODE.fullmatch(written.upper()):
        return None
    if not named or any(rule.code == OWN for rule in named):
        return None
    if any(finding.code == rule.code for rule in named for finding in here):
        return None
    return f"`{written}` suppresses nothing here"


def canonical(written: str) -> str:
    """The code of a rule that is written by code or name; what is written where there is no such rule."""
    rule = find(written)
    return written if rule is None else rule.code


def _is_known(written: str) -> bool:
    return find(written) is not None


def _is_misspelt(text: str) -> bool:
    """Whether a blanket `noqa` was meant to name one of our rules: `# noqa: ADB`, `# noqa: echo-enabled`."""
    rest = text.partition("noqa")[2].lstrip(": ").split("#")[0].strip()
    return bool(rest) and (rest.upper() == "ADB" or _is_known(rest))
