"""ADB412."""

from __future__ import annotations

from async_db_lint.rule import *

EXECUTING = ("execute", "scalars")
OPTIONS = ("yield_per", "stream_results")
STREAMS = {"execute": "stream", "scalars": "stream_scalars", "scalar": "stream_scalars"}


class ServerSideCursorExecute(Rule):
    """A statement for a server-side cursor is given to `execute()`.

    Happens: `yield_per` and `stream_results` fetch rows while they are read, and a result of `execute()` cannot await
    them. It raises `AsyncMethodRequired: Can't use the AsyncSession.execute() method with a server-side cursor`.

    Instead: stream it.

        async for book in await session.stream_scalars(query.execution_options(yield_per=100)): …

    Silent: for `stream()` and `stream_scalars()`, for `result.yield_per(…)` of a result that is already there, inside
    of functions that `run_sync` calls, and for options that are off.
    """

    code = "ADB412"
    name = "server-side-cursor-execute"
    severity = Severity.ERROR

    def suspects(self, project: Project) -> Suspects:
        on_sessions = project.calls(*EXECUTING, on=(*SESSIONS, REGISTRY))
        for call in (*on_sessions, *project.calls(*EXECUTING, "scalar", on=(CONNECTION,))):
            option = _option(project, call)
            if option and call.target is None:
                message = f"`{option}` needs `{STREAMS[call.name]}()`: `{call.name}()` raises AsyncMethodRequired"
                yield suspect(call, message)


def _option(project: Project, call: CallSite) -> str:
    """The option that asks for a server-side cursor: of the statement, or of its execution; empty for none."""
    given = call.written(call.argument("execution_options"))
    if isinstance(given, Mapping):
        found = [str(key.value) for key, value in given.items if isinstance(key, Literal) and _is_on(key.value, value)]
        if found:
            return found[0]
    chain = chain_of(project.inference, call.argument("statement", 0), call.place)
    steps = () if chain is None else chain.steps_named("execution_options")
    for name in OPTIONS:
        values = [value for step in steps if (value := step.keyword(name)) is not None]
        if values and _is_on(name, values[-1]):
            return name
    return ""


def _is_on(name: object, value: Expr) -> bool:
    return name in OPTIONS and value not in (Literal(None), Literal(False))
