"""What a rule may look at when it mends: the node that it has confirmed, and functions and statements elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from async_db_lint import syntax
from async_db_lint.syntax import Sight, Unit

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.index.expressions import Span
    from async_db_lint.index.scopes import Function, Statement
    from async_db_lint.source import Source


Node = TypeVar("Node", bound="cst.CSTNode")


class Eye:
    """Reads units of files by LibCST, each once, and remembers them: a change is made of their nodes."""

    def __init__(self, source: Callable[[str], Source], sight: Sight) -> None:
        """Take what gives a file by its path, and the sight that a rule has confirmed."""
        self.source = source
        self.units: list[Unit] = [sight.unit]
        self._known: dict[tuple[str, int, int], Unit | None] = {}
        self._parents: dict[cst.Module, Mapping[cst.CSTNode, cst.CSTNode]] = {}

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around another, in the unit that it was read in."""
        from libcst.metadata import MetadataWrapper, ParentNodeProvider

        unit = self._unit_of(node)
        if unit is None:
            return None
        if unit.module not in self._parents:
            wrapper = MetadataWrapper(unit.module, unsafe_skip_copy=True)
            self._parents[unit.module] = wrapper.resolve(ParentNodeProvider)
        return self._parents[unit.module].get(node)

    def around(self, node: cst.CSTNode, *kinds: type[Node]) -> Node | None:
        """The nearest node of some kinds around another."""
        found = self.parent(node)
        while found is not None:
            if isinstance(found, kinds):
                return found
            found = self.parent(found)
        return None

    def at(self, node: cst.CSTNode, span: Span, kind: type[Node]) -> Node | None:
        """The node of a kind at a span of the file, in the unit that another node was read in."""
        unit = self._unit_of(node)
        found = None if unit is None else syntax.find(unit, span, kind.__name__)
        return found.node if found is not None and isinstance(found.node, kind) else None

    def function(self, function: Function) -> cst.FunctionDef | None:
        """A function with its decorators; None when LibCST cannot read it, or its lines hold other code."""
        import libcst as cst

        if function.statement is None:
            return None
        path, first, last = function.module.path, function.statement.span.line, function.span.end_line
        unit = self._unit((path, first, last), lambda: syntax.function(self.source(path), first, last))
        body: Sequence[cst.CSTNode] = () if unit is None else unit.module.body
        while len(body) == 1 and isinstance(body[0], cst.If):  # the scaffold
            body = body[0].body.body
        only = body[0] if len(body) == 1 else None
        return only if isinstance(only, cst.FunctionDef) and only.name.value == function.name else None

    def statement(self, path: str, statement: Statement) -> cst.SimpleStatementLine | None:
        """A simple statement as the line that it stands on; None when it shares the line, or cannot be read."""
        import libcst as cst

        first = self.first_comment(path, statement.span.line)
        key = (path, first, statement.span.end_line)
        unit = self._unit(key, lambda: syntax.lines(self.source(path), first, statement.span.end_line))
        found = unit.module.body[-1] if unit is not None and len(unit.module.body) == 2 else None
        return found if isinstance(found, cst.SimpleStatementLine) and len(found.body) == 1 else None

    def first_comment(self, path: str, line: int) -> int:
        """The first of the comments that stand right above a line; the line where there is none."""
        source = self.source(path)
        while line > 1 and source.line(line - 1).startswith("#"):
            line -= 1
        return line

    def blank_above(self, path: str, line: int) -> int:
        """How many empty lines stand above a line and its comments, two at most."""
        first = self.first_comment(path, line)
        above = [self.source(path).line(number).strip() for number in (first - 1, first - 2)]
        return 2 if first <= 2 or not any(above) else 0 if above[0] else 1

    def written(self, path: str, statement: Statement) -> cst.CSTNode | None:
        """Whatever a statement elsewhere is made of."""
        key = (path, statement.span.line, -1)
        unit = self._unit(key, lambda: syntax.statement(self.source(path), statement.span, statement.keyword))
        return None if unit is None else unit.module

    def call(self, path: str, span: Span, statement: Statement) -> cst.Call | None:
        """A call elsewhere."""
        import libcst as cst

        key = (path, span.line, span.column)
        unit = self._unit(key, lambda: syntax.statement(self.source(path), statement.span, statement.keyword))
        return None if unit is None else self.at(unit.module, span, cst.Call)

    def _unit_of(self, node: cst.CSTNode) -> Unit | None:
        return next((unit for unit in self.units if node in unit.positions), None)

    def _unit(self, key: tuple[str, int, int], read: Callable[[], Unit | None]) -> Unit | None:
        if key not in self._known:
            self._known[key] = read()
            found = self._known[key]
            if found is not None:
                self.units.append(found)
        return self._known[key]
