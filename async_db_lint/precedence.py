"""Which of two rules may speak where both describe one defect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from async_db_lint.index.expressions import Span
from async_db_lint.rule import Finding, Rule


def resolved(findings: Sequence[Finding], rules: Sequence[type[Rule]]) -> list[Finding]:
    """The findings without those that another rule's finding describes already."""
    yields = {rule.code: rule.yields_to for rule in rules}
    return [item for item in findings if not any(_silences(other, item, yields) for other in findings)]


def _silences(other: Finding, item: Finding, yields: Mapping[str, tuple[str, ...]]) -> bool:
    if other.code not in yields.get(item.code, ()) or item.origin is None or other.origin is None:
        return False
    places = (item.origin, *item.same_as)
    return any(_overlap(place, other.origin) for place in places) or any(
        _overlap(place, item.origin) for place in other.same_as
    )


def _overlap(one: tuple[str, Span], other: tuple[str, Span]) -> bool:
    """Whether one range contains the other."""
    if one[0] != other[0]:
        return False
    return _contains(one[1], other[1]) or _contains(other[1], one[1])


def _contains(outer: Span, inner: Span) -> bool:
    starts_before = (outer.line, outer.column) <= (inner.line, inner.column)
    return starts_before and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
