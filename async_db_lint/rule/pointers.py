"""Words for the part of a node that a finding points at: `at=keyword("echo")`.

LibCST resolves them on the node that it has confirmed, so the range that is reported is the code's own. A word that
finds nothing on the node gives None, and then nothing is reported.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from async_db_lint.rule import cst

Node = TypeVar("Node", bound="cst.CSTNode")
Pointer = Callable[[Node], "cst.CSTNode | None"]
"""Picks the part of a confirmed node to point at; None reports nothing. Example: `at=keyword("echo")`."""


def whole(node: cst.CSTNode) -> cst.CSTNode:
    """The node itself: what a suspect points at unless it says otherwise.

    Example: `at=whole`.
    """
    return node


def keyword(name: str) -> Pointer[cst.Call]:
    """The keyword argument of a call, with its name; the call where it is not written out.

    Example: `at=keyword("echo")`.
    """
    return lambda call: keyword_of(call, name) or call


def written_keyword(name: str) -> Pointer[cst.Call]:
    """The keyword argument of a call, which must be written out.

    Example: `at=written_keyword("future")`.
    """
    return lambda call: keyword_of(call, name)


def argument(name: str, position: int) -> Pointer[cst.Call]:
    """The value of an argument, by keyword or position; None behind a `*splat`.

    Example: `at=argument("statement", 0)`.
    """
    return lambda call: argument_of(call, name, position)


def name_of(function: cst.FunctionDef) -> cst.CSTNode:
    """The name of a function.

    Example: `at=name_of`.
    """
    return function.name


def returned(statement: cst.Return) -> cst.CSTNode | None:
    """What a `return` returns.

    Example: `at=returned`.
    """
    return statement.value


def header_item(header: cst.With | cst.For) -> cst.CSTNode:
    """What a `with` enters first, or what a `for` runs over.

    Example: `at=header_item`.
    """
    return header.iter if isinstance(header, cst.For) else header.items[0].item


def keyword_of(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument of a call that is passed by a keyword; None when the call does not write it out.

    Example: `given = keyword_of(call, "class_")`.
    """
    return next((item for item in call.args if item.keyword is not None and item.keyword.value == name), None)


def argument_of(call: cst.Call, name: str, position: int) -> cst.BaseExpression | None:
    """The value of an argument of a call, by keyword or position; None behind a `*splat`.

    Example: `statement = argument_of(call, "statement", 0)`.
    """
    named = keyword_of(call, name)
    if named is not None:
        return named.value
    before = call.args[: position + 1]
    if len(before) <= position or any(item.keyword is not None or item.star for item in before):
        return None
    return before[position].value
