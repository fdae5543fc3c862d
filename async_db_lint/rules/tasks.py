"""Where tasks are started, for the rules about what tasks take along."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Usage
from async_db_lint.project.project import Project

SPAWN = frozenset(("asyncio.create_task", "asyncio.ensure_future", "asyncio.TaskGroup.create_task"))


def tasks(project: Project) -> Iterator[tuple[Call, Call]]:
    """The calls that start a task, each with the coroutine's call: `create_task(work(session))`."""
    for name in ("create_task", "ensure_future"):
        for call in project.table.named(name):
            coroutine = call.argument("coro", 0)
            if not isinstance(coroutine, Call) or call.usage is Usage.AWAITED:
                continue
            callee = project.inference.callee(call)
            if callee is not None and callee.name in SPAWN:
                yield call, coroutine
