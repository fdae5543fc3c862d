"""ADB205."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.fixes.nodes.yielding import yielding_session
from async_db_lint.rule import *


class DependencyReturnsSession(Rule):
    """A dependency returns the session that it opened.

    Happens: after `async with … : return session` the session is closed before the route gets it. Its
    next use opens it again, silently, and nobody closes it any more. After `return SessionLocal()`
    nobody ever did. Each request keeps a connection: with a pool of 3 the fourth answers 500.

    Instead: `yield` it inside of `async with`, and annotate the function with `AsyncIterator[AsyncSession]`.

        async def get_db() -> AsyncIterator[AsyncSession]:
            async with SessionLocal() as session:
                yield session

    Silent: for a session that the dependency did not open: of `request.state`, of a unit of work.
    """

    code = "ADB205"
    name = "dependency-returns-session"
    severity = Severity.ERROR
    consequence = Consequence.HOLDS_CONNECTIONS
    fix = Safety.UNSAFE
    guide = "Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Suspects:
        for function in project.functions_run_as(Trigger.DEPENDENCY):
            if function.is_generator or project.role(function) is Role.TEST:
                continue
            for item in function.exits:
                call = _opened(project, function, item)
                if call is None:
                    continue
                state = "already closed" if call.usage is Usage.ENTERED else "never closed"
                message = f"`{function.name}` returns the session that it opens: it is {state}"
                fix = yielding_session(_opening(function, call)) if _can_yield(project, function) else None
                related = [Related(function.path, item.statement.span, "returned here: `yield` it")]
                yield suspect(call, message, fix=fix).with_related(related)


def _opened(project: Project, function: Function, item: Exit) -> Call | None:
    """The call in a function that opened the session which it returns."""
    if item.kind is not ExitKind.RETURN or item.value is None:
        return None
    value = project.value_at(item.value, place_of(item))
    if value is None or not project.is_session(value):
        return None
    opened = [call for call in value.origins if call.block.scope is function]
    return opened[0] if len(opened) == len(value.origins) == 1 else None


def _opening(function: Function, call: Call) -> Opened:
    """The session that a function opens, by the name under which it returns it."""
    (end,) = function.exits
    return Opened(function, end.value.name if isinstance(end.value, Name) else "", call)


def _can_yield(project: Project, function: Function) -> bool:
    """Whether a function may become a generator: it has one way out, and nothing but FastAPI calls it."""
    is_simple = len(function.exits) == 1 and not function.decorators
    return is_simple and isinstance(function.parent, Module) and _is_only_injected(project, function)


def _is_only_injected(project: Project, function: Function) -> bool:
    """Whether a function is used for nothing but `Depends(…)`."""
    modules = (module for module in project.modules.values() if function.name in module.mentions)
    scopes = (scope for module in modules for scope in module.inner())
    return not any(_holds(expr, function.name) for scope in scopes for expr in _uses(project, scope))


def _uses(project: Project, scope: Scope) -> Iterator[Expr]:
    """What a scope calls, passes on, binds, stores and returns, except what it depends on."""
    for call in scope.calls:
        yield call.callee
        if not is_depends(project.inference, call):
            yield from (argument.value for argument in call.arguments)
    for bindings in scope.bindings.values():
        yield from (item.value for item in bindings if is_expression(item.value))
    for target in scope.targets:
        yield target.owner
        yield target.value
    yield from (item.value for item in scope.exits if item.value is not None)


def _holds(expr: Expr, name: str) -> bool:
    """Whether an expression is a name, or holds it in a list or dict, or is an attribute of it."""
    if isinstance(expr, Call):  # a call is looked at by itself
        return False
    if isinstance(expr, (Name, Attribute)) and expr.name == name:
        return True
    return any(_holds(child, name) for child in children(expr))
