"""Where tasks are started, for the rules about what tasks take along."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Name, Usage, walk
from async_db_lint.index.scopes import Block, BlockKind
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.names.uses import bound_name, uses_of

SPAWN = frozenset(("asyncio.create_task", "asyncio.ensure_future", "asyncio.TaskGroup.create_task"))


def tasks(codebase: Codebase) -> Iterator[tuple[Call, Call]]:
    """The calls that start a task, each with the coroutine's call: `create_task(work(session))`."""
    for name in ("create_task", "ensure_future"):
        for call in codebase.table.named(name):
            coroutine = call.argument("coro", 0)
            if not isinstance(coroutine, Call) or call.usage is Usage.AWAITED:
                continue
            callee = codebase.inference.callee(call)
            if callee is not None and callee.name in SPAWN:
                yield call, coroutine


def has_ended(task: Call, later: Call) -> bool:
    """Whether a task may have ended before a later statement: it is awaited before, or its group is left."""
    scope = task.block.scope
    if any(_is_group_of(task, block) and not later.block.within(block) for block in task.block.outward()):
        return True
    awaits = [item for item in scope.awaits if item.statement.index < later.statement.index]
    if task.usage is Usage.ARGUMENT:
        return any(item.statement.index >= task.statement.index for item in awaits)
    names = {name for name, rows in scope.bindings.items() if any(row.value is task for row in rows)}
    between = [item for item in awaits if item.statement.index > task.statement.index]
    return any(isinstance(part, Name) and part.name in names for item in between for part in walk(item.value))


def _is_group_of(task: Call, block: Block) -> bool:
    """Whether a block is the `async with` of the group in which a task is started."""
    if block.kind is not BlockKind.ASYNC_WITH or not isinstance(task.receiver, Name):
        return False
    return any(item.statement is block.opener for item in block.scope.bindings.get(task.receiver.name, ()))


def is_awaited_later(start: Call) -> bool:
    """Whether a task is kept in a name or collection from which it may be awaited."""
    if start.usage is Usage.STATEMENT:
        return False
    name = bound_name(start) if start.usage is Usage.BOUND else None
    if name is None:
        return True
    scope = start.block.scope
    is_awaited = any(item.value == Name(name) for item in scope.awaits)
    return is_awaited or any(isinstance(parent, Call) for parent in uses_of(name, scope))
