"""ADB301."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.fixes.nodes.awaiting import await_call
from async_db_lint.rule import *

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

    Instead: `await session.commit()`. In a plain `def` that cannot await, make the function `async def`:
    FastAPI calls either kind.

    Silent: when the coroutine is returned, passed on, gathered or awaited later; on synchronous
    sessions, whose methods have the same names; when the receiver is not understood.
    """

    code = "ADB301"
    name = "missing-await"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    fix = Safety.UNSAFE
    yields_to = ("ADB401", "ADB303")

    def suspects(self, project: Project) -> Suspects:
        for call in _coroutines(project):
            effect = EFFECTS.get(call.name, "it does not run")
            message = f"`{quoted(call.call)}` is never awaited: {effect}{_remark(call)}"
            found = suspect(call, message, fix=await_call if call.can_await else None)
            yield found.with_related(steps_of(call.owner.chain if call.owner is not None else ()))
        for call in _own_coroutines(project):
            message = f"`{quoted(call.call)}` is never awaited: it does not run{_remark(call)}"
            yield suspect(call, message, fix=await_call if call.can_await else None)


def _coroutines(project: Project) -> Iterator[CallSite]:
    """The lost calls of coroutine methods of the libraries' asynchronous classes."""
    for call in project.calls(*sorted(coroutine_names())):
        if call.call.receiver is None or (call.usage not in LOST and call.usage is not Usage.BOUND):
            continue
        if call.method_name is not None and is_coroutine(call.method_name) and _is_lost(call):
            yield call


def _is_lost(call: CallSite) -> bool:
    """Whether nobody can await what a call makes."""
    return is_never_awaited(call.call) if call.usage is Usage.BOUND else call.usage in LOST


def _own_coroutines(project: Project) -> Iterator[CallSite]:
    """The project's own `async def`s that take a session, hold or open one, called as a statement."""
    names = {function.name for function in project.functions() if function.is_async and not function.is_generator}
    for call in project.calls(*sorted(names)):
        if call.usage is not Usage.STATEMENT or call.target is None or call.target.name != call.name:
            continue
        takes_session = any(project.is_session(call.value_of(item.value)) for item in call.call.arguments)
        uses_session = takes_session or any(event.subject for event in project.effects.of(call.target).events)
        if uses_session and call.gives is not None and call.gives.kind is Kind.COROUTINE:
            yield call


def _remark(call: CallSite) -> str:
    function = call.function
    if function is None or function.is_async:
        return ""
    return f" (`{function.name}` is a plain `def`: make it `async def`)"
