"""Edits of bytes put into a file, and the proof that nothing else has changed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any, AnyStr

from async_db_lint.read.newer_syntax.parse import check, syntax_tree
from async_db_lint.read.source import Source
from async_db_lint.rule.change import Edit

Region = tuple[int, int]  # bytes of a file, from and to
CANNOT_BE_PARSED = (SyntaxError, ValueError, RecursionError, MemoryError)

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


def is_contained(before: Parsed, after: bytes, regions: Sequence[Region]) -> bool:
    """Whether a changed file parses, and its syntax tree is the old one outside of some regions of the old file."""
    old = before.tree
    try:
        new = syntax_tree(after)
        check(after)
    except CANNOT_BE_PARSED:
        return False
    if old is None:
        return False
    comparison = Comparison(before.source, Source(before.source.path, after), regions)
    return all(comparison.covers(place) for place in comparison.differences(old, new))


class Parsed:
    """A file with its syntax tree, which is made when it is asked for: several changes of a file begin with it."""

    def __init__(self, source: Source) -> None:
        """Take the file."""
        self.source = source

    @cached_property
    def tree(self) -> ast.Module | None:
        """The file's syntax tree; None when it cannot be parsed."""
        try:
            return syntax_tree(self.source.data)
        except CANNOT_BE_PARSED:
            return None


class Comparison:
    """Compares two syntax trees of a file; the second was changed in some regions."""

    def __init__(self, source: Source, changed: Source, regions: Sequence[Region]) -> None:
        """Take the file as it was, as it is now, and the regions, in the old bytes."""
        self.source = source
        self.changed = changed
        self.regions = regions

    def covers(self, place: Region) -> bool:
        """Whether a place lies in one of the regions."""
        return any(start <= place[0] and place[1] <= end for start, end in self.regions)

    def differences(self, old: ast.AST, new: ast.AST, owner: ast.AST | None = None) -> Iterator[Region]:
        """Where the smallest nodes lie that are not as they were; `owner` lends its place to a node that has none."""
        if isinstance(old, ast.stmt) and isinstance(new, ast.stmt) and self._text(old) == self._text(new, True):
            return  # the same text is the same tree, and quicker to compare
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
        texts = [self._text(item) for item in old], [self._text(item, True) for item in new]
        matcher = SequenceMatcher(None, *texts, autojunk=False)
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

    def _text(self, item: object, is_new: bool = False) -> bytes | str:
        """The text of a statement; of anything else, what its tree holds."""
        if isinstance(item, ast.stmt):
            start, end = self.extent(item, is_new)
            return (self.changed if is_new else self.source).data[start:end]
        return ast.dump(item) if isinstance(item, ast.AST) else repr(item)

    def extent(self, node: ast.AST, is_new: bool = False) -> Region:
        """The bytes of a node, decorators included; all of the file for what has no place."""
        source = self.changed if is_new else self.source
        if not isinstance(node, (ast.stmt, ast.expr, ast.arg, ast.keyword, ast.alias, ast.excepthandler)):
            return 0, len(source.data)
        first = min((item.lineno for item in getattr(node, "decorator_list", ())), default=node.lineno)
        is_decorated = first != node.lineno
        start = source.starts[first - 1] if is_decorated else _byte(source, node.lineno, node.col_offset)
        return start, _byte(source, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _byte(source: Source, line: int, column: int) -> int:
    """A place in a file's bytes, from CPython's line and column in UTF-8 bytes."""
    return source.offset(line, source.character(line, column))
