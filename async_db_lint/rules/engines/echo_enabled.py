"""ADB106."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Expr, Literal
from async_db_lint.project.project import Project
from async_db_lint.rule import Report, Rule, Severity, Suspect, at_call
from async_db_lint.rules.arguments import keyword
from async_db_lint.rules.mending.rewriting import without_keyword
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class EchoEnabled(Rule):
    """The engine writes every statement, with its parameters, to the log.

    Happens: each query adds lines to the log, and their parameters stand in it as they are: names,
    mail addresses, password hashes. 100 queries wrote more than 100 lines, and a secret in clear text.

    Instead: leave `echo` out, or let a setting decide that is off in production:
    `create_async_engine(url, echo=settings.sql_echo)`. `hide_parameters=True` keeps values out of the log.

    Silent: when the value is not a literal, when the call stands under an `if`, and in tests,
    migrations and scripts.
    """

    code = "ADB106"
    name = "echo-enabled"
    severity = Severity.WARNING
    fix = Safety.UNSAFE
    guide = "Disable `echo=True` in production"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for engine in project.engines:
            if engine.is_pool or engine.role is not Role.APPLICATION or engine.is_conditional:
                continue
            echo = engine.option("echo")
            if echo.value is None or not is_on(echo.value):
                continue
            yield at_call(engine.call, "`echo` logs every statement and its parameters, also in production")

    def confirm(self, node: cst.CSTNode, suspect: Suspect) -> Report | None:
        return Report(keyword(node, "echo") or node)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        changed = without_keyword(node, "echo") if isinstance(node, cst.Call) else None
        return None if changed is None else Change("Remove `echo`", Safety.UNSAFE, ((node, changed),))


def is_on(value: Expr) -> bool:
    """Whether an option is literally switched on."""
    return isinstance(value, Literal) and (value.value is True or value.value == "debug")
