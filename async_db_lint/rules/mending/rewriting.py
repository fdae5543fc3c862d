"""LibCST nodes as rules change them when they mend, in the style of the code around."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


def without_keyword(call: cst.Call, name: str) -> cst.Call | None:
    """A call without one of its keyword arguments; None when it is not written out, or a comment belongs to it."""
    import libcst as cst

    gone = [item for item in call.args if item.keyword is not None and item.keyword.value == name]
    if any(has_comment(item.comma) or has_comment(item.whitespace_after_arg) for item in gone):
        return None
    kept = [item for item in call.args if item.keyword is None or item.keyword.value != name]
    if len(kept) == len(call.args):
        return None
    if not kept:
        return call.with_changes(args=(), whitespace_before_args=cst.SimpleWhitespace(""))
    last = call.args[-1]
    if kept[-1] is not last:
        kept[-1] = kept[-1].with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    return call.with_changes(args=kept)


def with_keyword(call: cst.Call, name: str, value: str) -> cst.Call | None:
    """A call with one more keyword argument at its end; None where a comment stands in the way."""
    import libcst as cst

    plain = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    new = cst.Arg(cst.parse_expression(value), keyword=cst.Name(name), equal=plain)
    if not call.args:
        return call.with_changes(args=[new])
    last = call.args[-1]
    between = cst.Comma(whitespace_after=_between(call))
    if has_comment(last.comma) or has_comment(last.whitespace_after_arg):
        return None
    kept = last.with_changes(comma=between, whitespace_after_arg=cst.SimpleWhitespace(""))
    added = new.with_changes(comma=last.comma, whitespace_after_arg=last.whitespace_after_arg)
    return call.with_changes(args=[*call.args[:-1], kept, added])


def _between(call: cst.Call) -> cst.BaseParenthesizableWhitespace:
    """What stands between two arguments: a blank, or a new line with its indentation."""
    import libcst as cst

    first = call.args[0]
    space = call.whitespace_before_args
    if len(call.args) > 1 and isinstance(first.comma, cst.Comma):
        space = first.comma.whitespace_after
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
    return cst.SimpleWhitespace(" ")


def has_comment(node: cst.CSTNode | cst.MaybeSentinel) -> bool:
    """Whether whitespace or a comma holds a comment."""
    import libcst as cst

    if isinstance(node, cst.MaybeSentinel):
        return False
    return "#" in cst.Module(body=()).code_for_node(node)


def awaited(node: cst.BaseExpression, eye: Eye, place: cst.BaseExpression | None = None) -> cst.Await:
    """`await` before an expression, in parentheses where something is asked of what it gives.

    `place` is the node in whose place it will stand, where that is another.
    """
    import libcst as cst

    old = node if place is None else place
    around = eye.parent(old)
    found = cst.Await(node)
    asked = isinstance(around, (cst.Attribute, cst.Subscript, cst.Await)) and around.children[0] is old
    is_called = isinstance(around, cst.Call) and around.func is old
    if asked or is_called or isinstance(around, cst.BinaryOperation):
        return found.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return found
