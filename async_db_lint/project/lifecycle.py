"""What certainly happens before an application serves, and after it has: for claims, where rules only need doubts.

A rule that reports what nobody does is content with a maybe. Whoever says that something *is* done has to
know that the line is reached: it stands on the right side of the `yield`, under no condition, and is awaited.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Name, Usage
from async_db_lint.index.scopes import CONDITIONS, Block, BlockKind, Function, Scope
from async_db_lint.project import library
from async_db_lint.project.application import Registration, Trigger
from async_db_lint.project.kinds import Kind
from async_db_lint.project.ownership import names_of
from async_db_lint.project.view import View

UNCERTAIN = CONDITIONS | {
    *(BlockKind.EXCEPT, BlockKind.TRY_ELSE, BlockKind.FOR, BlockKind.ASYNC_FOR, BlockKind.WHILE),
    BlockKind.COMPREHENSION,
}
DONE = frozenset({Usage.AWAITED, Usage.ENTERED, Usage.ENTERED_SYNC})
MAX_CALLS = 4  # calls followed from a handler
DATABASE = (
    *library.SESSIONS,
    *library.SYNC_SESSIONS,
    library.ENGINE,
    library.SYNC_ENGINE,
    library.CONNECTION,
    library.SYNC_CONNECTION,
    library.POOL,
    library.ASYNCPG_CONNECTION,
)
# Methods that end something, or touch no connection.
NO_QUERY = frozenset(("dispose", "close", "aclose", "rollback", "remove", "terminate", "expunge", "expunge_all", "add"))


def is_certain(block: Block) -> bool:
    """Whether what stands in a block is reached whenever its function is left without an error."""
    return not block.inside(frozenset(UNCERTAIN))


def is_unconditional(block: Block) -> bool:
    """Whether no `if` or `except` stands around a block within its function."""
    return not block.inside(frozenset(CONDITIONS | {BlockKind.EXCEPT}))


def is_run(view: View, item: Registration) -> bool:
    """Whether a server runs a handler: that of an application which is mounted on another is never run."""
    call = item.call
    if item.trigger is not Trigger.LIFESPAN or call is None:
        return True
    names = names_of(call)
    mounts = (mount.argument("app", 1) for mount in view.table.named("mount"))
    return not any(isinstance(given, Name) and given.name in names for given in mounts)


def yield_of(function: Function) -> int | None:
    """The position of the one `yield` of a lifespan; None when it has none, or several."""
    found = [item.statement.index for item in function.exits if item.kind == "yield"]
    return found[0] if len(found) == 1 else None


def before_serving(view: View, item: Registration) -> Iterator[Call]:
    """The calls that a lifespan or start-up handler certainly makes before the application serves."""
    function = item.function
    limit = yield_of(function) if item.trigger is Trigger.LIFESPAN else 1 << 60
    if limit is not None and is_run(view, item):
        yield from _made(view, function, limit, MAX_CALLS, {function})


def _made(view: View, function: Function, limit: int, hops: int, seen: set[Function]) -> Iterator[Call]:
    for call in function.calls:
        if call.statement.index > limit or not is_certain(call.block):
            continue
        yield call
        target = view.inference.function_behind(view.inference.callee(call)) if hops else None
        if target is not None and target not in seen and (not target.is_async or call.usage in DONE):
            yield from _made(view, target, 1 << 60, hops - 1, seen | {target})


def queries(view: View, calls: Iterator[Call]) -> Iterator[Call]:
    """Those of some calls that talk to the database: they connect, or send a statement."""
    for call in calls:
        callee = view.inference.callee(call)
        if callee is None or call.usage not in DONE or call.method in NO_QUERY:
            continue
        if callee.kind is Kind.METHOD and view.inference.is_a(callee.inner, *DATABASE):
            is_session = view.inference.is_a(callee.inner, *library.SESSIONS, *library.SYNC_SESSIONS)
            if call.usage is Usage.AWAITED or not is_session:  # `session.begin()` sends nothing by itself
                yield call
        elif view.inference.library_name(callee) == "asyncpg.create_pool":
            yield call


def at_stop(view: View, scope: Scope, call: Call | None) -> Registration | None:
    """The handler that certainly runs a call when the application stops; None when that is not proven."""
    if call is None or not isinstance(scope, Function) or not is_certain(call.block):
        return None
    for item in view.application.registrations:
        if item.trigger in (Trigger.LIFESPAN, Trigger.SHUTDOWN) and is_run(view, item):
            if _reaches(view, item, scope, call):
                return item
    return None


def _reaches(view: View, item: Registration, scope: Function, call: Call) -> bool:
    chain = view.reach.chain_to(scope, lambda other: other is item.function)
    if chain is None:
        return False
    first = chain[0] if chain else call
    if not all(is_certain(step.block) and _is_done(view, step) for step in chain):
        return False
    if item.trigger is Trigger.SHUTDOWN:
        return True
    limit = yield_of(item.function)
    return limit is not None and first.statement.index > limit


def _is_done(view: View, call: Call) -> bool:
    target = view.inference.function_behind(view.inference.callee(call))
    return target is None or not target.is_async or call.usage in DONE
