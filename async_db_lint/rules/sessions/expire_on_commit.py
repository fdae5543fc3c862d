"""ADB202."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Call, Literal
from async_db_lint.project import library
from async_db_lint.project.kinds import Value
from async_db_lint.project.ownership import names_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Report, Rule, Severity, Suspect, at_call
from async_db_lint.rules.arguments import keyword
from async_db_lint.rules.mending.rewriting import with_keyword
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


# Methods that load objects or add them: a session without them runs Core statements, and nothing expires.
OBJECTS = frozenset({"add", "add_all", "get", "get_one", "merge", "refresh", "scalars", "scalar"})


class ExpireOnCommit(Rule):
    """Sessions are made without `expire_on_commit=False`.

    Happens: `commit()` expires every loaded object, and the next read of an attribute needs a query.
    Under asyncio that query cannot be made from an attribute: it raises `MissingGreenlet` while the
    session is open, and `DetachedInstanceError` after it is closed. Typically in the line after the
    commit, where the response is built.

    Instead: `async_sessionmaker(engine, expire_on_commit=False)`. Read again what the database
    computes with `await session.refresh(obj)`.

    Silent: when the option comes from a dict or variable that cannot be looked up, when every session
    of the factory sets it, when a session made directly holds no objects or is never committed, and in
    tests, migrations and scripts.
    """

    code = "ADB202"
    name = "expire-on-commit"
    severity = Severity.WARNING
    fix = Safety.UNSAFE
    guide = "Set `expire_on_commit=False` on session factory"
    yields_to = ("ADB211",)

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call in _makers(project):
            if project.role(call) is not Role.APPLICATION or _is_set_later(project, call):
                continue
            option = project.option(call, "expire_on_commit")
            if option.value is None and option.is_certain:
                yield at_call(call, "objects of these sessions expire at `commit()`: the next attribute read fails")
            elif isinstance(option.value, Literal) and option.value.value is True:
                yield at_call(call, "`expire_on_commit=True` makes the first attribute read after `commit()` fail")

    def confirm(self, node: cst.CSTNode, suspect: Suspect) -> Report | None:
        return Report(keyword(node, "expire_on_commit") or node)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        if not isinstance(node, cst.Call):
            return None
        given = keyword(node, "expire_on_commit")
        title = "Set `expire_on_commit=False`"
        if isinstance(given, cst.Arg):
            return Change(title, Safety.UNSAFE, ((given.value, cst.Name("False")),))
        changed = with_keyword(node, "expire_on_commit", "False")
        return None if changed is None else Change(title, Safety.UNSAFE, ((node, changed),))


def _makers(project: Project) -> Iterator[Call]:
    """The calls that make async sessions or factories of them."""
    yield from project.makers_of(library.FACTORY)
    for call in project.makers_of(library.SYNC_FACTORY):
        made = project.inference.call(call)
        if made is not None and project.is_session(made.inner):
            yield call
    for call in project.makers_of(*library.SESSIONS):
        if (call.positional or call.keyword("bind") is not None) and _is_committed(project, call):
            yield call


def _is_committed(project: Project, call: Call) -> bool:
    """Whether a session made directly holds objects and commits where it is made, or goes elsewhere."""
    scope = call.block.scope
    if any(item.kind == "yield" or item.value is call for item in scope.exits):
        return True
    calls = [item for inner in scope.inner() for item in inner.calls if project.is_session(project.receiver(item))]
    methods = {item.method for item in calls}
    return bool(methods & {"commit", "begin"}) and bool(methods & OBJECTS)


def _is_set_later(project: Project, call: Call) -> bool:
    """Whether the option is, or may be, given by `configure()` or where the factory is called."""
    calls = [item for item, owner in project.methods(["configure"], library.FACTORY) if call in owner.origins]
    for name in names_of(call):
        calls += [item for item in project.table.named(name) if _may_be_of(project.inference.callee(item), call)]
    return any(item.keyword("expire_on_commit") is not None for item in calls)


def _may_be_of(value: Value | None, call: Call) -> bool:
    return value is None or call in value.origins
