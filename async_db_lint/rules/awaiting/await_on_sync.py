"""ADB302."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Call
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind
from async_db_lint.project.project import Project
from async_db_lint.project.text import quoted
from async_db_lint.rule import Rule, Severity, Suspect, at_await

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye

SESSION_METHODS = frozenset(
    """
    add add_all expunge expunge_all expire expire_all is_modified in_transaction get_bind
    """.split()
)
RESULT_METHODS = frozenset(
    """
    all first one one_or_none scalar scalars scalar_one scalar_one_or_none fetchall fetchone
    fetchmany mappings unique columns tuples
    """.split()
)
RESULTS = ("sqlalchemy.Result", "sqlalchemy.ScalarResult", "sqlalchemy.MappingResult", "sqlalchemy.TupleResult")


class AwaitOnSync(Rule):
    """Something that is no coroutine is awaited.

    Happens: `TypeError: object NoneType can't be used in 'await' expression`, for `list` or
    `AsyncSession` likewise, each time the line is reached. After `await session.add(obj)` the object
    has been added all the same.

    Instead: leave out the `await`: `session.add(obj)`, `result.scalars().all()`, `async with SessionLocal()`.

    Silent: for `AsyncResult`, whose methods are coroutines, and for what can be awaited although it is
    no coroutine, such as `session.begin()` and `engine.connect()`.
    """

    code = "ADB302"
    name = "await-on-sync"
    severity = Severity.ERROR
    fix = Safety.SAFE
    yields_to = ("ADB211", "ADB401")

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for scope in project.scopes():
            for item in scope.awaits:
                call = item.value
                if isinstance(call, Call):
                    what = _not_awaitable(project, call)
                    if what is not None:
                        yield at_await(item, f"`{quoted(call)}` {what} and cannot be awaited")

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        if not isinstance(node, cst.Await):
            return None
        changed = node.expression.with_changes(
            lpar=(*node.lpar, *node.expression.lpar), rpar=(*node.expression.rpar, *node.rpar)
        )
        return Change("Remove `await`", Safety.SAFE, ((node, changed),))


def _not_awaitable(project: Project, call: Call) -> str | None:
    """What a call gives that cannot be awaited; None when it can be, or is not known."""
    method = call.method or ""
    if method in SESSION_METHODS or method in RESULT_METHODS:
        return _of_method(project, call, method)
    if call.arguments or method in project.table.function_names:  # a factory is called by no function's name
        return None
    callee = project.inference.callee(call)
    if callee is not None and callee.kind is Kind.INSTANCE and callee.inner is not None:
        if project.is_session(callee.inner) and project.is_session(project.inference.call(call)):
            return "makes a session"
    return None


def _of_method(project: Project, call: Call, method: str) -> str | None:
    callee = project.inference.callee(call)
    if callee is None or callee.kind is not Kind.METHOD or callee.inner is None:
        return None
    owner = callee.inner
    if method in SESSION_METHODS and project.inference.is_a(owner, *library.SESSIONS, *library.SYNC_SESSIONS):
        return "is no coroutine"
    if method in RESULT_METHODS and project.inference.is_a(owner, *RESULTS):
        return "reads rows that are already here"
    return None
