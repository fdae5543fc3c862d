"""One change to a file of the reference application, made by LibCST: what a developer would really do."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from textwrap import dedent

import libcst as cst

Replacement = cst.BaseExpression | cst.FlattenSentinel[cst.BaseStatement]


@dataclass(frozen=True)
class Change:
    """Replace the one statement or expression `old` by `new`; or append `new` when `old` is empty.

    Both are source text. `inside` names the class and function (`Ordering.place`) where `old` stands
    more than once in the file; `imports` are the import statements that `new` needs.
    """

    path: str
    old: str
    new: str
    inside: str = ""
    imports: str = ""

    def applied(self, source: str) -> str:
        """The file's text with the change. Raises ValueError when `old` does not stand there exactly once."""
        module = cst.parse_module(source)
        if self.old:
            transformer = _Replace(self)
            module = module.visit(transformer)
            if transformer.count != 1:
                raise ValueError(f"{self.path}: `{self.old}` stands there {transformer.count} times")
        else:
            module = module.with_changes(body=[*module.body, *_statements(self.new)])
        if self.imports:
            first, *rest = module.body  # `from __future__ …` has to stay the first, but for the docstring
            at = 2 if "__future__" in module.code_for_node(rest[0]) else 1
            body = [first, *rest]
            module = module.with_changes(body=[*body[:at], *_statements(self.imports), *body[at:]])
        return module.code


class _Replace(cst.CSTTransformer):
    def __init__(self, change: Change) -> None:
        self.count = 0
        self.inside = change.inside
        self.scope: list[str] = []
        try:
            self.old: cst.CSTNode = cst.parse_expression(change.old)
            self.new: Replacement = cst.parse_expression(change.new)
        except cst.ParserSyntaxError:
            (self.old,) = _statements(change.old)
            self.new = cst.FlattenSentinel(_statements(change.new))
        self.text = _normal(cst.Module([]).code_for_node(self.old))

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            self.scope.append(node.name.value)
        return True

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> object:  # type: ignore[override]
        if isinstance(original_node, (cst.FunctionDef, cst.ClassDef)):
            self.scope.pop()
        if not self._is_meant(original_node):
            return updated_node
        self.count += 1
        return self.new

    def _is_meant(self, node: cst.CSTNode) -> bool:
        if type(node) is not type(self.old) or (self.inside and ".".join(self.scope) != self.inside):
            return False
        return _normal(cst.Module([]).code_for_node(node)) == self.text


def _statements(text: str) -> list[cst.BaseStatement]:
    return list(cst.parse_module(dedent(text).strip("\n") + "\n").body)


def _normal(code: str) -> str:
    """Code without its layout and comments."""
    text = dedent(code).strip()
    try:
        return ast.unparse(ast.parse(text))
    except IndentationError:  # an expression whose lines the parentheses around it hold together
        return ast.unparse(ast.parse(f"({text})"))
