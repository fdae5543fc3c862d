"""ADB412."""

from __future__ import annotations

from async_db_lint.rule import *

EXECUTING = ("execute", "scalars", "exec")
OPTIONS = ("yield_per", "stream_results")
STREAMS = {"execute": "stream", "scalars": "stream_scalars", "scalar": "stream_scalars", "exec": "stream_scalars"}
CHANGING = frozenset({"pop", "update", "clear", "popitem", "setdefault"})


class ServerSideCursorExecute(Rule):
    """A statement for a server-side cursor is given to `execute()`.

    Happens: `yield_per` and `stream_results` fetch rows while they are read, and a result of `execute()` cannot await
    them. It raises `AsyncMethodRequired: Can't use the AsyncSession.execute() method with a server-side cursor`.

    Instead: `await session.stream(query)`, and `async for` over what it gives.

        async for book in await session.stream_scalars(query.execution_options(yield_per=100)): …

    Silent: for `stream()` and `stream_scalars()`, for `result.yield_per(…)` of a result that is already there, inside
    of functions that `run_sync` calls, and for options that are off.
    """

    code = "ADB412"
    name = "server-side-cursor-execute"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        is_asked = any(_may_ask(call.call) for call in project.calls("execution_options"))
        on_sessions = project.calls(*EXECUTING, on=(*SESSIONS, REGISTRY))
        for call in (*on_sessions, *project.calls(*EXECUTING, "scalar", on=(CONNECTION,))):
            is_given = call.argument("execution_options") is not None
            option = _option(project, call) if is_asked or is_given else ""
            if option and call.target is None:
                message = f"`{option}` needs `{STREAMS[call.name]}()`: `{call.name}()` raises AsyncMethodRequired"
                yield suspect(call, message)


def _may_ask(call: Call) -> bool:
    """Whether a call of `execution_options` may ask for a server-side cursor."""
    return any(item.keyword in (*OPTIONS, "**") for item in call.arguments)


def _option(project: Project, call: CallSite) -> str:
    """The option that asks for a server-side cursor: of the statement, or of its execution; empty for none."""
    given = call.argument("execution_options")
    own = _own(project, call, given)
    if own is None:
        return ""
    for name in OPTIONS:
        if name in own and _is_on(own[name]):
            return name
    chains = chains_of(project.inference, call.argument("statement", 0), call.place)
    for name in OPTIONS:
        if name not in own and chains and all(_is_asked(project, chain, name) for chain in chains):
            return name
    return _of_connection(project, call)


def _own(project: Project, call: CallSite, given: Expr | None) -> dict[object, Expr] | None:
    """The options of one execution; None where they are not known, or may be changed before."""
    if given is None:
        return {}
    code = call.written(given)
    if isinstance(code, Call) and code.callee == Name("dict") and not code.positional:
        return {item.keyword: item.value for item in code.arguments}
    is_changed = isinstance(given, Name) and any(_changes(item, given) for item in call.scope.calls)
    is_set = isinstance(given, Name) and any(target.owner == given for target in call.scope.targets)
    if not isinstance(code, Mapping) or is_changed or is_set:
        return None
    return {key.value: value for key, value in code.items if isinstance(key, Literal)}


def _changes(call: Call, name: Name) -> bool:
    return call.method in CHANGING and call.receiver == name


def _is_asked(project: Project, chain: StatementChain, name: str) -> bool:
    """Whether the last option of a name that a statement gets is on."""
    options = (project.site(step).option(name).value for step in chain.steps_named("execution_options"))
    values = [value for value in options if value is not None]
    return bool(values) and _is_on(values[-1])


def _of_connection(project: Project, call: CallSite) -> str:
    """The option that a connection itself was given before, in the same function."""
    for item in call.scope.calls:
        is_before = item.statement.index < call.call.statement.index and dominates(item.block, call.block)
        if item.method != "execution_options" or not is_before or item.receiver != call.call.receiver:
            continue
        if project.is_a(project.site(item).owner, CONNECTION):
            for name in OPTIONS:
                value = item.keyword(name)
                if value is not None and _is_on(value):
                    return name
    return ""


def _is_on(value: Expr) -> bool:
    return value not in (Literal(None), Literal(False)) and not isinstance(value, Either)
