"""The eye: LibCST, over one statement at a time. The only module that imports it, and only when asked.

A unit is the text of one simple statement, or of a compound one's header with `pass` for its body,
at its own indentation under a scaffold. What LibCST cannot read so is read as an expression alone.
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
class Sight:
    """A LibCST node where the suspect stands, and how its unit's positions turn into the file's."""

    node: cst.CSTNode
    positions: dict[cst.CSTNode, tuple[int, int, int, int]]
    line_offset: int
    first_line: int
    column_offset: int

    def range_of(self, node: cst.CSTNode) -> tuple[int, int, int, int] | None:
        """The file's lines from 1 and columns from 0, in characters, of a node of the unit."""
        found = self.positions.get(node)
        if found is None:
            return None
        line, column, end_line, end_column = found
        column -= self.column_offset if line == self.first_line else 0
        end_column -= self.column_offset if end_line == self.first_line else 0
        return line + self.line_offset, column, end_line + self.line_offset, end_column


def look(source: Source, suspect: Suspect) -> Sight | None:
    """The LibCST node of the suspect's shape at its place; None when LibCST does not see one there."""
    found = _in_statement(source, suspect) if suspect.unit is not None else None
    if found is None and suspect.shape not in HEADERS:
        found = _as_expression(source, suspect)
    return found


def _in_statement(source: Source, suspect: Suspect) -> Sight | None:
    import libcst as cst

    assert suspect.unit is not None
    text = statement_text(source, suspect.unit.span, suspect.unit.keyword)
    if text is None or not is_readable(text):
        return None
    scaffold = SCAFFOLD if text[:1] in (" ", "\t") else ""
    try:
        module = cst.parse_module(scaffold + text)
    except Exception:  # noqa: BLE001  # LibCST raises eight kinds of exception; each means that it cannot read this
        return None
    if module.code != scaffold + text:
        return None
    offset = suspect.unit.span.line - 1 - (1 if scaffold else 0)
    return _find(module, source, suspect, offset, 0, 0)


def _as_expression(source: Source, suspect: Suspect) -> Sight | None:
    import libcst as cst

    text = "(" + _cut(source, suspect.span) + ")"
    if not is_readable(text):
        return None
    try:
        module = cst.parse_module(text)
    except Exception:  # noqa: BLE001  # as above
        return None
    if module.code != text:
        return None
    column = source.character(suspect.span.line, suspect.span.column)
    return _find(module, source, suspect, suspect.span.line - 1, 1, 1 - column)


def _find(
    module: cst.Module, source: Source, suspect: Suspect, line_offset: int, first_line: int, column_offset: int
) -> Sight | None:
    from libcst.metadata import MetadataWrapper, PositionProvider

    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    positions = {
        node: (place.start.line, place.start.column, place.end.line, place.end.column)
        for node, place in wrapper.resolve(PositionProvider).items()
    }
    span = suspect.span
    wanted = (
        span.line,
        source.character(span.line, span.column),
        span.end_line,
        source.character(span.end_line, span.end_column),
    )
    for node in positions:
        if type(node).__name__ != suspect.shape:
            continue
        sight = Sight(node, positions, line_offset, first_line, column_offset)
        if suspect.shape in HEADERS:  # the unit holds one, whose body is not the file's
            return sight
        if sight.range_of(node) == wanted:
            return sight
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
