"""ADB615."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *


class TwoScopesTwoSessions(Rule):
    """A route gets the same session dependency in two scopes, or uncached: that makes two sessions.

    Happens: FastAPI keeps what a dependency gave for one scope. The same dependency with and without
    `scope="function"`, or with `use_cache=False`, is called twice and opens two sessions. What is written
    to the one is not in the other: the dependency commits one session, and the rows that were added to the
    other are gone. The request was answered with 201, and no row was there.

    Instead: use the dependency in one scope everywhere, best through one alias.

        Session = Annotated[AsyncSession, Depends(get_session, scope="function")]

    Silent: when each session that is written to is also committed, and when nothing is written.
    """

    code = "ADB615"
    name = "two-scopes-two-sessions"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        reported: set[Call] = set()
        for request in project.requests:
            for lost in request.dependencies:
                kept = next((other for other in request.dependencies if _is_another(lost, other)), None)
                write = None if kept is None else _lost(request, lost)
                if kept is not None and write is not None and lost.depends not in reported:
                    reported.add(lost.depends)
                    found = _suspect(request, lost.depends, write).with_related(_places(kept, write))
                    yield found.with_same_as(_writes(request, lost))


def _is_another(one: InjectedDependency, other: InjectedDependency) -> bool:
    """Whether a dependency is the same one in another scope."""
    return one.target is other.target and one.scope != other.scope


def _lost(request: Request, dependency: InjectedDependency) -> Event | None:
    """What is written to a session that nobody commits."""
    subject = injected_subject(dependency)
    events = [event for event in (*request.before, *request.own.events, *request.after) if event.subject == subject]
    if any(event.act in (Act.COMMIT, Act.UNKNOWN) for event in events):
        return None
    return next((event for event in events if event.act in (Act.ADD, Act.WRITE)), None)


def _writes(request: Request, dependency: InjectedDependency) -> Iterator[Call]:
    subject = injected_subject(dependency)
    yield from (event.call for event in request.own.events if event.subject == subject)


def _suspect(request: Request, call: Call, write: Event) -> Suspect[cst.Call]:
    assert write.subject is not None
    origin = write.subject.origin
    name = origin.name if isinstance(origin, Function) else "the dependency"
    message = f"`{request.route.name}` gets two sessions from `{name}`: what is written to this one is never committed"
    return suspect(call, message)


def _places(kept: InjectedDependency, write: Event) -> Iterator[Related]:
    yield Related(kept.depends.path, kept.depends.span, "the other session comes from here")
    yield Related(write.site.path, write.site.span, "written here")
