"""Code as LibCST reads it: one statement, function or expression at a time.

A unit is the text of one simple statement, of a compound statement's header with `pass` for its body, or of a whole
function, at its own indentation below a scaffold. What LibCST cannot read in this way is read as a lone expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Span
from async_db_lint.index.scopes import Statement
from async_db_lint.read.source import Source
from async_db_lint.rule import cst
from async_db_lint.rule.flatness import is_flat

SCAFFOLD = "async def _():\n"
MAX_UNIT = 60_000  # characters; larger statements are data, and LibCST's time on them grows faster than they do
HEADERS = frozenset({"With", "For", "FunctionDef"})
COMPOUND = frozenset(
    """
    FunctionDef AsyncFunctionDef ClassDef With AsyncWith For AsyncFor While If Try TryStar
    """.split()
)


class Offsets(NamedTuple):
    """How a place in a unit turns into one in the file.

    `lines` is added to the line; on line `first_line` of the unit, `columns` is taken from the column. `extent`
    counts the characters from the start that are the file's own: what follows was added.
    """

    lines: int
    first_line: int
    columns: int
    extent: int


@dataclass(frozen=True)
class Unit:
    """Code that LibCST has read."""

    source: Source
    module: cst.Module
    positions: Mapping[cst.CSTNode, tuple[int, int, int, int]]
    offsets: Offsets

    @cached_property
    def text(self) -> str:
        """The text of the unit."""
        return self.module.code

    @cached_property
    def parents(self) -> Mapping[cst.CSTNode, cst.CSTNode]:
        """The node around each node."""
        from libcst.metadata import MetadataWrapper, ParentNodeProvider

        return MetadataWrapper(self.module, unsafe_skip_copy=True).resolve(ParentNodeProvider)

    @cached_property
    def extents(self) -> Mapping[cst.CSTNode, tuple[int, int]]:
        """Where each node lies in the unit's text, with its parentheses and the whitespace that belongs to it."""
        from libcst.metadata import MetadataWrapper, WhitespaceInclusivePositionProvider

        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        starts = [0, *(number + 1 for number, character in enumerate(self.text) if character == "\n"), len(self.text)]
        return {
            node: (starts[place.start.line - 1] + place.start.column, starts[place.end.line - 1] + place.end.column)
            for node, place in wrapper.resolve(WhitespaceInclusivePositionProvider).items()
        }

    def place_of(self, line: int, column: int) -> tuple[int, int]:
        """The file's line from 1 and column from 0, in characters, of a place in the unit."""
        return line + self.offsets.lines, column - (self.offsets.columns if line == self.offsets.first_line else 0)

    def range_of(self, node: cst.CSTNode) -> tuple[int, int, int, int] | None:
        """The file's lines from 1 and columns from 0, in characters, of a node of the unit."""
        found = self.positions.get(node)
        if found is None:
            return None
        return (*self.place_of(*found[:2]), *self.place_of(*found[2:]))

    def find(self, span: Span, shape: str) -> cst.CSTNode | None:
        """The node of a LibCST class, given by its name, at a span of the file."""
        source = self.source
        wanted = (
            span.line,
            source.character(span.line, span.column),
            span.end_line,
            source.character(span.end_line, span.end_column),
        )
        for node in self.positions:
            if type(node).__name__ == shape:
                # A unit holds one header, whose body is not the file's.
                if shape in HEADERS or self.range_of(node) == wanted:
                    return node
        return None


def read_statement(source: Source, statement: Statement) -> Unit | None:
    """A statement, or the header of a compound one; None when it cannot be read."""
    text = statement_text(source, statement)
    if text is None:
        return None
    scaffold = SCAFFOLD if text[:1] in (" ", "\t") else ""
    added = len("pass\n") if statement.keyword in COMPOUND else len("\n")
    line = statement.span.line - 1 - (1 if scaffold else 0)
    return _read(source, scaffold + text, Offsets(line, 0, 0, len(scaffold) + len(text) - added))


def read_function(source: Source, first_line: int, last_line: int) -> Unit | None:
    """A whole function with its decorators, by its lines; None when it cannot be read, or shares a line."""
    text = _lines(source, first_line, last_line)
    before = text[: len(text) - len(text.lstrip(" \t"))]
    depth, rest = divmod(len(before), len(source.indentation))
    if rest or before != source.indentation * depth:
        depth = 1 if before else 0
    scaffold = "".join(f"{source.indentation * level}if True:\n" for level in range(depth))
    return _read(source, scaffold + text, Offsets(first_line - 1 - depth, 0, 0, len(scaffold) + len(text)))


def read_lines(source: Source, first_line: int, last_line: int) -> Unit | None:
    """Whole lines at the top of a module, with the comments before the statement, below a `pass` of our own."""
    scaffold = "pass\n"
    text = scaffold + _lines(source, first_line, last_line)
    return _read(source, text, Offsets(first_line - 2, 0, 0, len(text)))


def read_expression(source: Source, span: Span) -> Unit | None:
    """An expression alone; None when it cannot be read."""
    text = "(" + _cut(source, span) + ")"
    column = source.character(span.line, span.column)
    return _read(source, text, Offsets(span.line - 1, 1, 1 - column, len(text) - 1))


def _read(source: Source, text: str, offsets: Offsets) -> Unit | None:
    from libcst.metadata import MetadataWrapper, PositionProvider

    if not is_readable(text):
        return None
    try:
        module = cst.parse_module(text)
    except Exception:  # noqa: BLE001  # LibCST raises eight kinds of exception; each means that it cannot read this
        return None
    if module.code != text:
        return None
    indented = module.with_changes(default_indent=source.indentation)  # what is put in is indented as the file is
    module = indented if indented.code == text else module
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = {
        node: (place.start.line, place.start.column, place.end.line, place.end.column)
        for node, place in wrapper.resolve(PositionProvider).items()
    }
    return Unit(source, module, positions, offsets)


def statement_text(source: Source, statement: Statement) -> str | None:
    """The text of a statement's unit; None when its header cannot be parsed alone."""
    span = statement.span
    if statement.keyword in ("elif", "Match"):
        return None
    lines = [source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: source.character(span.end_line, span.end_column)]
    start = source.character(span.line, span.column)
    before = lines[0][:start]
    lines[0] = (before if not before.strip() else " " * start) + lines[0][start:]
    text = "\n".join(lines)
    return text + "pass\n" if statement.keyword in COMPOUND else text + "\n"


def _lines(source: Source, first: int, last: int) -> str:
    return "\n".join(source.line(number) for number in range(first, last + 1)) + "\n"


def _cut(source: Source, span: Span) -> str:
    lines = [source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: source.character(span.end_line, span.end_column)]
    lines[0] = lines[0][source.character(span.line, span.column) :]
    return "\n".join(lines)


def is_readable(text: str) -> bool:
    """Whether a unit is small and flat enough for LibCST, whose parser can overflow the stack or never end."""
    return len(text) <= MAX_UNIT and is_flat(text)
