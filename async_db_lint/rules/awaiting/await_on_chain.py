"""ADB303."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Span, Usage
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind
from async_db_lint.project.project import Project
from async_db_lint.project.results import awaited as awaited_value
from async_db_lint.project.text import quoted
from async_db_lint.rule import Rule, Severity, Suspect, at_await

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


RESULTS = ("sqlalchemy.Result", "sqlalchemy.ScalarResult", "sqlalchemy.MappingResult", "sqlalchemy.CursorResult")


class _Chain(NamedTuple):
    """Where the query stands, and whether the end of the chain is to be awaited too; None where that is not known."""

    query: Span
    is_coroutine: bool | None


class AwaitOnChain(Rule):
    """`await` stands before a chain, and so waits for the last call of it instead of the query.

    Happens: `await session.execute(query).scalars()` calls `scalars()` on a coroutine:
    `AttributeError: 'coroutine' object has no attribute 'scalars'`. The query is never sent.

    Instead: `(await session.execute(query)).scalars()`, or `await session.scalars(query)`.

    Silent: when the first call is not known to be a coroutine of a session, connection or engine.
    """

    code = "ADB303"
    name = "await-on-chain"
    severity = Severity.ERROR
    fix = Safety.UNSAFE

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for scope in project.scopes():
            for item in scope.awaits:
                inner = _coroutine_in_chain(project, item)
                if inner is not None:
                    message = f"`await` waits for the end of the chain, not for `{quoted(inner)}`"
                    yield at_await(item, message)._replace(facts=_Chain(inner.span, _ends(project, item, inner)))

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        chain = suspect.facts
        inner = eye.at(node, chain.query, cst.Call) if isinstance(node, cst.Await) and not node.lpar else None
        if inner is None or not isinstance(node, cst.Await) or chain.is_coroutine is None:
            return None
        query = cst.Await(inner, [cst.LeftParen()], [cst.RightParen()])
        changed = node.expression.deep_replace(inner, query)
        if chain.is_coroutine:
            changed = node.with_changes(expression=changed)
        return Change("Await the query", Safety.UNSAFE, ((node, changed),))


def _ends(project: Project, item: Await, inner: Call) -> bool | None:
    """Whether what a chain ends with is a coroutine, once the query in it is awaited."""
    value = awaited_value(project.inference.call(inner))
    steps: list[str] = []
    expr: Expr = item.value
    while expr is not inner:
        if isinstance(expr, Call):
            expr = expr.callee
        elif isinstance(expr, Attribute):
            steps.append(expr.name)
            expr = expr.value
        else:
            return None
    if value is None or value.kind is not Kind.INSTANCE:
        return None
    if project.inference.is_a(value, *RESULTS):
        return False
    member = project.inference.member(value, steps[0]) if len(steps) == 1 else None
    return library.is_coroutine(member.name) if member is not None and member.kind is Kind.METHOD else None


def _coroutine_in_chain(project: Project, item: Await) -> Call | None:
    """The coroutine call under the last call of an awaited chain."""
    expr: Expr = item.value
    while True:
        if isinstance(expr, Attribute):
            expr = expr.value
        elif isinstance(expr, Call):
            if expr.usage is Usage.RECEIVER and _is_coroutine(project, expr):
                return expr
            expr = expr.callee
        else:
            return None


def _is_coroutine(project: Project, call: Call) -> bool:
    if call.method not in library.coroutine_names():
        return False
    callee = project.inference.callee(call)
    return callee is not None and callee.kind is Kind.METHOD and library.is_coroutine(callee.name)
