"""From changed LibCST nodes to edits of bytes: only what differs, and only inside of the nodes that are replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fixes.splice import with_replacements
from async_db_lint.read.source import Source
from async_db_lint.rule import cst
from async_db_lint.rule.change import Change, Edit, Fix
from async_db_lint.rule.cst_units import Unit

if TYPE_CHECKING:
    from async_db_lint.rule.change import Replacement

Pairs = Sequence[tuple["cst.CSTNode", "Replacement"]]


class Splice(NamedTuple):
    """Characters of a unit's text, from `start` to `end`, and what takes their place."""

    start: int
    end: int
    text: str


def rendered(change: Change, units: Sequence[Unit]) -> Fix | None:
    """The fix that a change of nodes of some units makes; None when it would touch more, or lose a comment."""
    by_unit: dict[int, list[tuple[cst.CSTNode, Replacement]]] = {}
    for node, by in change.replacements:
        number = next((number for number, unit in enumerate(units) if node in unit.positions), None)
        if number is None:
            return None
        by_unit.setdefault(number, []).append((node, by))
    edits: list[Edit] = []
    for number, pairs in by_unit.items():
        found = _edits(units[number], pairs)
        if found is None:
            return None
        edits += found
    return Fix(change.title, change.safety, tuple(sorted(edits)), change.needed, change.orphans)


def _edits(unit: Unit, pairs: Pairs) -> list[Edit] | None:
    before = unit.text
    whole = _replaced(unit.module, pairs)
    if "#" in before and _comments(unit.module) - _comments(whole):
        return None
    after = whole.code
    alone = [after] if len(pairs) == 1 else [_replaced(unit.module, [pair]).code for pair in pairs]
    splices = [_difference(before, changed) for changed in alone]
    if with_replacements(before, splices) != after:
        return None
    edits: list[Edit] = []
    for splice, (node, _) in zip(splices, pairs, strict=True):
        extent = unit.extents[node]
        if not extent[0] <= splice.start <= splice.end <= min(extent[1], unit.offsets.extent):
            return None
        if unit.source.is_mixed and "\n" in before[splice.start : splice.end] + splice.text:
            return None  # which of its line ends would be right, nobody can say
        edits.append(_of_file(unit, before, splice, extent))
    return edits


def _replaced(module: cst.Module, pairs: Pairs) -> cst.Module:
    known = {id(node): by for node, by in pairs}

    class Replacer(cst.CSTTransformer):
        def on_visit(self, node: cst.CSTNode) -> bool:
            return id(node) not in known

        def on_leave(self, original: cst.CSTNode, updated: cst.CSTNode) -> Replacement:  # type: ignore[override]
            return known.get(id(original), updated)

    return module.visit(Replacer())


def _comments(module: cst.Module) -> Counter[str]:
    found: Counter[str] = Counter()

    class Collector(cst.CSTVisitor):
        def visit_Comment(self, node: cst.Comment) -> None:  # noqa: N802  # LibCST calls it so
            found[node.value] += 1

    module.visit(Collector())
    return found


def _difference(before: str, after: str) -> Splice:
    """The shortest run of characters that turns one text into another."""
    start = 0
    most = min(len(before), len(after))
    while start < most and before[start] == after[start]:
        start += 1
    end = 0
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return Splice(start, len(before) - end, after[start : len(after) - end])


def _of_file(unit: Unit, text: str, splice: Splice, extent: tuple[int, int]) -> Edit:
    source = unit.source
    start, end, first, last = (_offset(unit, text, place) for place in (splice.start, splice.end, *extent))
    inserted = splice.text.replace("\n", source.newline.decode()).encode(source.codec)
    return edit(source, (start, end), inserted, (min(first, start), max(last, end)))


def edit(source: Source, place: tuple[int, int], text: bytes, extent: tuple[int, int]) -> Edit:
    """An edit of a file: the bytes from and to which it goes, the new text, and the bytes of the code it belongs to."""
    start, end = place
    return Edit(source.path, start, end, text, *extent, (*source.place(start), *source.place(end)))


def _offset(unit: Unit, text: str, place: int) -> int:
    """A place in the unit's text as one in the file's bytes."""
    place = min(place, unit.offsets.extent)
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1)
    number, character = unit.place_of(line, column)
    if number > len(unit.source.lines):
        return len(unit.source.data)
    return unit.source.offset(number, character) if number > 0 else 0
