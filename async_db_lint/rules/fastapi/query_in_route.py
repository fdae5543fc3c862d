"""ADB602."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call
from async_db_lint.project import library
from async_db_lint.project.application import Trigger
from async_db_lint.project.probes import is_probe
from async_db_lint.project.project import Project
from async_db_lint.project.startup import calls_of
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.source import Role

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
    guide = "Embedding queries directly in routes"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        spellings = frozenset(READS).union(*(project.table.spellings(name) for name in BUILDERS))
        for function, triggers in project.application.triggers.items():
            if Trigger.ROUTE not in triggers or project.role(function) is not Role.APPLICATION:
                continue
            queries = [call for call in calls_of(function) if call.method in spellings and is_query(project, call)]
            if queries:
                queries.sort(key=lambda call: call.span)
                related = calls_as_related(queries[1:], "another query of this route")
                yield at_call(queries[0], f"the route `{function.name}` builds its query itself", related)


def is_query(project: Project, call: Call) -> bool:
    """Whether a call builds a statement, or reads rows by a method of a session."""
    if call.method in READS and call.receiver is not None:
        return project.inference.is_a(project.receiver(call), *library.SESSIONS, *library.SYNC_SESSIONS)
    if project.name_of(call) not in STATEMENTS:
        return False
    return not is_probe(call)
