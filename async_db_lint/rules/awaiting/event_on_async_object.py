"""ADB307."""

from __future__ import annotations

from async_db_lint.fixes.nodes.sync_twin import on_sync_twin
from async_db_lint.rule import *

ASKING = ("hasattr", "isinstance")
LISTENING = ("sqlalchemy.listens_for", "sqlalchemy.listen")
TWINS = {ENGINE: "sync_engine", CONNECTION: "sync_connection", SESSION: "sync_session"}
"""The synchronous object behind an async one, which events and inspection are about."""


class EventOnAsyncObject(Rule):
    """Events or inspection are asked of an async object, or the listener is `async def`.

    Happens: the module cannot be imported. `event.listens_for(engine, …)` on an async engine raises
    `NotImplementedError: asynchronous events are not implemented`, on `AsyncSession` or an `async_sessionmaker` it
    raises `InvalidRequestError: No such event`. `inspect(engine)` raises `NoInspectionAvailable`. A listener that is
    `async def` is called and never awaited: its body does not run, and no error says so.

    Instead: listen on the synchronous object inside, `engine.sync_engine` or `Session`, with a plain `def`.

        @event.listens_for(engine.sync_engine, "connect")
        def connected(connection, record): …

        @event.listens_for(Session, "before_commit")
        await connection.run_sync(lambda sync: inspect(sync).get_table_names())

    Silent: for listeners on classes and objects of SQLAlchemy that are synchronous, for `inspect` of mapped objects
    and classes, and for other libraries' events.
    """

    code = "ADB307"
    name = "event-on-async-object"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls_to(*LISTENING):
            target = call.argument("target", 0)
            twin = _twin(project, call.value_of(target))
            if twin is not None and not _is_asked_first(call, target):
                message = f"{_title(call, target)} takes no listeners: listen on {_advice(twin)}"
                fix = on_sync_twin(twin, "target") if twin.startswith("sync_") else None
                yield suspect(call, message, at=argument("target", 0), fix=fix)
            listener = _listener(project, call)
            if listener is not None and listener.is_async and not _is_decorated(listener):
                message = f"`{listener.name}` is `async def`: SQLAlchemy does not await it, and its body never runs"
                yield suspect(call, message)
        for call in project.calls_to("sqlalchemy.inspect"):
            twin = _twin(project, call.value_of(call.argument("subject", 0)))
            if twin in ("sync_engine", "sync_connection"):
                message = f"{_title(call, call.argument('subject', 0))} cannot be inspected: use `run_sync`"
                yield suspect(call, message)


def _twin(project: Project, value: Value | None) -> str | None:
    """The synchronous object or class behind what is async; None for anything else."""
    if value is None:
        return None
    if project.inference.library_name(value) in SESSIONS or _inherits_session(project, value):
        return "Session"
    if project.is_a(value, FACTORY, REGISTRY):
        return "Session"
    return next((twin for cls, twin in TWINS.items() if project.is_a(value, cls)), None)


def _inherits_session(project: Project, value: Value) -> bool:
    """Whether a value is a class of the project that inherits from an async session."""
    if value.kind is not Kind.CLASS or not isinstance(value.definition, Class):
        return False
    bases = (item for item in ancestry(project.inference, value.definition) if isinstance(item, str))
    return any(canonical(item) in SESSIONS for item in bases)


def _is_asked_first(call: CallSite, target: Expr | None) -> bool:
    """Whether a condition of the function asks `hasattr(target, …)` or `isinstance(target, …)`."""
    heads = (head for block in call.scope.blocks for head in block.heads)
    asked = (part for head in heads for part in walk(head) if isinstance(part, Call) and part.method in ASKING)
    return any(target in part.positional for part in asked)


def _title(call: CallSite, target: Expr | None) -> str:
    """What is listened on, as it is written."""
    return f"`{target.name}`" if isinstance(target, (Name, Attribute)) else "this async object"


def _advice(twin: str) -> str:
    return "`Session` of `sqlalchemy.orm`" if twin == "Session" else f"its `{twin}`"


def _is_decorated(listener: Function) -> bool:
    """Whether a listener has another decorator, which may run it as a task."""
    calls = (item for item in listener.decorators if not isinstance(item, Call) or item.method != "listens_for")
    return any(True for _ in calls)


def _listener(project: Project, call: CallSite) -> Function | None:
    """The function that listens: given, or decorated."""
    if call.name == "listen":
        return project.inference.function(call.value_of(call.argument("fn", 2)))
    return next((item for item in call.scope.functions if call.call in item.decorators), None)
