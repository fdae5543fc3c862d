"""ADB705."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *


class IoInsideTransaction(Rule):
    """Another service, a process or a long sleep is awaited while a session holds a connection.

    Happens: a session takes a connection with its first statement and keeps it until it commits, rolls
    back or is closed. Awaited in between, a slow partner decides how long the connection and the locks of
    the transaction are held: requests that would never call it wait for the pool, a migration waits for
    the locks, and PostgreSQL shows `idle in transaction`. With the call moved after the commit, no
    connection was checked out meanwhile.

    Instead: commit before the call, or call before the first statement.

        order = await session.get(Order, order_id)
        await session.commit()
        await client.post(url, json={"order": order.id})

    Read what the call needs before the commit, or make sessions with `expire_on_commit=False`.

    Silent: after `commit()`, `rollback()` or `close()`, before the first statement, when a function that is
    not understood was given the session, for sleeps of less than a second, and in tests and scripts.
    """

    code = "ADB705"
    name = "io-inside-transaction"
    severity = Severity.WARNING
    consequence = Consequence.HOLDS_CONNECTIONS

    def suspects(self, project: Project) -> Suspects:
        before = {request.route: request.before for request in project.requests}
        for function in project.effects.functions_that_wait():
            if not project.is_in_application(function):
                continue
            reported: set[Call] = set()
            for event in project.effects.of(function).events:
                if event.act is not Act.OUTSIDE or event.call in reported:
                    continue
                for held in project.held_at(event.call, before.get(function, ())):
                    reported.add(event.call)
                    yield _suspect(event, held)
                    break


def _suspect(event: Event, held: Held) -> Suspect[cst.Call]:
    waits = f"`{quoted(event.call)}` is awaited"
    if event.chain:
        waits = f"`{quoted(event.call)}` awaits `{quoted(event.site)}`"
    message = f"{waits} while a session holds its connection: other requests wait for it"
    return suspect(event.call, message).with_related(_steps(event, held))


def _steps(event: Event, held: Held) -> Iterator[Related]:
    site = held.since.site
    yield Related(site.path, site.span, "the session has a connection since this query")
    if event.chain:
        yield Related(event.site.path, event.site.span, "waits here")
