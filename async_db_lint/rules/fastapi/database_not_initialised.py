"""ADB604."""

from __future__ import annotations

from async_db_lint.rule import *


class DatabaseNotInitialised(Rule):
    """Nothing touches the database when the application starts.

    Happens: a wrong URL, a missing password or a database that is down is found by the first user, as
    a 500, and not by the deployment, which takes the service for healthy.

    Instead: one query before the lifespan's `yield`:

        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    Silent: when start-up does anything with an engine, session or pool, or calls something that is
    not understood, or when a lifespan is not understood. This rule is advice.
    """

    code = "ADB604"
    name = "database-not-initialised"
    severity = Severity.ADVICE
    consequence = Consequence.FAILS
    guide = "Initialize database in lifespan/startup event"

    def suspects(self, project: Project) -> Suspects:
        if not any(engine.is_async and engine.is_in_application for engine in project.engines):
            return
        if project.has_unknown_handlers:
            return
        if any(_may_touch(project, item.function) for item in handlers(project)):
            return
        message = "nothing touches the database at start-up: a wrong URL is found by the first user"
        for call in map(project.site, project.application.makers):
            if call.is_in_application and call.library_name == "fastapi.FastAPI":
                yield suspect(call, message)
                return


def _may_touch(project: Project, function: Function) -> bool:
    """Whether a handler uses the database, or calls what is not understood."""
    functions, unknown = run_by(project, function)
    if unknown or any(True for _ in touches(project, functions)):
        return True
    return any(_is_foreign(project.site(call)) for current in functions for call in current.inner_calls())


def _is_foreign(call: CallSite) -> bool:
    """Whether something of a library that the tables do not know is awaited."""
    return call.callee is not None and call.callee.kind is Kind.FOREIGN and call.usage is Usage.AWAITED
