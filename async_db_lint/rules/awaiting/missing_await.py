"""ADB301."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import BlockKind, Function
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.project import Project, enclosing_function
from async_db_lint.project.text import quoted
from async_db_lint.project.uses import is_never_awaited
from async_db_lint.rule import Rule, Severity, Suspect, along, at_call
from async_db_lint.rules.mending.rewriting import awaited

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye

# What cannot be done with a coroutine but to lose it, or to fail.
LOST = frozenset(
    {
        Usage.STATEMENT,
        Usage.RECEIVER,
        Usage.ITERATED,
        Usage.ASYNC_ITERATED,
        Usage.OTHER,
        Usage.CALLED,
        Usage.ENTERED_SYNC,
    }
)
EFFECTS = {
    "commit": "nothing is committed",
    "rollback": "nothing is rolled back",
    "flush": "nothing is written",
    "delete": "nothing is deleted",
    "refresh": "the old values stay",
    "close": "the connection is not given back",
    "aclose": "the connection is not given back",
    "dispose": "no connection is closed",
}


class MissingAwait(Rule):
    """A coroutine of a session, connection, engine or result is made and never awaited.

    Happens: the call makes a coroutine and does nothing else. `session.commit()` commits nothing, no
    error is raised, the rows are gone; at most a `RuntimeWarning: coroutine 'AsyncSession.commit' was
    never awaited` appears in the log. Where the result is used, `'coroutine' object has no attribute
    'scalars'` follows.

    Instead: `await session.commit()`. In a plain `def` that cannot await, make the function
    `async def`: FastAPI calls both.

    Silent: when the coroutine is returned, passed on, gathered or awaited later; on synchronous
    sessions, whose methods have the same names; when the receiver is not understood.
    """

    code = "ADB301"
    name = "missing-await"
    severity = Severity.ERROR
    fix = Safety.UNSAFE
    yields_to = ("ADB401", "ADB303")

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call, owner in _coroutines(project):
            if not _is_lost(call):
                continue
            name = call.method or ""
            effect = EFFECTS.get(name, "it does not run")
            message = f"`{quoted(call)}` is never awaited: {effect}{_remark(call)}"
            yield at_call(call, message, along(owner.chain), facts=_can_await(call))
        for call in _own_coroutines(project):
            message = f"`{quoted(call)}` is never awaited: it does not run{_remark(call)}"
            yield at_call(call, message, facts=_can_await(call))

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        if not suspect.facts or not isinstance(node, cst.Call):
            return None
        return Change("Await it", Safety.UNSAFE, ((node, awaited(node, eye)),))


def _can_await(call: Call) -> bool:
    """Whether `await` may stand before a call: in an `async def`, and not in a comprehension or lambda of it."""
    scope = call.block.scope
    in_function = isinstance(scope, Function) and scope.is_async and scope.name != "<lambda>"
    return in_function and not call.block.inside(frozenset({BlockKind.COMPREHENSION}))


def _coroutines(project: Project) -> Iterator[tuple[Call, Value]]:
    """The calls of coroutine methods of the libraries' asynchronous classes, each with its object."""
    for name in sorted(library.coroutine_names()):
        for call in project.table.named(name):
            if (call.usage not in LOST and call.usage is not Usage.BOUND) or call.receiver is None:
                continue
            callee = project.inference.callee(call)
            if callee is None or callee.kind is not Kind.METHOD or callee.inner is None:
                continue
            if library.is_coroutine(callee.name):
                yield call, callee.inner


def _is_lost(call: Call) -> bool:
    """Whether nobody can await what a call makes."""
    return is_never_awaited(call) if call.usage is Usage.BOUND else call.usage in LOST


def _own_coroutines(project: Project) -> Iterator[Call]:
    """The project's own `async def`s that take a session, called as a statement."""
    for function in project.functions():
        if not function.is_async or function.is_generator or function.name == "<lambda>":
            continue
        statements = [call for call in project.table.named(function.name) if call.usage is Usage.STATEMENT]
        for call in statements:
            if project.inference.function(project.inference.callee(call)) is not function:
                continue
            made = project.inference.call(call)
            takes_session = any(project.is_session(project.value(item.value, call)) for item in call.arguments)
            if takes_session and made is not None and made.kind is Kind.COROUTINE:
                yield call


def _remark(call: Call) -> str:
    function = enclosing_function(call.block.scope)
    if function is None or function.is_async:
        return ""
    return f" (`{function.name}` is a plain `def`: make it `async def`)"
