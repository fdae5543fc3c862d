"""ADB612."""

from __future__ import annotations

from async_db_lint.rule import *


class UnfilteredResponse(Rule):
    """A route answers with a mapped object, and no response model says what of it.

    Happens: FastAPI turns the object into JSON as it is. The client gets every column that is loaded, also the hash
    of the password, and whatever column somebody adds next year. A relationship that happens to be loaded is shown,
    too, and one that is not loaded is left out.

    Instead: say what the route answers with, by `response_model=` or by the annotation.

        async def me(session: Db) -> UserOut:

    Silent: with any response model or return annotation; for values that are taken from the object; unless the
    returned object is known to come from a query.
    """

    code = "ADB612"
    name = "unfiltered-response"
    severity = Severity.ADVICE
    consequence = Consequence.EXPOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        for response in project.loading.responses.of_routes():
            entity = response.loaded.entity
            if response.model is None and not response.is_declared and entity is not None:
                message = f"`{response.route.name}` answers with every loaded column of `{entity.name}`"
                found = suspect_return(response.exit, message)
                related = Related(entity.module.path, entity.body.scope.span, f"`{entity.name}` is mapped here")
                yield found.with_related([related])
