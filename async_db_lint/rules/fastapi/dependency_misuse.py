"""ADB609."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *


class DependencyMisuse(Rule):
    """A session dependency is called by hand, or a factory is given to `Depends`.

    Happens: a dependency with `yield` is a generator: `await get_session()` raises `TypeError`, and
    `Depends(get_session())` cannot be called. `Depends(SessionLocal)` asks the client for the factory's
    parameters: every request is answered with 422, for want of `local_kw`.

    Instead: give `Depends` the function, and open a session by its factory everywhere else.

        Session = Annotated[AsyncSession, Depends(get_session)]

    Silent: for `async for` over the dependency and `anext()` (ADB204), and inside
    `asynccontextmanager(get_session)`.
    """

    code = "ADB609"
    name = "dependency-misuse"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        yield from _called(project)
        for name in ("Depends", "Security"):
            for call in project.calls(name):
                if is_depends(call.inference, call.call) and call.role is not Role.TEST:
                    yield from _given(call)


def _called(project: Project) -> Suspects:
    """The calls by which a generator of sessions is awaited or entered, as if it were a coroutine."""
    for function in project.functions():
        if not (function.is_async and function.is_generator) or function.decorators:
            continue
        for call in project.inference.callers(function):
            is_wrong = call.usage in (Usage.AWAITED, Usage.ENTERED)
            if is_wrong and is_generator_of_sessions(project, project.inference.call(call)):
                verb = "awaited" if call.usage is Usage.AWAITED else "entered"
                message = f"`{quoted(call)}` is a generator and cannot be {verb}: it is for `Depends` alone"
                yield suspect(call, message)


def _given(call: CallSite) -> Iterator[Suspect[cst.Call]]:
    """A `Depends` that is given a factory, or what a dependency returns instead of the dependency."""
    target = call.argument("dependency", 0)
    value = call.value_of(target)
    if value is None or target is None:
        return
    if value.kind is Kind.INSTANCE and value.name == FACTORY:
        message = f"`{quoted(target)}` is a factory: FastAPI asks the client for its parameters, and answers 422"
        yield suspect(call, message)
    elif isinstance(target, Call) and value.kind is Kind.ASYNC_GENERATOR:
        yield suspect(call, f"`{quoted(target)}` is called here: `Depends` needs the function itself")
