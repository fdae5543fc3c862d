"""The nodes that older Pythons lack."""

from __future__ import annotations

import ast


class TypeAlias(ast.stmt):
    """`type name = value`, as CPython's tree has it since 3.12."""

    _fields = ("name", "value")
    name: ast.Name
    value: ast.expr


class TemplateString(ast.expr):
    """A t-string: what it puts in."""

    _fields = ("values",)
    values: list[ast.expr]


def type_alias(name: ast.expr, value: ast.expr) -> TypeAlias:
    """A `type` statement without its type parameters."""
    node = TypeAlias()
    assert isinstance(name, ast.Name)
    node.name, node.value = name, value
    return node


def template_string(values: list[ast.expr]) -> TemplateString:
    """A t-string that puts in these values."""
    node = TemplateString()
    node.values = values
    return node
