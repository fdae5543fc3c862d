"""ADB308."""

from __future__ import annotations

from async_db_lint.fixes.nodes.called_argument import uncalled
from async_db_lint.rule import *

OF_METADATA = ("create_all", "drop_all", "reflect")
OF_TABLES = ("create", "drop")
TABLES = frozenset({"sqlalchemy.Table", "sqlalchemy.Index", "sqlalchemy.Sequence"})


class MetadataCallOnAsyncEngine(Rule):
    """Tables are made through an async engine or connection without `run_sync`.

    Happens: `metadata.create_all(engine)` is synchronous and raises
    `AttributeError: 'AsyncEngine' object has no attribute '_run_ddl_visitor'`; with `engine.sync_engine` it raises
    `MissingGreenlet`. `run_sync(metadata.create_all())` calls it first, without a connection: `TypeError`.

    Instead: let a connection run it: `await connection.run_sync(Base.metadata.create_all)`.

        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    Silent: for a synchronous engine, inside of functions that `run_sync` calls, and for a project's own functions of
    these names.
    """

    code = "ADB308"
    name = "metadata-call-on-async-engine"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls(*OF_METADATA, *OF_TABLES):
            bind = call.value_of(call.argument("bind", 0))
            if bind is None or not _is_of_sqlalchemy(project, call) or not _is_async(project, call, bind):
                continue
            message = f"`{call.name}` is synchronous and fails on an async engine: pass it to `run_sync`"
            yield suspect(call, message, at=argument("bind", 0))
        for call in project.calls("run_sync", on=(*SESSIONS, CONNECTION)):
            given = call.argument("fn", 0) or call.argument("arg", 0)
            if isinstance(given, Call) and given.method in OF_METADATA and "bind" not in _keywords(given):
                message = f"`{given.method}()` is called before `run_sync` can run it: leave out the brackets"
                yield suspect(given, message, fix=uncalled)


def _keywords(call: Call) -> set[str | None]:
    return {item.keyword for item in call.arguments}


def _is_of_sqlalchemy(project: Project, call: CallSite) -> bool:
    """Whether a method is certainly one of `MetaData`, a table or an index."""
    receiver = call.call.receiver
    if call.target is not None or receiver is None:
        return False
    if isinstance(receiver, Attribute) and receiver.name == ("metadata" if call.name in OF_METADATA else "__table__"):
        return call.owner is None or call.owner.definition is None
    code = call.written(receiver)
    made = project.site(code).library_name if isinstance(code, Call) else None
    return made == "sqlalchemy.MetaData" if call.name in OF_METADATA else made in TABLES


def _is_async(project: Project, call: CallSite, bind: Value) -> bool:
    """Whether what tables are made through is async, or the synchronous half of what is."""
    if project.is_a(bind, ENGINE, CONNECTION):
        return True
    given = call.argument("bind", 0)
    is_half = isinstance(given, Attribute) and given.name == "sync_engine"
    return is_half and isinstance(given, Attribute) and project.is_a(call.value_of(given.value), ENGINE)
