"""`await` put before an expression, or taken away."""

from __future__ import annotations

from async_db_lint.rule import Change, Fixer, Safety, Span, Syntax, cst


def await_call(call: cst.Call, syntax: Syntax) -> Change:
    """The fix that awaits a call: `fix=await_call`."""
    return Change("Await it", Safety.UNSAFE, ((call, awaited(call, syntax)),))


def remove_await(node: cst.Await, syntax: Syntax) -> Change:
    """The fix that removes an `await`: `fix=remove_await`."""
    inner = node.expression
    changed = inner.with_changes(lpar=(*node.lpar, *inner.lpar), rpar=(*inner.rpar, *node.rpar))
    return Change("Remove `await`", Safety.SAFE, ((node, changed),))


def awaiting_query(query: Span, is_end_coroutine: bool) -> Fixer[cst.Await]:
    """The fix that moves an `await` from the end of a chain to a call in it.

    Takes the place of that call, and whether the end of the chain must be awaited too.
    """

    def fix(node: cst.Await, syntax: Syntax) -> Change | None:
        inner = None if node.lpar else syntax.at(node, query, cst.Call)
        if inner is None:
            return None
        awaited_query = cst.Await(inner, [cst.LeftParen()], [cst.RightParen()])
        changed: cst.CSTNode = node.expression.deep_replace(inner, awaited_query)
        if is_end_coroutine:
            changed = node.with_changes(expression=changed)
        return Change("Await the query", Safety.UNSAFE, ((node, changed),))

    return fix


def awaited(node: cst.BaseExpression, syntax: Syntax, place: cst.BaseExpression | None = None) -> cst.Await:
    """`await` before an expression, in parentheses where something is asked of what it gives.

    `place` is the node that it will replace, if that is another.
    """
    old = node if place is None else place
    around = syntax.parent(old)
    found = cst.Await(node)
    is_asked = isinstance(around, (cst.Attribute, cst.Subscript, cst.Await)) and around.children[0] is old
    is_called = isinstance(around, cst.Call) and around.func is old
    if is_asked or is_called or isinstance(around, cst.BinaryOperation):
        return found.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return found
