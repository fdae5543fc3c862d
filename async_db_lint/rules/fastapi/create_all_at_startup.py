"""ADB605."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Call, Expr, Literal
from async_db_lint.index.scopes import CONDITIONS, Function
from async_db_lint.project.library import canonical
from async_db_lint.project.project import Project
from async_db_lint.project.startup import calls_of, handlers, run_by
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.source import Role


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
    guide = "Initialize database in lifespan/startup event"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        if not has_alembic(project):
            return
        reported: set[Call] = set()
        for item in handlers(project):
            if project.role(item.function) is not Role.APPLICATION:
                continue
            functions, _ = run_by(project, item.function)
            for function in functions:
                for call in _creating(project, function):
                    if call not in reported and not _is_guarded(function, call):
                        reported.add(call)
                        message = "`create_all` runs in every worker that starts, and bypasses Alembic"
                        yield at_call(call, message, calls_as_related([item.call] if item.call else []))


def has_alembic(project: Project) -> bool:
    """Whether the project has an Alembic environment."""
    if any(path.endswith("alembic.ini") for path, _ in project.settings):
        return True
    return any(role is Role.MIGRATION for role in project.roles.values())


def _creating(project: Project, function: Function) -> Iterator[Call]:
    """The calls in a function that create tables: `run_sync(metadata.create_all)` or `metadata.create_all(engine)`."""
    for call in calls_of(function):
        given = call.argument("fn", 0) if call.method == "run_sync" else call.callee if call.arguments else None
        if isinstance(given, Attribute) and given.name == "create_all" and _is_metadata(project, given.value, call):
            yield call


def _is_metadata(project: Project, owner: Expr, call: Call) -> bool:
    """Whether an expression is `….metadata`, as declarative bases have it, or a MetaData by another name."""
    if isinstance(owner, Attribute) and owner.name == "metadata":
        return True
    value = project.value(owner, call)
    return value is not None and canonical(value.name) == "sqlalchemy.MetaData"


def _is_guarded(function: Function, call: Call) -> bool:
    if call.block.inside(CONDITIONS):
        return True
    texts = (argument.value for item in calls_of(function) for argument in item.arguments)
    return any(isinstance(text, Literal) and "advisory" in str(text.value) for text in texts)
