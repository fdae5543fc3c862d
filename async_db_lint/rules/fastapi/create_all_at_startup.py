"""ADB605."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *


class CreateAllAtStartup(Rule):
    """The application creates its tables when it starts, although it has Alembic.

    Happens: every worker does it. Of four that started on an empty database three died with
    `duplicate key value violates unique constraint "pg_type_typname_nsp_index"` or
    `relation "book" already exists`. On a database that
    has the tables it changes nothing, so models and tables drift apart, and Alembic's first revision
    fails on tables that are already there.

    Instead: `alembic upgrade head` as a step of the deployment, before the workers start.

    Silent: without Alembic, under an `if`, behind an advisory lock, in tests and scripts.
    """

    code = "ADB605"
    name = "create-all-at-startup"
    severity = Severity.WARNING
    consequence = Consequence.FAILS
    guide = "Initialize database in lifespan/startup event"

    def suspects(self, project: Project) -> Suspects:
        reported: set[Call] = set()
        message = "`create_all` runs in every worker that starts, and bypasses Alembic"
        for item in handlers(project) if project.has_alembic else ():
            if not project.is_in_application(item.function):
                continue
            functions, _ = run_by(project, item.function)
            for call in (call for function in functions for call in _creating(project, function)):
                if call not in reported:
                    reported.add(call)
                    yield suspect(call, message).with_related(related_calls([item.call] if item.call else []))


def _creating(project: Project, function: Function) -> Iterator[Call]:
    """The calls that certainly create tables: `run_sync(metadata.create_all)` or `metadata.create_all(engine)`."""
    if _takes_lock(function):
        return
    for call in function.inner_calls():
        given = call.argument("fn", 0) if call.method == "run_sync" else call.callee if call.arguments else None
        if not isinstance(given, Attribute) or given.name != "create_all" or call.block.inside(CONDITIONS):
            continue
        if _is_metadata(project, given.value, call):
            yield call


def _is_metadata(project: Project, owner: Expr, call: Call) -> bool:
    """Whether an expression is `….metadata`, as declarative bases have it, or a MetaData by another name."""
    if isinstance(owner, Attribute) and owner.name == "metadata":
        return True
    value = project.value(owner, call)
    return value is not None and canonical(value.name) == "sqlalchemy.MetaData"


def _takes_lock(function: Function) -> bool:
    """Whether a function runs SQL that takes an advisory lock."""
    texts = (argument.value for call in function.inner_calls() for argument in call.arguments)
    return any(isinstance(text, Literal) and "advisory" in str(text.value) for text in texts)
