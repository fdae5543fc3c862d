"""What certainly happens before an application serves, and after it has: for claims, where rules only need doubts.

A rule that reports what nobody does may accept a maybe. To say that something *is* done, we have to
know that the line is reached: it is on the right side of the `yield`, under no condition, and awaited.
"""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Expr, Name, Sequence, Usage
from async_db_lint.index.scopes import Block, BlockKind, ExitKind, Function, Scope
from async_db_lint.project.application.application import AT_STOP, Registration, Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import END, UNCERTAIN, Place, is_certain
from async_db_lint.project.names.uses import given_to, names_of
from async_db_lint.project.names.values import Kind

DONE = frozenset({Usage.AWAITED, Usage.ENTERED, Usage.ENTERED_SYNC})
MAX_CALLS = 4  # calls followed from a handler
# Methods that end something, or touch no connection.
NO_QUERY = frozenset(("dispose", "close", "aclose", "rollback", "remove", "terminate", "expunge", "expunge_all", "add"))


def is_run(codebase: Codebase, item: Registration) -> bool:
    """Whether a server runs a handler: that of an application which is mounted on another is never run."""
    call = item.call
    if item.trigger is not Trigger.LIFESPAN or call is None:
        return True
    names = names_of(call)
    mounts = (mount.argument("app", 1) for mount in codebase.table.named("mount"))
    return not any(isinstance(given, Name) and given.name in names for given in mounts)


def yield_of(function: Function) -> int | None:
    """The position of the one `yield` of a lifespan; None when it has none, or several."""
    found = [item.statement.index for item in function.exits if item.kind is ExitKind.YIELD]
    return found[0] if len(found) == 1 else None


def before_serving(codebase: Codebase, item: Registration) -> Iterator[Call]:
    """The calls that a lifespan or start-up handler certainly makes before the application serves."""
    function = item.function
    limit = yield_of(function) if item.trigger is Trigger.LIFESPAN else END
    if limit is not None and is_run(codebase, item):
        yield from _certainly_made(codebase, function, limit)


def _certainly_made(codebase: Codebase, function: Function, limit: int) -> Iterator[Call]:
    """The calls that a function makes up to a position, and those that the functions it calls make.

    A function is followed where it is first called, depth first, at most `MAX_CALLS` calls from the handler.
    """
    pending = [(function, limit, frozenset((function,)))]
    while pending:
        current, last, around = pending.pop()
        nested: list[tuple[Function, int, frozenset[Function]]] = []
        for call in current.calls:
            if call.statement.index > last or not is_certain(call.block):
                continue
            yield call
            target = codebase.inference.function_behind(codebase.inference.callee(call))
            is_run = target is not None and (not target.is_async or call.usage in DONE)
            if target is not None and is_run and target not in around and len(around) <= MAX_CALLS:
                nested.append((target, END, around | {target}))
        pending += reversed(nested)


def queries(codebase: Codebase, calls: Iterator[Call]) -> Iterator[Call]:
    """Those of some calls that talk to the database: they connect, or send a statement."""
    for call in calls:
        callee = codebase.inference.callee(call)
        if callee is None or call.usage not in DONE or call.method in NO_QUERY:
            continue
        if callee.kind is Kind.METHOD and codebase.inference.is_a(callee.inner, *library.DATABASE):
            is_session = codebase.inference.is_a(callee.inner, *library.SESSIONS, *library.SYNC_SESSIONS)
            if call.usage is Usage.AWAITED or not is_session:  # `session.begin()` sends nothing by itself
                yield call
        elif codebase.inference.library_name(callee) == "asyncpg.create_pool":
            yield call


def at_stop(codebase: Codebase, scope: Scope, call: Call | None) -> Registration | None:
    """The handler that certainly runs a call when the application stops; None when that is not proven."""
    if call is None or not isinstance(scope, Function) or not is_run_through(codebase, call.block):
        return None
    for item in codebase.application.registrations:
        if item.trigger in AT_STOP and is_run(codebase, item):
            if _reaches(codebase, item, scope, call):
                return item
    return None


def is_run_through(codebase: Codebase, block: Block) -> bool:
    """Whether a block is certainly run: under no condition, and in no loop but over a display that has items."""
    return all(item.kind not in UNCERTAIN or _is_over_display(codebase, item) for item in block.outward())


def _is_over_display(codebase: Codebase, block: Block) -> bool:
    if block.kind is not BlockKind.FOR or block.opener is None:
        return False
    items = written(codebase.inference, block.heads[0], Place(block.parent or block, block.opener.index))
    return isinstance(items, Sequence) and bool(items.items)


def is_done_by(codebase: Codebase, call: Call) -> bool:
    """Whether a coroutine is awaited where it is made, alone or by `gather` and the like."""
    if call.usage in DONE:
        return True
    return any(other.usage in DONE for other in given_to(call))


def callback_of(expr: Expr, place: Place) -> Call | None:
    """The call that hands a method to an `AsyncExitStack`, which calls it when the stack is left."""
    for call in place.scope.calls:
        if call.method == "push_async_callback" and call.positional[:1] == (expr,):
            return call
    return None


def _unwinds(codebase: Codebase, call: Call, limit: int) -> bool:
    """Whether what a call hands to an `AsyncExitStack` is called after a position: the stack is left there."""
    if call.method != "push_async_callback" or call.receiver is None:
        return False
    stack = codebase.value(call.receiver, call)
    blocks = (item for item in call.block.outward() if item.kind is BlockKind.ASYNC_WITH)
    return codebase.is_a(stack, "contextlib.AsyncExitStack") and any(
        item.statement.index == limit and item.block.within(block) for block in blocks for item in block.scope.exits
    )


def _reaches(codebase: Codebase, item: Registration, scope: Function, call: Call) -> bool:
    chain = codebase.reach.chain_to(scope, lambda other: other is item.function)
    if chain is None:
        return False
    first = chain[0] if chain else call
    if not all(is_certain(step.block) and _is_done(codebase, step) for step in chain):
        return False
    if item.trigger is Trigger.SHUTDOWN:
        return True
    limit = yield_of(item.function)
    return limit is not None and (first.statement.index > limit or _unwinds(codebase, first, limit))


def _is_done(codebase: Codebase, call: Call) -> bool:
    target = codebase.inference.function_behind(codebase.inference.callee(call))
    return target is None or not target.is_async or call.usage in DONE
