"""ADB706."""

from __future__ import annotations

from async_db_lint.rule import *


class BeginAfterAutobegin(Rule):
    """`session.begin()` is called on a session that is in a transaction already.

    Happens: the first statement on a session begins a transaction. `begin()` after it raises
    `InvalidRequestError: A transaction is already begun on this Session`. The statement may be far away: a
    dependency that looks up the user is enough to break every route that begins.

    Instead: commit after the statement, or write without `begin()` and commit in the end.

        user = await session.get(User, user_id)
        session.add(order)
        await session.commit()

    Silent: for `begin_nested()`, before the first statement, after `commit()` or `rollback()`, and when a
    function that is not understood was given the session.
    """

    code = "ADB706"
    name = "begin-after-autobegin"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        before = {request.route: request.before for request in project.requests}
        for call in project.calls("begin", on=SESSIONS):
            function = call.function
            if function is None or call.usage not in (Usage.ENTERED, Usage.AWAITED) or not call.is_in_application:
                continue
            subject = project.effects.begun_by(call.call)
            for held in project.held_at(call.call, before.get(function, ())):
                if held.subject == subject:
                    site = held.since.site
                    found = suspect(call, f"`{quoted(call.call)}` raises: the session is in a transaction already")
                    yield found.with_related([Related(site.path, site.span, "it began with this statement")])
