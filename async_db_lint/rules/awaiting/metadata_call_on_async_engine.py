"""ADB308."""

from __future__ import annotations

from async_db_lint.fixes.nodes.called_argument import uncalled
from async_db_lint.rule import *

METHODS = ("create_all", "drop_all", "reflect", "create", "drop")


class MetadataCallOnAsyncEngine(Rule):
    """Tables are made through an async engine or connection without `run_sync`.

    Happens: `metadata.create_all(engine)` is synchronous and raises
    `AttributeError: 'AsyncEngine' object has no attribute '_run_ddl_visitor'`; with `engine.sync_engine` it raises
    `MissingGreenlet`. `run_sync(metadata.create_all())` calls it first, without a connection: `TypeError`.

    Instead: let a connection run it.

        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    Silent: for a synchronous engine, inside of functions that `run_sync` calls, and for a project's own functions of
    these names.
    """

    code = "ADB308"
    name = "metadata-call-on-async-engine"
    severity = Severity.ERROR
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls(*METHODS):
            bind = call.value_of(call.argument("bind", 0))
            is_own = call.call.receiver is None or call.target is not None or (call.owner and call.owner.definition)
            if bind is None or is_own or not _is_async(project, call, bind):
                continue
            message = f"`{call.name}` is synchronous and fails on an async engine: pass it to `run_sync`"
            yield suspect(call, message, at=argument("bind", 0))
        for call in project.calls("run_sync", on=(*SESSIONS, CONNECTION)):
            given = call.argument("fn", 0) or call.argument("arg", 0)
            if isinstance(given, Call) and given.method in ("create_all", "drop_all") and not given.arguments:
                message = f"`{given.method}()` is called before `run_sync` can run it: leave out the brackets"
                yield suspect(given, message, fix=uncalled)


def _is_async(project: Project, call: CallSite, bind: Value) -> bool:
    """Whether what tables are made through is async, or the synchronous half of what is."""
    if project.is_a(bind, ENGINE, CONNECTION):
        return True
    given = call.argument("bind", 0)
    is_half = isinstance(given, Attribute) and given.name == "sync_engine"
    return is_half and isinstance(given, Attribute) and project.is_a(call.value_of(given.value), ENGINE)
