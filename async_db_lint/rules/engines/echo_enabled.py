"""ADB106."""

from __future__ import annotations

from async_db_lint.fixes.nodes.arguments import removing_keyword
from async_db_lint.rule import *

ECHO = "`echo` logs every statement and its parameters, also in production"
LEVEL = "this level logs every statement and its parameters, also in production"


class EchoEnabled(Rule):
    """The engine writes every statement, with its parameters, to the log.

    Happens: each query adds lines to the log, with its parameters in clear text: names,
    mail addresses, password hashes. 100 queries wrote more than 100 lines, and a secret in clear text.

    `engine.echo = True` does the same later on, and so does level INFO or DEBUG for the logger
    `sqlalchemy.engine`.

    Instead: leave `echo` out, or let a setting decide that is off in production:
    `create_async_engine(url, echo=settings.sql_echo)`. `hide_parameters=True` keeps values out of the log.

    Silent: when the value is not a literal, when the code is under an `if` or is not known to run, and in
    tests, migrations and scripts.
    """

    code = "ADB106"
    name = "echo-enabled"
    severity = Severity.WARNING
    consequence = Consequence.EXPOSES_DATA
    fix = Safety.UNSAFE
    guide = "Disable `echo=True` in production"

    def suspects(self, project: Project) -> Suspects:
        for engine in project.engines:
            if engine.is_pool or engine.role is not Role.APPLICATION or engine.is_conditional:
                continue
            if _is_on(engine.option("echo").value):
                fix = removing_keyword("echo", Safety.UNSAFE)
                yield suspect(engine.call, ECHO, at=keyword("echo"), fix=fix)
        for item in project.assignments("echo"):
            owner = project.value_at(item.owner, place_of(item))
            if _is_on(item.value) and project.is_a(owner, ENGINE, SYNC_ENGINE) and _is_run(project, item):
                yield suspect(item, ECHO)
        for call in project.calls("setLevel"):
            if logs_statements(call) and _is_run(project, call.call):
                yield suspect(call, LEVEL)


def _is_on(value: Expr | None) -> bool:
    """Whether an option is literally switched on."""
    return isinstance(value, Literal) and (value.value is True or value.value == "debug")


def _is_run(project: Project, item: Call | TargetBinding) -> bool:
    """Whether code of the application certainly runs."""
    scope = item.block.scope
    is_run = not isinstance(scope, Function) or project.is_reached_when_started(scope)
    return is_run and project.is_in_application(item) and not item.block.inside(CONDITIONS)
