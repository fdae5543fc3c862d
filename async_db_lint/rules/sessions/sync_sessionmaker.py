"""ADB203."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Change, Needed, Orphan, Safety
from async_db_lint.index.expressions import Call, Name
from async_db_lint.index.scopes import Module
from async_db_lint.project import library
from async_db_lint.project.definitions import bindings_of
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.project.versions import parsed
from async_db_lint.rule import Rule, Severity, Suspect, at_call
from async_db_lint.rules.mending.rewriting import without_keyword
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class _Maker(NamedTuple):
    """The class of the sessions, and whether the project is certainly on SQLAlchemy 2."""

    name: str
    is_certain: bool


class SyncSessionmaker(Rule):
    """Async sessions come from `sessionmaker(class_=AsyncSession)`.

    Happens: it works, untyped. Type checkers refuse the call, and once that is silenced its sessions
    are `Any`: a forgotten `await session.commit()` is not seen. Without `class_` in one place the
    factory makes synchronous sessions.

    Instead: `async_sessionmaker(engine, expire_on_commit=False)`, of SQLAlchemy 2.

    Silent: for factories of synchronous sessions, in tests and migrations, and where the project's
    files allow SQLAlchemy 1.4 as well as 2.0. For a project that is on 1.4, which has no
    `async_sessionmaker`, the message says what it takes.
    """

    code = "ADB203"
    name = "sync-sessionmaker"
    severity = Severity.WARNING
    fix = Safety.SAFE

    def suspects(self, project: Project) -> Iterator[Suspect]:
        allowed = project.versions.of("sqlalchemy")
        if allowed.low and allowed.low < parsed("2.0") < allowed.high:
            return  # both are supported, on purpose
        hint = "`async_sessionmaker`" if allowed.low >= parsed("2.0") else "`async_sessionmaker`, of SQLAlchemy 2.0,"
        for call in project.makers_of(library.SYNC_FACTORY):
            made = project.inference.call(call)
            if project.role(call) in (Role.TEST, Role.MIGRATION) or made is None:
                continue
            if project.is_session(made.inner):
                message = f"`sessionmaker(class_=AsyncSession)` is untyped: {hint} makes async sessions"
                is_2 = (allowed.low >= parsed("2.0") or not allowed.low) and _is_import(call)
                yield at_call(
                    call,
                    message,
                    facts=_Maker(_class_name(project, call), project.is_on_sqlalchemy_2 and not _is_compared(project))
                    if is_2
                    else None,
                )

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        if not isinstance(node, cst.Call) or suspect.facts is None:
            return None
        is_default = suspect.facts.name == library.SESSION
        changed = (without_keyword(node, "class_") if is_default else None) or node
        changed = changed.with_changes(func=cst.Name("async_sessionmaker"))
        needed = Needed(suspect.path, "sqlalchemy.ext.asyncio", "async_sessionmaker")
        names = [name.value for name in (node.func, class_of(node)) if isinstance(name, cst.Name)]
        orphans = tuple(Orphan(suspect.path, name) for name in names)
        safety = Safety.SAFE if suspect.facts.is_certain else Safety.UNSAFE
        return Change("Use `async_sessionmaker`", safety, ((node, changed),), (needed,), orphans)


def _is_import(call: Call) -> bool:
    """Whether what is called is a name of the module, and no parameter that could be given something else."""
    if not isinstance(call.callee, Name):
        return True
    found = bindings_of(call.callee.name, place_of(call))
    return found is None or isinstance(found[0], Module)


def _is_compared(project: Project) -> bool:
    """Whether some file asks what class a factory is of: the new one is of another."""
    words = {"isinstance", "issubclass", "type"}
    return any("sessionmaker" in module.mentions and words & module.mentions for module in project.modules.values())


def _class_name(project: Project, call: Call) -> str:
    """The canonical name of the class that the call writes out; empty when it is in options."""
    given = call.keyword("class_")
    return project.inference.library_name(project.value(given, call)) or "" if given is not None else ""


def class_of(node: cst.Call) -> cst.BaseExpression | None:
    """What `class_` is in a call."""
    return next((item.value for item in node.args if item.keyword is not None and item.keyword.value == "class_"), None)
