"""ADB604."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import Function
from async_db_lint.project.kinds import Kind
from async_db_lint.project.project import Project
from async_db_lint.project.startup import calls_of, handlers, run_by, touches
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.source import Role


class DatabaseNotInitialised(Rule):
    """Nothing touches the database when the application starts.

    Happens: a wrong URL, a missing password or a database that is down is found by the first user, as
    a 500, and not by the deployment, which takes the service for healthy.

    Instead: one query before the lifespan's `yield`:

        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    Silent: when start-up does anything with an engine, session or pool, or calls something that is
    not understood. This rule is advice.
    """

    code = "ADB604"
    name = "database-not-initialised"
    severity = Severity.ADVICE
    guide = "Initialize database in lifespan/startup event"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        if not any(engine.is_async and engine.is_in_application for engine in project.engines):
            return
        if any(_may_touch(project, item.function) for item in handlers(project)):
            return
        for call in project.application.makers:
            if project.role(call) is Role.APPLICATION and project.name_of(call) == "fastapi.FastAPI":
                yield at_call(call, "nothing touches the database at start-up: a wrong URL is found by the first user")
                return


def _may_touch(project: Project, function: Function) -> bool:
    """Whether a handler uses the database, or calls what is not understood."""
    functions, unknown = run_by(project, function)
    if unknown:
        return True
    if any(True for _ in touches(project, functions)):
        return True
    return any(_is_foreign(project, call) for current in functions for call in calls_of(current))


def _is_foreign(project: Project, call: Call) -> bool:
    """Whether something of a library that the tables do not know is awaited."""
    value = project.inference.callee(call)
    return value is not None and value.kind is Kind.FOREIGN and call.usage is Usage.AWAITED
