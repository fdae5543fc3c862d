"""The tree of a text that was written in an older way, put right: what stands there is what the file says."""

from __future__ import annotations

import ast
import re

from async_db_lint.read.newer_syntax.edits import Edits, Hole
from async_db_lint.read.newer_syntax.nodes import template_string, type_alias

LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class Restore(ast.NodeTransformer):
    """Puts right each node that an edit is about."""

    def __init__(self, data: bytes, edits: Edits) -> None:
        self.edits = edits
        self.starts = [0, *(found.end() for found in LINE_ENDS.finditer(data))]

    def _offset(self, node: ast.expr | ast.stmt | ast.excepthandler) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def visit_Tuple(self, node: ast.Tuple) -> ast.AST:
        """A string that was written as a tuple."""
        self.generic_visit(node)
        written = self.edits.strings.get(self._offset(node))
        end = self.starts[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        if written is None or end != written.ends[-1]:  # a tuple may start with such a string
            return node
        if written.is_template:
            whole: ast.expr = template_string([self._value(hole, node) for hole in written.holes])
        else:
            whole = ast.JoinedStr(values=[self._part(part, node) for part in written.parts])
        return ast.copy_location(whole, node)

    def _part(self, part: str | Hole, node: ast.Tuple) -> ast.expr:
        if isinstance(part, str):
            return ast.copy_location(ast.Constant(part), node)
        value = self._value(part, node)
        return ast.copy_location(ast.FormattedValue(value=value, conversion=-1), value)

    def _value(self, hole: Hole, node: ast.Tuple) -> ast.expr:
        inside = [item for item in node.elts if hole.start <= self._offset(item) < hole.end]
        if len(inside) == 1 and not hole.is_tuple:
            return inside[0]
        return ast.copy_location(ast.Tuple(inside, ast.Load()), inside[0] if inside else node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """A `type` statement."""
        self.generic_visit(node)
        if self._offset(node) not in self.edits.aliases:
            return node
        name = node.targets[1]
        found = type_alias(name.value if isinstance(name, ast.Subscript) else name, node.value)
        return ast.copy_location(found, node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        """Exceptions without parentheses."""
        self.generic_visit(node)
        if node.type is not None and self._offset(node) in self.edits.handlers:
            node.type = ast.copy_location(ast.Tuple(_operands(node.type), ast.Load()), node.type)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        """The number that stands for `lazy`."""
        if self._offset(node) in self.edits.lazy.values():
            return None
        return self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> ast.AST:
        """An import that may be lazy."""
        return self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST:
        """An import that may be lazy."""
        return self._import(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> ast.AST:
        start = self.edits.lazy.get(self._offset(node))
        if start is not None:
            node.col_offset -= self._offset(node) - start
        return node


def _operands(node: ast.expr) -> list[ast.expr]:
    """The operands of `a | b | c`."""
    found: list[ast.expr] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        found.append(node.right)
        node = node.left
    return [node, *reversed(found)]
