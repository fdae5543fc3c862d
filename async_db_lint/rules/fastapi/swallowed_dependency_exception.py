"""ADB608."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

HTTP = ("fastapi.HTTPException", "fastapi.exceptions.HTTPException", "starlette.exceptions.HTTPException")
CATCHING = frozenset({"builtins.Exception", "builtins.BaseException", *map(canonical, HTTP)})


class SwallowedDependencyException(Rule):
    """A dependency catches what its route raises, and does not raise it again.

    Happens: FastAPI throws what a route raises into its dependencies, at their `yield`. Where an `except` keeps it,
    no answer is left: the 404 that the route raised becomes a 500, with `FastAPIError: No response object was
    returned`, and what really went wrong is in no log.

    Instead: end the `except` with `raise`: roll back first, and let the error go on.

        try:
            yield session
        except Exception:
            await session.rollback()
            raise

    `async with SessionLocal() as session:` rolls back by itself when an error passes.

    Silent: when the `except` raises, itself or by a function that it calls; for classes of errors that are no
    `HTTPException`, and where one before lets that pass; for managers that are not injected; with FastAPI before
    0.110, which raised the error again.
    """

    code = "ADB608"
    name = "swallowed-dependency-exception"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        if project.versions.raises_swallowed_errors:
            return
        targets = {item.target: item for request in project.requests for item in request.dependencies}
        for handler in _swallowing(project, {*targets}):
            name = handler.block.scope.name
            message = f"`{name}` keeps what its route raises: every `HTTPException` becomes a 500"
            related = [
                Related(handler.block.scope.module.path, item.span, "thrown in here") for item in _yields(handler)
            ]
            yield suspect_handler(handler.block, message).with_related(related)


def _swallowing(project: Project, targets: set[Function]) -> Iterator[Handler]:
    """The handlers of dependencies that are the first to catch an `HTTPException`, and keep it."""
    seen: set[object] = set()
    for handler in project.errors.handlers():
        scope, opener = handler.block.scope, handler.block.opener
        if scope not in targets or opener in seen or not any(_yields(handler)):
            continue
        if any(canonical(name) in CATCHING or not name for name in handler.names):
            seen.add(opener)
            if project.errors.swallows(handler.block) and "" not in handler.names:
                yield handler


def _yields(handler: Handler) -> Iterator[Statement]:
    """The `yield`s in the `try` of a handler."""
    for item in handler.block.scope.exits:
        if item.kind is ExitKind.YIELD and handler.guards(item.block):
            yield item.statement
