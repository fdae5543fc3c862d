"""ADB107."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import removing_keyword
from async_db_lint.rule import *

MAKERS = (
    "sqlalchemy.create_async_engine",
    "sqlalchemy.create_engine",
    FACTORY,
    SYNC_FACTORY,
    *SESSIONS,
    *SYNC_SESSIONS,
)
NO_OPS = {"future": True, "autocommit": False}


class NoOpArgument(Rule):
    """An argument that SQLAlchemy 2 accepts and ignores.

    Happens: nothing. `future=True` and `autocommit=False` asked 1.4 for what 2.x always does. They
    make a reader believe that there is a choice: `autocommit=True` raises.

    Instead: leave the argument out: without it, SQLAlchemy 2 does the same.

    Silent: where the project's files allow SQLAlchemy 1.4, or nothing shows that it is on 2.x. This
    rule is advice.
    """

    code = "ADB107"
    name = "no-op-argument"
    severity = Severity.ADVICE
    consequence = Consequence.COSTS
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Suspects:
        if not project.is_on_sqlalchemy_2:
            return
        for call in project.calls_to(*MAKERS):
            for name, value in NO_OPS.items():
                given = call.call.keyword(name)
                if isinstance(given, Literal) and given.value is value:
                    message = f"`{name}={value}` has no effect in SQLAlchemy 2"
                    fix = removing_keyword(name, Safety.SAFE)
                    yield suspect(call, message, at=written_keyword(name), fix=fix)
