"""ADB205."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import Exit, Function
from async_db_lint.project.application import Trigger
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Related, Rule, Severity, Suspect, at_call
from async_db_lint.source import Role


class DependencyReturnsSession(Rule):
    """A dependency returns the session that it opened.

    Happens: after `async with … : return session` the session is closed before the route gets it. Its
    next use opens it again, silently, and nobody closes it any more. After `return SessionLocal()`
    nobody ever did. Each request keeps a connection: with a pool of 3 the fourth answers 500.

    Instead: `yield` it.

        async def get_db() -> AsyncIterator[AsyncSession]:
            async with SessionLocal() as session:
                yield session

    Silent: for a session that the dependency did not open: of `request.state`, of a unit of work.
    """

    code = "ADB205"
    name = "dependency-returns-session"
    severity = Severity.ERROR
    guide = "Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for function, triggers in project.application.triggers.items():
            if Trigger.DEPENDENCY not in triggers or function.is_generator or project.role(function) is Role.TEST:
                continue
            for item in function.exits:
                call = _opened(project, function, item)
                if call is not None:
                    state = "already closed" if call.usage is Usage.ENTERED else "never closed"
                    related = [Related(function.module.path, item.statement.span, "returned here: `yield` it")]
                    yield at_call(call, f"`{function.name}` returns the session that it opens: it is {state}", related)


def _opened(project: Project, function: Function, item: Exit) -> Call | None:
    """The call in a function that opened the session which it returns."""
    if item.kind != "return" or item.value is None:
        return None
    value = project.inference.value(item.value, place_of(item))
    if not project.is_session(value) or value is None:
        return None
    opened = [call for call in value.origins if call.block.scope is function]
    return opened[0] if len(opened) == len(value.origins) == 1 else None
