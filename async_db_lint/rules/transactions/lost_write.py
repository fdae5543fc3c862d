"""ADB701."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

WRITES = (Act.ADD, Act.WRITE, Act.FLUSH)


class LostWrite(Rule):
    """Something is written on a session that nobody commits.

    Happens: a session that is closed rolls back what it did not commit, without a word. `flush()` sends
    the rows and returns their ids, so the route answers 201 with an id, and the row is not there.

    Instead: `await session.commit()`, or `async with SessionLocal.begin() as session:`, which commits at
    its end.

    Silent: when any path commits, or rolls back without an error; when a function that is not understood
    was given the session; when a dependency or a unit of work commits; for autocommit; in tests,
    migrations and scripts.
    """

    code = "ADB701"
    name = "lost-write"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    yields_to = ("ADB606", "ADB615", "ADB301")

    def suspects(self, project: Project) -> Suspects:
        if any("AUTOCOMMIT" in str(part) for part in project.isolation_levels):
            return
        for request in project.requests:
            events = (*request.before, *request.own.events, *request.after)
            for dependency in request.dependencies:
                lost = _lost(events, injected_subject(dependency))
                if lost is not None and lost in request.own.events and request.own.is_whole:
                    yield _suspect(lost)
        for function in project.effects.functions_that_open:
            if project.is_in_application(function) and function.is_async:
                yield from _of_own_sessions(project, function)


def _of_own_sessions(project: Project, function: Function) -> Suspects:
    """What a function loses on sessions that it opens and closes itself."""
    effects = project.effects.of(function)
    closed = {event.subject for event in effects.events if event.act is Act.CLOSE and event.left is not None}
    for event in effects.events:
        if event.act is Act.OPEN and event.subject in closed and event.subject is not None and not event.chain:
            lost = _lost(effects.events, event.subject)
            if lost is not None and not _is_handed_on(function):
                yield _suspect(lost)


def _is_handed_on(function: Function) -> bool:
    """Whether a function hands its session on, as a generator or lambda does: whoever gets it may commit."""
    return function.is_generator or function.is_lambda


def _lost(events: tuple[Event, ...], subject: Subject) -> Event | None:
    """The last write on a session that certainly writes, and that nothing may commit."""
    own = [event for event in events if event.subject is None or event.subject == subject]
    if any(event.act in (Act.COMMIT, Act.UNKNOWN) or _is_meant(event) for event in own):
        return None
    writes = [event for event in own if event.act in WRITES and event.subject == subject]
    if not any(event.act in (Act.ADD, Act.WRITE) and event.is_certain for event in writes):
        return None
    return writes[-1]


def _is_meant(event: Event) -> bool:
    """Whether an event rolls back what nothing has failed in: that is meant."""
    return event.act is Act.ROLLBACK and not event.call.block.inside(frozenset({BlockKind.EXCEPT, BlockKind.FINALLY}))


def _suspect(lost: Event) -> Suspect[cst.Call]:
    what = f"`{quoted(lost.call)}` writes on a session that nobody commits: the rows are gone when it is closed"
    found = suspect(lost.call, what)
    return found.with_related(_below(lost))


def _below(lost: Event) -> Iterator[Related]:
    if lost.chain:
        yield Related(lost.site.path, lost.site.span, "written here")
