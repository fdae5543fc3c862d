"""ADB306."""

from __future__ import annotations

from async_db_lint.rule import *


class RunSyncCoroutine(Rule):
    """`run_sync` is given a function that is `async def`.

    Happens: `run_sync` calls the function, gets a coroutine and returns it. Nobody awaits it, and the body never
    runs: no error, only `RuntimeWarning: coroutine … was never awaited` in the log.

    Instead: await the function itself, or give `run_sync` a plain `def`, whose session is synchronous.

        await load(session)
        await session.run_sync(lambda sync_session: sync_session.get(Book, 1))

    Silent: when the function is not known or has a decorator, and when what `run_sync` returns is awaited or passed on.
    """

    code = "ADB306"
    name = "run-sync-coroutine"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls("run_sync", on=(*SESSIONS, CONNECTION)):
            given = call.argument("fn", 0) or call.argument("arg", 0)
            function = None if given is None else _coroutine_function(project, call, given)
            if function is not None and call.target is None and not _is_awaited_again(call):
                message = f"`{function.name}` is `async def`: `run_sync` does not await it, and its body never runs"
                at = argument("fn" if call.call.keyword("fn") else "arg", 0)
                found = suspect(call, message, at=at)
                yield found.with_related([Related(function.path, function.span, "`async def` here")])


def _coroutine_function(project: Project, call: CallSite, given: Expr) -> Function | None:
    """The `async def` whose coroutine a function gives: itself, or what a lambda or a `partial` calls."""
    code = call.written(given)
    if isinstance(code, Call) and project.site(code).library_name == "functools.partial" and code.positional:
        return _coroutine_function(project, call, code.positional[0])
    if isinstance(code, Lambda):
        return _returned(project, code.function)
    function = project.inference.function(call.value_of(given))
    if function is None or _gives_coroutine(function):
        return function
    return _returned(project, function) if not function.is_async and not _is_decorated(function) else None


def _returned(project: Project, function: Function) -> Function | None:
    """The `async def` that a function calls to return its coroutine, and does nothing else with it."""
    exits = [row for row in function.exits if row.kind is ExitKind.RETURN]
    value = exits[0].value if len(exits) == 1 and not function.is_generator else None
    called = project.site(value).target if isinstance(value, Call) else None
    return called if called is not None and _gives_coroutine(called) else None


def _gives_coroutine(function: Function) -> bool:
    return function.is_async and not function.is_generator and not _is_decorated(function)


def _is_decorated(function: Function) -> bool:
    """Whether a decorator may make something else of a function."""
    return any(getattr(item, "name", "") not in ("staticmethod", "classmethod") for item in function.decorators)


def _is_awaited_again(call: CallSite) -> bool:
    """Whether what `run_sync` gives is awaited: in the same expression, or under a name."""
    outer = [item for item in call.scope.awaits if isinstance(item.value, Await) and item.value.value is call.call]
    names = {
        name
        for name, rows in call.scope.bindings.items()
        for row in rows
        if isinstance(row.value, Await) and row.value.value is call.call
    }
    given = (part for item in call.scope.calls for argument in item.arguments for part in walk(argument.value))
    if any(isinstance(part, Await) and part.value is call.call for part in given):
        return True
    used = (part for name in names for part in uses_of(name, call.scope))
    return bool(outer) or any(isinstance(part, Await | Call | Sequence | Starred) for part in used)
