"""ADB107."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Literal
from async_db_lint.project import library
from async_db_lint.project.project import Project
from async_db_lint.rule import Report, Rule, Severity, Suspect, at_call
from async_db_lint.rules.arguments import keyword
from async_db_lint.rules.mending.rewriting import without_keyword

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye

MAKERS = (
    "sqlalchemy.create_async_engine",
    "sqlalchemy.create_engine",
    library.FACTORY,
    library.SYNC_FACTORY,
    *library.SESSIONS,
    *library.SYNC_SESSIONS,
)
NO_OPS = {"future": True, "autocommit": False}


class NoOpArgument(Rule):
    """An argument that SQLAlchemy 2 accepts and ignores.

    Happens: nothing. `future=True` and `autocommit=False` asked 1.4 for what 2.x always does. They
    make a reader believe that there is a choice: `autocommit=True` raises.

    Instead: leave them out.

    Silent: where the project's files allow SQLAlchemy 1.4, or nothing shows that it is on 2.x. This
    rule is advice.
    """

    code = "ADB107"
    name = "no-op-argument"
    severity = Severity.ADVICE
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Iterator[Suspect]:
        if not project.is_on_sqlalchemy_2:
            return
        for call in project.makers_of(*MAKERS):
            for name, value in NO_OPS.items():
                given = call.keyword(name)
                if isinstance(given, Literal) and given.value is value:
                    yield at_call(call, f"`{name}={value}` has no effect in SQLAlchemy 2", detail=name)

    def confirm(self, node: cst.CSTNode, suspect: Suspect) -> Report | None:
        found = keyword(node, suspect.detail)
        return None if found is None else Report(found)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        changed = without_keyword(node, suspect.detail) if isinstance(node, cst.Call) else None
        if changed is None:
            return None
        return Change(f"Remove `{suspect.detail}`", Safety.SAFE, ((node, changed),))
