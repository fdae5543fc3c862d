"""ADB213."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *


class NestedSession(Rule):
    """A second session needs a connection while the first one holds one.

    Happens: each request takes two connections of the same pool. Under load every request has its first
    and waits for a second that no other can give back: nobody answers until the pool's timeout. With the
    default pool, 15 requests at once froze the service for 30 seconds. It is the same with a background
    task: from FastAPI 0.118 on the request's session lives until the task has ended, and `refresh()` after
    `commit()` takes a connection again. Of 15 orders that were answered with 200, as few as 2 were stored.

    Instead: use one session for one piece of work, or end the first transaction before.

        await session.commit()
        background.add_task(send_mail, order.id)  # opens a session of its own

    Silent: before the first statement; after `commit()`, `rollback()` or `close()`; when the second session
    is another engine's, or is not known to run a statement; with `NullPool`.
    """

    code = "ADB213"
    name = "nested-session"
    severity = Severity.WARNING
    consequence = Consequence.HOLDS_CONNECTIONS

    def suspects(self, project: Project) -> Suspects:
        if all(engine.is_unpooled for engine in project.engines if engine.is_async):
            return
        before = {request.route: request.before for request in project.requests}
        for function in project.effects.functions_that_open:
            if function.is_async and project.is_in_application(function):
                yield from _nested(project, function, before.get(function, ()))
        if not project.versions.of("fastapi").within("0", "0.118"):
            for request in project.requests:
                yield from _behind(project, request)


def _nested(project: Project, function: Function, before: tuple[Event, ...]) -> Suspects:
    """The sessions that a function opens and uses while another one holds a connection."""
    events = project.effects.of(function).events
    opened = {event.subject: event for event in events if event.act is Act.OPEN and event.subject is not None}
    seen: set[Call] = set()
    for event in events:
        first = opened.get(event.subject) if event.subject is not None else None
        if event.act is not Act.QUERY or first is None or first.call in seen:
            continue
        for held in project.held_at(event.call, before):
            if held.subject != event.subject and _shares_pool(project, held.subject, first.subject):
                seen.add(first.call)
                yield _suspect(first.call, held, event)
                break


def _behind(project: Project, request: Request) -> Suspects:
    """The background tasks that need a session while the request's still holds a connection."""
    for call in request.route.calls:
        site = project.site(call)
        if call.method != "add_task" or not project.is_a(site.owner, "starlette.BackgroundTasks"):
            continue
        target = site.inference.function(site.value_of(next(iter(call.positional), call.keyword("func"))))
        own = None if target is None else _own_query(project, target)
        if own is None:
            continue
        for held in project.held_after(request):
            if held.subject.scope.startswith("request") and _shares_pool(project, held.subject, own.subject):
                yield _suspect(call, held, own)
                break


def _own_query(project: Project, target: Function) -> Event | None:
    """The first statement of a task on a session that it opens itself."""
    events = project.effects.of(target).events
    opened = {event.subject for event in events if event.act is Act.OPEN}
    return next((event for event in events if event.act is Act.QUERY and event.subject in opened), None)


def _shares_pool(project: Project, one: Subject, other: Subject | None) -> bool:
    """Whether two sessions certainly take their connections from the same engine."""
    engines = [project.effects.engines_of(item) for item in (one, other) if item is not None]
    return len(engines) == 2 and bool(engines[0]) and engines[0] == engines[1]


def _suspect(call: Call, held: Held, event: Event) -> Suspect[cst.Call]:
    message = (
        f"`{quoted(call)}` needs a second connection while another session holds one: requests wait for each other"
    )
    return suspect(call, message).with_related(_places(held, event))


def _places(held: Held, event: Event) -> Iterator[Related]:
    yield Related(held.since.site.path, held.since.site.span, "the first session has a connection since this query")
    yield Related(event.site.path, event.site.span, "the second one needs its own here")
