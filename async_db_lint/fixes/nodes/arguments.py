"""Keyword arguments of a call, added and removed in the style of the code around them."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Change, Fixer, Safety, Syntax, cst, keyword_of


def removing_keyword(name: str, safety: Safety) -> Fixer[cst.Call]:
    """The fix that removes a keyword argument: `fix=removing_keyword("echo", Safety.UNSAFE)`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        changed = without_keyword(call, name)
        return None if changed is None else Change(f"Remove `{name}`", safety, ((call, changed),))

    return fix


def setting_keyword(name: str, value: str, safety: Safety) -> Fixer[cst.Call]:
    """The fix that sets a keyword argument: `fix=setting_keyword("expire_on_commit", "False", Safety.UNSAFE)`."""
    title = f"Set `{name}={value}`"

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        given = keyword_of(call, name)
        if given is not None:
            return Change(title, safety, ((given.value, cst.parse_expression(value)),))
        changed = with_keyword(call, name, value)
        return None if changed is None else Change(title, safety, ((call, changed),))

    return fix


def without_keyword(call: cst.Call, name: str) -> cst.Call | None:
    """A call without a keyword argument; None when it is not written out, or a comment belongs to it."""
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
    """A call with one more keyword argument at its end; None when a comment is in the way."""
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
    """The space between two arguments: a blank, or a new line with its indentation."""
    first = call.args[0]
    space = call.whitespace_before_args
    if len(call.args) > 1 and isinstance(first.comma, cst.Comma):
        space = first.comma.whitespace_after
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=())
    return cst.SimpleWhitespace(" ")


def has_comment(node: cst.CSTNode | cst.MaybeSentinel) -> bool:
    """Whether whitespace or a comma holds a comment."""
    return not isinstance(node, cst.MaybeSentinel) and "#" in code_of(node)
