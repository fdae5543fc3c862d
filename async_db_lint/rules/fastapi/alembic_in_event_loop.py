"""ADB616."""

from __future__ import annotations

from async_db_lint.rule import *

COMMANDS = ("upgrade", "downgrade", "stamp", "current", "revision", "check")


class AlembicInEventLoop(Rule):
    """Alembic is run on the event loop, and its `env.py` starts an event loop of its own.

    Happens: `env.py` of an async project calls `asyncio.run()`, which raises `RuntimeError: asyncio.run()
    cannot be called from a running event loop`. In a lifespan the application does not start.

    Instead: run it in a thread, or before the application starts.

        await asyncio.to_thread(command.upgrade, config, "head")

    Silent: in threads and subprocesses, when `env.py` does not call `asyncio.run()`, in scripts and tests.
    """

    code = "ADB616"
    name = "alembic-in-event-loop"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        started = [call for call in project.calls_to("asyncio.run") if call.path.endswith("env.py")]
        if not started:
            return
        for call in project.calls(*COMMANDS):
            is_command = call.callee is not None and call.callee.name == f"alembic.command.{call.name}"
            if is_command and call.is_in_application and _is_on_loop(project, call):
                message = f"`{quoted(call.call)}` runs on the event loop, and `env.py` calls `asyncio.run()`: it raises"
                yield suspect(call, message).with_related(related_calls(started[:1], "starts an event loop of its own"))


def _is_on_loop(project: Project, call: CallSite) -> bool:
    """Whether a call stands in an `async def`, or in a plain function that one calls."""
    function = call.function
    if function is None or call.scope is not function:
        return False
    callers = (item.block.scope for item in project.inference.callers(function))
    return function.is_async or any(isinstance(scope, Function) and scope.is_async for scope in callers)
