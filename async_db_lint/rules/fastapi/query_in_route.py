"""ADB602."""

from __future__ import annotations

from async_db_lint.rule import *

BUILDERS = ("select", "insert", "update", "delete", "text")
STATEMENTS = frozenset(f"sqlalchemy.{name}" for name in BUILDERS)
READS = ("get", "get_one", "query")


class QueryInRoute(Rule):
    """A route handler builds a query itself.

    Happens: nothing at run time. The query can be used and tested only through HTTP, it is written
    again in the next route, and a change of the tables is a change of the routes.

    Instead: a repository or service function that takes the session: `await users.by_email(session, email)`.

    Silent: for handlers that only add and commit, and for probes such as `SELECT 1`. This rule is
    advice: `--select ADVICE` shows it. It has no run-time effect and so no proof.
    """

    code = "ADB602"
    name = "query-in-route"
    severity = Severity.ADVICE
    consequence = Consequence.COSTS
    guide = "Embedding queries directly in routes"

    def suspects(self, project: Project) -> Suspects:
        spellings = frozenset(READS).union(*(project.table.spellings(name) for name in BUILDERS))
        for function in project.functions_run_as(Trigger.ROUTE):
            if not project.is_in_application(function):
                continue
            calls = (project.site(call) for call in function.inner_calls() if call.method in spellings)
            queries = sorted((call for call in calls if _is_query(project, call)), key=lambda call: call.span)
            if queries:
                found = suspect(queries[0], f"the route `{function.name}` builds its query itself")
                yield found.with_related(related_calls(queries[1:], "another query of this route"))


def _is_query(project: Project, call: CallSite) -> bool:
    """Whether a call builds a statement, or reads rows by a method of a session."""
    if call.name in READS and call.call.receiver is not None:
        return project.is_a(call.owner, *SESSIONS, *SYNC_SESSIONS)
    return call.library_name in STATEMENTS and not is_probe(call.call)
