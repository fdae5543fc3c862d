"""ADB707."""

from __future__ import annotations

import re

from async_db_lint.rule import *

SET = re.compile(r"\s*set\s+(?!local\b|transaction\b|constraints\b)\w", re.IGNORECASE)
SET_CONFIG = re.compile(r"\bset_config\s*\([^()]*,\s*false\s*\)", re.IGNORECASE)
UNDOES = re.compile(r"\b(reset|discard)\b", re.IGNORECASE)
EVENTS = tuple(Literal(name) for name in ("checkin", "reset", "checkout"))


class ConnectionSettingLeaks(Rule):
    """A request sets something for the connection, which the next request gets as well.

    Happens: `SET x` and `set_config(…, false)` hold for the connection, not for the transaction, and the pool
    gives the connection to the next request as it is. With a tenant set in this way, the next request read
    as the tenant of the one before.

    Instead: set it for the transaction alone: `SET LOCAL`, or `set_config(name, value, true)`.

        await session.execute(text("SELECT set_config('app.tenant', :tenant, true)"), {"tenant": tenant})

    Silent: for `SET LOCAL`, `set_config(…, true)` and `SET TRANSACTION`; when the function resets it, or an
    event of the pool does; with `NullPool`; outside of what requests reach.
    """

    code = "ADB707"
    name = "connection-setting-leaks"
    severity = Severity.ERROR
    consequence = Consequence.EXPOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        listeners = project.calls("listens_for", "listen")
        if any(item in EVENTS for call in listeners for item in call.call.positional):
            return
        if all(engine.is_unpooled for engine in project.engines if engine.is_async):
            return
        for call in project.calls("execute", "scalar", "scalars", on=(*SESSIONS, CONNECTION)):
            function = call.function
            if function is None or not _sets(_sql(call)):
                continue
            chain = project.reach.chain_to(function, project.is_per_request)
            others = (_sql(project.site(item)) for item in function.calls)
            if chain is not None and not any(UNDOES.search(text) for text in others):
                message = "the setting stays on the connection: the next request that gets it has it too"
                yield suspect(call, message).with_related(related_calls(chain))


def _sets(sql: str) -> bool:
    """Whether SQL sets something for the connection."""
    return SET.match(sql) is not None or SET_CONFIG.search(sql) is not None


def _sql(call: CallSite) -> str:
    """The SQL that a call executes, as far as it is written out."""
    statement = call.written(call.argument("statement", 0))
    if isinstance(statement, Call) and statement.method == "text":
        statement = call.written(statement.argument("text", 0))
    parts = statement.parts if isinstance(statement, Template) else (statement,)
    return "".join(str(part.value) if isinstance(part, Literal) else "?" for part in parts)
