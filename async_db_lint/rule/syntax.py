"""The LibCST trees that a fix is made from: the code of the finding, and other functions and statements it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from async_db_lint.rule import cst
from async_db_lint.rule.cst_units import Unit, read_function, read_lines, read_statement

if TYPE_CHECKING:
    from async_db_lint.index.expressions import Call, Span
    from async_db_lint.index.scopes import Function, Statement
    from async_db_lint.read.source import Source

Node = TypeVar("Node", bound="cst.CSTNode")


class Syntax:
    """Reads code by LibCST, each piece once, and remembers it: a change may replace any node that was read."""

    def __init__(self, source: Callable[[str], Source], unit: Unit) -> None:
        """Take what gives a file by its path, and the unit that holds the finding."""
        self.source = source
        self.units: list[Unit] = [unit]
        self._known: dict[tuple[str, int, int], Unit | None] = {}

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node around another."""
        unit = self._unit_of(node)
        return None if unit is None else unit.parents.get(node)

    def around(self, node: cst.CSTNode, *kinds: type[Node]) -> Node | None:
        """The nearest node of some classes around another: `syntax.around(call, cst.With)`."""
        found = self.parent(node)
        while found is not None:
            if isinstance(found, kinds):
                return found
            found = self.parent(found)
        return None

    def at(self, node: cst.CSTNode, span: Span, kind: type[Node]) -> Node | None:
        """The node of a class at a span of the file, in the piece of code that `node` was read in."""
        unit = self._unit_of(node)
        found = None if unit is None else unit.find(span, kind.__name__)
        return found if isinstance(found, kind) else None

    def function(self, function: Function) -> cst.FunctionDef | None:
        """A function with its decorators; None when LibCST cannot read it, or its lines hold other code."""
        if function.statement is None:
            return None
        path, first, last = function.path, function.statement.span.line, function.span.end_line
        unit = self._unit((path, first, last), lambda: read_function(self.source(path), first, last))
        body: Sequence[cst.CSTNode] = () if unit is None else unit.module.body
        while len(body) == 1 and isinstance(body[0], cst.If):  # the scaffold
            body = body[0].body.body
        only = body[0] if len(body) == 1 else None
        return only if isinstance(only, cst.FunctionDef) and only.name.value == function.name else None

    def line(self, path: str, statement: Statement) -> cst.SimpleStatementLine | None:
        """A simple statement at the top of a module, with its line and the comments above.

        None when other code shares the line, or LibCST cannot read it.
        """
        first = self.first_comment(path, statement.span.line)
        key = (path, first, statement.span.end_line)
        unit = self._unit(key, lambda: read_lines(self.source(path), first, statement.span.end_line))
        found = unit.module.body[-1] if unit is not None and len(unit.module.body) == 2 else None
        return found if isinstance(found, cst.SimpleStatementLine) and len(found.body) == 1 else None

    def call_in_line(self, call: Call) -> tuple[cst.SimpleStatementLine, cst.Call] | None:
        """A call at the top of a module, and the line of its statement."""
        line = self.line(call.path, call.statement)
        found = None if line is None else self.at(line, call.span, cst.Call)
        return None if line is None or found is None else (line, found)

    def statement(self, path: str, statement: Statement) -> cst.CSTNode | None:
        """Any statement, or the header of a compound one, anywhere in a file."""
        key = (path, statement.span.line, -1)
        unit = self._unit(key, lambda: read_statement(self.source(path), statement))
        return None if unit is None else unit.module

    def first_comment(self, path: str, line: int) -> int:
        """The first line of the comments right above a line; the line itself where there are none."""
        source = self.source(path)
        while line > 1 and source.line(line - 1).startswith("#"):
            line -= 1
        return line

    def blank_above(self, path: str, line: int) -> int:
        """How many empty lines are above a line and its comments, at most two."""
        first = self.first_comment(path, line)
        above = [self.source(path).line(number).strip() for number in (first - 1, first - 2)]
        return 2 if first <= 2 or not any(above) else 0 if above[0] else 1

    def _unit_of(self, node: cst.CSTNode) -> Unit | None:
        return next((unit for unit in self.units if node in unit.positions), None)

    def _unit(self, key: tuple[str, int, int], read: Callable[[], Unit | None]) -> Unit | None:
        if key not in self._known:
            self._known[key] = read()
            found = self._known[key]
            if found is not None:
                self.units.append(found)
        return self._known[key]
