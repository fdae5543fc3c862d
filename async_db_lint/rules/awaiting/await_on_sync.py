"""ADB302."""

from __future__ import annotations

from async_db_lint.fixes.nodes.awaiting import remove_await
from async_db_lint.rule import *

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
    """Something that is not a coroutine is awaited.

    Happens: `TypeError: object NoneType can't be used in 'await' expression`, for `list` or
    `AsyncSession` likewise, each time the line is reached. After `await session.add(obj)` the object
    has been added all the same.

    Instead: leave out the `await`: `session.add(obj)`, `result.scalars().all()`, `async with SessionLocal()`.

    Silent: for `AsyncResult`, whose methods are coroutines, and for what can be awaited although it is
    not a coroutine, such as `session.begin()` and `engine.connect()`.
    """

    code = "ADB302"
    name = "await-on-sync"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.SAFE
    yields_to = ("ADB211", "ADB401")

    def suspects(self, project: Project) -> Suspects:
        for item in project.awaits():
            if isinstance(item.value, Call):
                what = _not_awaitable(project, project.site(item.value))
                if what is not None:
                    yield suspect(item, f"`{quoted(item.value)}` {what} and cannot be awaited", fix=remove_await)


def _not_awaitable(project: Project, call: CallSite) -> str | None:
    """What a call gives that cannot be awaited; None when it can be, or is not known."""
    if call.name in SESSION_METHODS or call.name in RESULT_METHODS:
        return _of_method(project, call)
    # A factory is called by no function's name.
    if call.call.arguments or call.name in project.table.function_names:
        return None
    callee = call.callee
    is_factory = callee is not None and callee.kind is Kind.INSTANCE and project.is_session(callee.inner)
    return "makes a session" if is_factory and project.is_session(call.gives) else None


def _of_method(project: Project, call: CallSite) -> str | None:
    if call.method_name is None or call.callee is None:
        return None
    owner = call.callee.inner
    if call.name in SESSION_METHODS and project.is_a(owner, *SESSIONS, *SYNC_SESSIONS):
        return "is not a coroutine"
    if call.name in RESULT_METHODS and project.is_a(owner, *RESULTS):
        return "reads rows that are already here"
    return None
