"""ADB606."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *


class CommitAfterYield(Rule):
    """A dependency commits after its `yield`, when the answer has been sent already.

    Happens: FastAPI ends a dependency after the response, since 0.118 and before 0.106. The client is told
    201, and then the commit fails, or has not happened yet when the next request reads. Two requests that
    stored the same unique value were both answered with 201; one row was there.

    Instead: commit in the route or service, before it returns, or end the dependency with the function:
    `Depends(get_session, scope="function")`.

        Depends(get_session, scope="function")

    `scope="request"` changes nothing: it is the default. Use one scope for a dependency everywhere: the same
    dependency in two scopes gives two sessions (ADB615).

    Silent: when every use has `scope="function"`; with FastAPI 0.106 to 0.117, where a dependency ends first;
    when no route is known to write through the dependency's session without committing itself.
    """

    code = "ADB606"
    name = "commit-after-yield"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        if project.versions.ends_dependencies_first:
            return
        reported: dict[Call, Suspect[cst.Call]] = {}
        for request in project.requests:
            for dependency, commit in _late_commits(request):
                write = _unsaved(request, commit)
                if write is not None and commit.call not in reported:
                    message = f"`{dependency.target.name}` commits after the response of `{request.route.name}` is sent"
                    site = commit.chain[0] if commit.chain else commit.call
                    found = suspect(commit.call, f"{message}: a failure is never told")
                    related = Related(write.site.path, write.site.span, f"`{request.route.name}` writes here")
                    reported[commit.call] = found.with_related([related, *_below(site, commit)])
        yield from reported.values()


def _late_commits(request: Request) -> Iterator[tuple[InjectedDependency, Event]]:
    """The commits of a request that come after its response: of dependencies that end with the request."""
    for dependency in request.dependencies:
        if dependency.scope.startswith("request") and dependency.target.is_generator:
            for event in request.after:
                if event.act is Act.COMMIT and event.call.block.scope is dependency.target:
                    yield dependency, event


def _unsaved(request: Request, commit: Event) -> Event | None:
    """What a route writes through the session that is committed late, and does not commit itself."""
    events = [event for event in request.own.events if event.subject == commit.subject]
    if any(event.act in (Act.COMMIT, Act.UNKNOWN) for event in events):
        return None
    return next((event for event in events if event.act in (Act.ADD, Act.WRITE)), None)


def _below(site: Call, commit: Event) -> Iterator[Related]:
    if site is not commit.call:
        yield Related(commit.site.path, commit.site.span, "commits here")
