"""ADB305."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Scope
from async_db_lint.project.project import BlockingCall, Project
from async_db_lint.project.text import quoted
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related


class BlockingDatabaseCall(Rule):
    """A synchronous session, engine or driver works in an `async def`.

    Happens: the event loop stands still until the database answers. A query of 0.3 s stalled every
    other request for 0.32 s; a lock in the database stalls them until it is released.

    Instead: an async session; or a plain `def` route, which FastAPI runs in a thread; or
    `await asyncio.to_thread(work)` with a session that the thread opens.

    Silent: in threads, in functions given to `run_sync`, and where no route or dependency is known to
    lead to the call.
    """

    code = "ADB305"
    name = "blocking-database-call"
    severity = Severity.ERROR
    guide = "Using synchronous drivers"
    yields_to = ("ADB103",)

    def suspects(self, project: Project) -> Iterator[Suspect]:
        by_function: dict[Scope, list[BlockingCall]] = {}
        for item in project.blocking_calls:
            by_function.setdefault(item.call.block.scope, []).append(item)
        for rows in by_function.values():
            rows.sort(key=lambda item: item.call.span)
            yield _suspect(rows[0], [item.call for item in rows[1:]])


def _suspect(item: BlockingCall, others: list[Call]) -> Suspect:
    root = item.proof.root
    through = f", called from `{root.name}`" if item.proof.helpers else ""
    message = f"`{quoted(item.call)}` waits for the database on the event loop{through}: all requests wait"
    related = [*calls_as_related(item.proof.helpers), *calls_as_related(others[:4], "blocks as well")]
    return at_call(item.call, message, related)
