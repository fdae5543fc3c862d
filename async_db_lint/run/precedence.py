"""Which rule reports a defect that two rules describe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from async_db_lint.index.expressions import Span
from async_db_lint.rule.finding import Finding
from async_db_lint.rule.rule import Rule

Place = tuple[str, Span]
# The places that findings of a code have on a line of a file, whichever of its lines that is.
Lines = Mapping[tuple[str, str, int], Sequence[Span]]


def resolved(findings: Sequence[Finding], rules: Sequence[type[Rule]]) -> list[Finding]:
    """The findings without those that another rule's finding describes already."""
    yields = {rule.code: rule.yields_to for rule in rules}
    wanted = {code for codes in yields.values() for code in codes}
    others = [item for item in findings if item.code in wanted and item.origin is not None]
    origins = _by_line((item.code, item.origin) for item in others if item.origin is not None)
    elsewhere = _by_line((item.code, place) for item in others for place in item.same_as)
    return [item for item in findings if not _is_described(item, yields.get(item.code, ()), origins, elsewhere)]


def _is_described(item: Finding, codes: Sequence[str], origins: Lines, elsewhere: Lines) -> bool:
    """Whether a finding of one of some codes is at the same place."""
    if item.origin is None:
        return False
    for code in codes:
        if any(_meets(code, place, origins) for place in (item.origin, *item.same_as)):
            return True
        if _meets(code, item.origin, elsewhere):
            return True
    return False


def _by_line(rows: Iterator[tuple[str, Place]]) -> Lines:
    found: dict[tuple[str, str, int], list[Span]] = defaultdict(list)
    for code, (path, span) in rows:
        for line in range(span.line, span.end_line + 1):
            found[code, path, line].append(span)
    return found


def _meets(code: str, place: Place, others: Lines) -> bool:
    """Whether one of the others contains a place, or lies in it: then they share a line."""
    path, span = place
    lines = range(span.line, span.end_line + 1)
    return any(_overlap(span, other) for line in lines for other in others.get((code, path, line), ()))


def _overlap(one: Span, other: Span) -> bool:
    return _contains(one, other) or _contains(other, one)


def _contains(outer: Span, inner: Span) -> bool:
    starts_before = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts_before and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
