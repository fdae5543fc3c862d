"""Edits of bytes put into a file, and the proof that nothing else has changed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, AnyStr

from async_db_lint.read.newer_syntax.parse import check, syntax_tree
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Edit

Region = tuple[int, int]  # bytes of a file, from and to


BECAME_ASYNC = ({ast.With, ast.AsyncWith}, {ast.For, ast.AsyncFor}, {ast.FunctionDef, ast.AsyncFunctionDef})


def overlap(edits: Sequence[Edit], others: Sequence[Edit]) -> bool:
    """Whether two fixes touch the same bytes, or insert at the same place."""
    return any(
        one.path == other.path
        and ((one.start < other.end and other.start < one.end) or one.start == other.start or one.end == other.end)
        for one in edits
        for other in others
    )


def with_edits(data: bytes, edits: Iterable[Edit]) -> bytes | None:
    """A file's bytes with edits made; None when two of them overlap."""
    return with_replacements(data, [(edit.start, edit.end, edit.text) for edit in edits])


def with_replacements(text: AnyStr, replacements: Iterable[tuple[int, int, AnyStr]]) -> AnyStr | None:
    """A text, or bytes, with what lies from a start to an end replaced; None when two replacements overlap."""
    parts: list[AnyStr] = []
    at = 0
    for start, end, new in sorted(replacements, key=lambda item: item[:2]):
        if start < at:
            return None
        parts += (text[at:start], new)
        at = end
    parts.append(text[at:])
    return text[:0].join(parts)


def is_contained(before: Source, after: bytes, regions: Sequence[Region]) -> bool:
    """Whether a changed file parses, and its syntax tree is the old one outside of some regions of the old file."""
    try:
        old, new = syntax_tree(before.data), syntax_tree(after)
        check(after)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    comparison = Comparison(before, regions)
    return all(comparison.covers(place) for place in comparison.differences(old, new))


class Comparison:
    """Compares two syntax trees of a file; the second was changed in some regions."""

    def __init__(self, source: Source, regions: Sequence[Region]) -> None:
        """Take the file as it was, and the regions, in its bytes."""
        self.source = source
        self.regions = regions

    def covers(self, place: Region) -> bool:
        """Whether a place lies in one of the regions."""
        return any(start <= place[0] and place[1] <= end for start, end in self.regions)

    def differences(self, old: ast.AST, new: ast.AST, owner: ast.AST | None = None) -> Iterator[Region]:
        """Where the smallest nodes lie that are not as they were; `owner` lends its place to a node that has none."""
        place = old if hasattr(old, "lineno") or owner is None else owner
        if {type(old), type(new)} in BECAME_ASYNC:  # the header differs; its body may not
            yield self.extent(old)[0], self.extent(old.body[0])[0]  # type: ignore[attr-defined]
        elif type(old) is not type(new):
            yield self.extent(place)
            return
        for name in old._fields:
            one, other = getattr(old, name, None), getattr(new, name, None)
            if isinstance(one, ast.AST) and isinstance(other, ast.AST):
                yield from self.differences(one, other, place)
            elif isinstance(one, list) and isinstance(other, list):
                yield from self._of_lists(one, other, place)
            elif one != other or type(one) is not type(other):
                yield self.extent(place)

    def _of_lists(self, old: list[Any], new: list[Any], owner: ast.AST) -> Iterator[Region]:
        if len(old) == len(new):
            for one, other in zip(old, new, strict=True):
                if isinstance(one, ast.AST) and isinstance(other, ast.AST):
                    yield from self.differences(one, other, owner)
                elif one != other:
                    yield self.extent(owner)
            return
        matcher = SequenceMatcher(None, [_dump(item) for item in old], [_dump(item) for item in new], autojunk=False)
        for kind, start, end, first, last in matcher.get_opcodes():
            if kind != "equal":
                yield from self._of_runs(old[start:end], new[first:last], owner, old[start - 1] if start else None)

    def _of_runs(self, old: list[Any], new: list[Any], owner: ast.AST, before: Any) -> Iterator[Region]:
        """Runs of different lengths: what lies in a region may be gone, and imports may be new."""
        kept = [item for item in old if not (hasattr(item, "lineno") and self.covers(self.extent(item)))]
        more = [item for item in new if not isinstance(item, (ast.Import, ast.ImportFrom))]
        if kept and len(kept) == len(more):
            yield from self._of_lists(kept, more, owner)
        elif kept or not isinstance(owner, ast.Module):
            yield from (self.extent(item) for item in kept if hasattr(item, "lineno"))
            if not kept and new and not old:
                yield self.extent(owner)
        elif new and not old:
            place = self.extent(before)[1] if before is not None else 0
            inside = [end for start, end in self.regions if start >= place]
            yield (min(inside), min(inside)) if inside else (place, place)

    def extent(self, node: ast.AST) -> Region:
        """The bytes of a node, decorators included; all of the file for what has no place."""
        if not isinstance(node, (ast.stmt, ast.expr, ast.arg, ast.keyword, ast.alias, ast.excepthandler)):
            return 0, len(self.source.data)
        first = min((item.lineno for item in getattr(node, "decorator_list", ())), default=node.lineno)
        is_decorated = first != node.lineno
        start = self.source.starts[first - 1] if is_decorated else self._byte(node.lineno, node.col_offset)
        return start, self._byte(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def _byte(self, line: int, column: int) -> int:
        """A place in the file's bytes, from CPython's line and column in UTF-8 bytes."""
        return self.source.offset(line, self.source.character(line, column))


def _dump(item: object) -> str:
    return ast.dump(item) if isinstance(item, ast.AST) else repr(item)
