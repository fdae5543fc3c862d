"""Python's operators between columns, written as SQLAlchemy's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.rule import Change, Fixer, Needed, Pointer, Safety, Syntax, cst

if TYPE_CHECKING:
    Decided = cst.BooleanOperation | cst.UnaryOperation | cst.Comparison


def deciding(operator: str) -> Pointer[cst.Call]:
    """The argument of a call that Python decides by `and`, `not`, `is`, `in` or `<`: `at=deciding("and")`."""
    return lambda call: next(_decided(call, operator), None)


def _decided(call: cst.Call, operator: str) -> Iterator[Decided]:
    for item in call.args:
        node = item.value
        match node:
            case cst.BooleanOperation() if operator == "and":
                yield node
            case cst.UnaryOperation(operator=cst.Not()) if operator == "not":
                yield node
            case cst.Comparison() if _compares(node, operator):
                yield node


def _compares(node: cst.Comparison, operator: str) -> bool:
    first = node.comparisons[0].operator
    if operator == "is":
        return isinstance(first, (cst.Is, cst.IsNot))
    if operator == "in":
        return isinstance(first, (cst.In, cst.NotIn))
    return operator == "<" and len(node.comparisons) > 1


def in_sql(path: str, operator: str) -> Fixer[cst.Call]:
    """The fix that lets the database decide: `fix=in_sql(call.path, "is")`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        node = next(_decided(call, operator), None)
        changed = None if node is None else _written(node)
        if node is None or changed is None:
            return None
        is_or = isinstance(node, cst.BooleanOperation) and isinstance(node.operator, cst.Or)
        needed = (Needed(path, "sqlalchemy", "or_"),) if is_or else ()
        return Change("Let the database decide", Safety.UNSAFE, ((node, changed),), needed)

    return fix


def _written(node: Decided) -> cst.BaseExpression | None:
    match node:
        case cst.UnaryOperation():
            return _inverted(node.expression)
        case cst.Comparison(left=left, comparisons=[cst.ComparisonTarget(operator=operator, comparator=right)]):
            method = {cst.Is: "is_", cst.IsNot: "is_not", cst.In: "in_", cst.NotIn: "not_in"}.get(type(operator))
            return None if method is None else cst.Call(cst.Attribute(left, cst.Name(method)), [cst.Arg(right)])
        case cst.BooleanOperation(operator=cst.Or()):
            comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
            return cst.Call(cst.Name("or_"), [cst.Arg(node.left, comma=comma), cst.Arg(node.right)])
        case cst.BooleanOperation():
            both = cst.BitAnd(cst.SimpleWhitespace(" "), cst.SimpleWhitespace(" "))
            return cst.BinaryOperation(_bracketed(node.left), both, _bracketed(node.right))
    return None


def _inverted(node: cst.BaseExpression) -> cst.UnaryOperation:
    inner = node if isinstance(node, (cst.Name, cst.Attribute, cst.Call)) else _bracketed(node)
    return cst.UnaryOperation(cst.BitInvert(), inner)


def _bracketed(node: cst.BaseExpression) -> cst.BaseExpression:
    if node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
