"""ADB106."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import removing_keyword
from async_db_lint.rule import *


class EchoEnabled(Rule):
    """The engine writes every statement, with its parameters, to the log.

    Happens: each query adds lines to the log, with its parameters in clear text: names,
    mail addresses, password hashes. 100 queries wrote more than 100 lines, and a secret in clear text.

    Instead: leave `echo` out, or let a setting decide that is off in production:
    `create_async_engine(url, echo=settings.sql_echo)`. `hide_parameters=True` keeps values out of the log.

    Silent: when the value is not a literal, when the call is under an `if`, and in tests,
    migrations and scripts.
    """

    code = "ADB106"
    name = "echo-enabled"
    severity = Severity.WARNING
    fix = Safety.UNSAFE
    guide = "Disable `echo=True` in production"

    def suspects(self, project: Project) -> Suspects:
        message = "`echo` logs every statement and its parameters, also in production"
        for engine in project.engines:
            if engine.is_pool or engine.role is not Role.APPLICATION or engine.is_conditional:
                continue
            if _is_on(engine.option("echo").value):
                fix = removing_keyword("echo", Safety.UNSAFE)
                yield suspect(engine.call, message, at=keyword("echo"), fix=fix)


def _is_on(value: Expr | None) -> bool:
    """Whether an option is literally switched on."""
    return isinstance(value, Literal) and (value.value is True or value.value == "debug")
