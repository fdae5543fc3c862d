"""ADB303."""

from __future__ import annotations

from async_db_lint.fixes.nodes.awaiting import awaiting_query
from async_db_lint.rule import *

RESULTS = ("sqlalchemy.Result", "sqlalchemy.ScalarResult", "sqlalchemy.MappingResult", "sqlalchemy.CursorResult")


class AwaitOnChain(Rule):
    """`await` before a chain waits for the last call of the chain instead of the query.

    Happens: `await session.execute(query).scalars()` calls `scalars()` on a coroutine:
    `AttributeError: 'coroutine' object has no attribute 'scalars'`. The query is never sent.

    Instead: `(await session.execute(query)).scalars()`, or `await session.scalars(query)`.

    Silent: when the first call is not known to be a coroutine of a session, connection or engine.
    """

    code = "ADB303"
    name = "await-on-chain"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Suspects:
        for item in project.awaits():
            query = _coroutine_in_chain(project, item)
            if query is None:
                continue
            message = f"`await` waits for the end of the chain, not for `{quoted(query)}`"
            ends = _ends_in_coroutine(project, item, query)
            yield suspect(item, message, fix=None if ends is None else awaiting_query(query.span, ends))


def _coroutine_in_chain(project: Project, item: Await) -> Call | None:
    """The coroutine call under the last call of an awaited chain."""
    expr: Expr = item.value
    while isinstance(expr, (Attribute, Call)):
        if isinstance(expr, Attribute):
            expr = expr.value
            continue
        method = project.site(expr).method_name if expr.usage is Usage.RECEIVER else None
        if method is not None and is_coroutine(method):
            return expr
        expr = expr.callee
    return None


def _ends_in_coroutine(project: Project, item: Await, query: Call) -> bool | None:
    """Whether a chain ends with a coroutine, once the query in it is awaited; None where that is not known."""
    value = awaited(project.site(query).gives)
    steps: list[str] = []
    expr: Expr = item.value
    while expr is not query:
        assert isinstance(expr, (Attribute, Call))
        if isinstance(expr, Attribute):
            steps.append(expr.name)
        expr = expr.value if isinstance(expr, Attribute) else expr.callee
    if value is None or value.kind is not Kind.INSTANCE:
        return None
    if project.is_a(value, *RESULTS):
        return False
    member = project.member(value, steps[0]) if len(steps) == 1 else None
    return is_coroutine(member.name) if member is not None and member.kind is Kind.METHOD else None
