"""ADB305."""

from __future__ import annotations

from collections import defaultdict

from async_db_lint.rule import *


class BlockingDatabaseCall(Rule):
    """A synchronous session, engine or driver works in an `async def`.

    Happens: the event loop is blocked until the database answers. A query of 0.3 s stalls every
    other request for 0.3 s; a lock in the database stalls them until it is released.

    Instead: an async session; or a plain `def` route, which FastAPI runs in a thread; or
    `await asyncio.to_thread(work)` with a session that the thread opens.

    Silent: in threads, in functions given to `run_sync`, and where no route or dependency is known to
    lead to the call.
    """

    code = "ADB305"
    name = "blocking-database-call"
    severity = Severity.ERROR
    consequence = Consequence.BLOCKS_LOOP
    guide = "Using synchronous drivers"
    yields_to = ("ADB103",)

    def suspects(self, project: Project) -> Suspects:
        by_function: dict[Function, list[BlockingCall]] = defaultdict(list)
        for item in project.blocking_calls:
            by_function[item.proof.root].append(item)
        for rows in by_function.values():
            rows.sort(key=lambda item: item.proof.call_in_root(item.call).span)
            yield _suspect(rows[0], [item.call for item in rows[1:]])


def _suspect(item: BlockingCall, others: list[Call]) -> Suspect[cst.Call]:
    """One finding for an `async def`, at its first call that blocks or leads to what does."""
    place = item.proof.call_in_root(item.call)
    related = [*related_calls(item.proof.helpers[1:]), *related_calls(others[:4], "blocks as well")]
    if place is item.call:
        message = f"`{quoted(place)}` waits for the database on the event loop: all requests wait"
        return suspect(place, message).with_related(related)
    message = f"`{quoted(place)}` waits for the database on the event loop: it calls `{quoted(item.call)}`"
    found = suspect(place, message).with_related([*related, *related_calls([item.call], "blocks here")])
    return found.with_same_as([item.call])
