"""The eye: LibCST, over one statement or function at a time. The only module that imports it, and only when asked.

A unit is the text of one simple statement, of a compound one's header with `pass` for its body, or of a
whole function, at its own indentation under a scaffold. What LibCST cannot read so is read as an
expression alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from async_db_lint.index.expressions import Span
from async_db_lint.source import Source

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.rule import Suspect

SCAFFOLD = "async def _():\n"
MAX_UNIT = 60_000  # characters; larger statements are data, and LibCST's time on them grows faster than they do
MAX_NESTING = 60  # open brackets; LibCST overflows a 512 KB stack at 72 (parentheses)


@dataclass(frozen=True, slots=True)
class Unit:
    """Code that LibCST has read, and how positions in it turn into those of the file.

    `extent` counts the characters from the start that are the file's own: what follows was added.
    """

    source: Source
    module: cst.Module
    positions: dict[cst.CSTNode, tuple[int, int, int, int]]
    line_offset: int
    first_line: int
    column_offset: int
    extent: int

    def place_of(self, line: int, column: int) -> tuple[int, int]:
        """The file's line from 1 and column from 0, in characters, of a place in the unit."""
        return line + self.line_offset, column - (self.column_offset if line == self.first_line else 0)

    def range_of(self, node: cst.CSTNode) -> tuple[int, int, int, int] | None:
        """The file's lines from 1 and columns from 0, in characters, of a node of the unit."""
        found = self.positions.get(node)
        if found is None:
            return None
        return (*self.place_of(*found[:2]), *self.place_of(*found[2:]))


@dataclass(frozen=True, slots=True)
class Sight:
    """A LibCST node where something stands, and the unit that it is in."""

    node: cst.CSTNode
    unit: Unit

    def range_of(self, node: cst.CSTNode) -> tuple[int, int, int, int] | None:
        """The file's range of a node of the same unit."""
        return self.unit.range_of(node)


def look(source: Source, suspect: Suspect) -> Sight | None:
    """The LibCST node of the suspect's shape at its place; None when LibCST does not see one there."""
    found = None
    if suspect.unit is not None:
        unit = statement(source, suspect.unit.span, suspect.unit.keyword)
        found = None if unit is None else find(unit, suspect.span, suspect.shape)
    if found is None and suspect.shape not in HEADERS:
        unit = expression(source, suspect.span)
        found = None if unit is None else find(unit, suspect.span, suspect.shape)
    return found


def statement(source: Source, span: Span, keyword: str) -> Unit | None:
    """A statement, or the header of a compound one; None when it cannot be read."""
    text = statement_text(source, span, keyword)
    if text is None:
        return None
    scaffold = SCAFFOLD if text[:1] in (" ", "\t") else ""
    added = len("pass\n") if keyword in COMPOUND else len("\n")
    offset = span.line - 1 - (1 if scaffold else 0)
    return _read(source, scaffold + text, offset, 0, 0, len(scaffold) + len(text) - added)


def function(source: Source, first_line: int, last_line: int) -> Unit | None:
    """A whole function, decorators included, by its lines; None when it cannot be read, or shares a line."""
    text = "\n".join(source.line(number) for number in range(first_line, last_line + 1)) + "\n"
    before = text[: len(text) - len(text.lstrip(" \t"))]
    depth, rest = divmod(len(before), len(source.indentation))
    if rest or before != source.indentation * depth:
        depth = 1 if before else 0
    scaffold = "".join(f"{source.indentation * level}if True:\n" for level in range(depth))
    return _read(source, scaffold + text, first_line - 1 - depth, 0, 0, len(scaffold) + len(text))


def lines(source: Source, first_line: int, last_line: int) -> Unit | None:
    """Whole lines at the top of a module, comments before the statement included, below a `pass` of our own."""
    text = "\n".join(source.line(number) for number in range(first_line, last_line + 1)) + "\n"
    scaffold = "pass\n"
    return _read(source, scaffold + text, first_line - 2, 0, 0, len(scaffold) + len(text))


def expression(source: Source, span: Span) -> Unit | None:
    """An expression alone; None when it cannot be read."""
    text = "(" + _cut(source, span) + ")"
    column = source.character(span.line, span.column)
    return _read(source, text, span.line - 1, 1, 1 - column, len(text) - 1)


def _read(source: Source, text: str, line_offset: int, first_line: int, column_offset: int, extent: int) -> Unit | None:
    import libcst as cst
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
    return Unit(source, module, positions, line_offset, first_line, column_offset, extent)


def find(unit: Unit, span: Span, shape: str) -> Sight | None:
    """The node of a class, by its name, that stands at a span of the file."""
    source = unit.source
    wanted = (
        span.line,
        source.character(span.line, span.column),
        span.end_line,
        source.character(span.end_line, span.end_column),
    )
    for node in unit.positions:
        if type(node).__name__ == shape:
            if (
                shape in HEADERS or unit.range_of(node) == wanted
            ):  # a unit holds one header, whose body is not the file's
                return Sight(node, unit)
    return None


def statement_text(source: Source, span: Span, keyword: str) -> str | None:
    """The text of a statement's unit; None where its header cannot stand alone."""
    if keyword in ("elif", "Match"):
        return None
    lines = [source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: source.character(span.end_line, span.end_column)]
    start = source.character(span.line, span.column)
    before = lines[0][:start]
    lines[0] = (before if not before.strip() else " " * start) + lines[0][start:]
    text = "\n".join(lines)
    return text + "pass\n" if keyword in COMPOUND else text + "\n"


HEADERS = frozenset({"With", "For"})
COMPOUND = frozenset(
    """
    FunctionDef AsyncFunctionDef ClassDef With AsyncWith For AsyncFor While If Try TryStar
    """.split()
)


def _cut(source: Source, span: Span) -> str:
    lines = [source.line(number) for number in range(span.line, span.end_line + 1)]
    lines[-1] = lines[-1][: source.character(span.end_line, span.end_column)]
    lines[0] = lines[0][source.character(span.line, span.column) :]
    return "\n".join(lines)


def is_readable(text: str) -> bool:
    """Whether a unit is small and flat enough for LibCST, whose parser can overflow the stack or never end."""
    if len(text) > MAX_UNIT:
        return False
    depth = deepest = 0
    for character in text:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest <= MAX_NESTING
