"""ADB401."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Needed, Safety
from async_db_lint.index.expressions import Attribute, Call, Expr, Literal
from async_db_lint.index.scopes import BlockKind, Class, Function
from async_db_lint.project import attributes, library
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.project import Project
from async_db_lint.project.text import quoted
from async_db_lint.rule import Rule, Severity, Suspect, along, at_call
from async_db_lint.rules.mending.rewriting import awaited
from async_db_lint.rules.mending.selecting import Queried, chain_of, code, written

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class LegacyQuery(Rule):
    """`query()` is called on an async session, which has no such method.

    Happens: `AttributeError: 'AsyncSession' object has no attribute 'query'`, each time the line is
    reached.

    Instead: `(await session.scalars(select(User).where(User.id == 1))).first()`.

    Silent: inside functions given to `run_sync`, whose session is synchronous, and for objects of
    other libraries that have a `query`.
    """

    code = "ADB401"
    name = "legacy-query"
    severity = Severity.ERROR
    fix = Safety.UNSAFE
    guide = "Use SQLAlchemy 2.0 style queries (`select()` instead of `query()`)"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call, owner in project.methods(["query"], *library.SESSIONS, library.REGISTRY):
            if project.inference.callee(call) is None:  # a subclass may define it
                message = f"`{quoted(call)}`: async sessions have no `query()`"
                yield at_call(call, message, along(owner.chain), facts=_queried(project, call))

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        if suspect.facts is None or not isinstance(node, cst.Call) or not isinstance(node.func, cst.Attribute):
            return None
        top, steps = chain_of(node, eye)
        parent = eye.parent(top)
        whole = parent if isinstance(parent, cst.Await) else top
        is_used = not isinstance(eye.parent(whole), cst.Expr)
        session = cst.Module(body=()).code_for_node(node.func.value)
        entities = [code(item) for item in node.args]
        found = written(session, entities, suspect.facts, steps, is_used) if steps else None
        if found is None:
            return None
        changed = cst.parse_expression(found.code)
        by = awaited(changed, eye, whole) if found.is_awaited else changed
        by = by.with_changes(lpar=(*whole.lpar, *by.lpar), rpar=(*by.rpar, *whole.rpar))
        needed = tuple(Needed(suspect.path, "sqlalchemy", name) for name in found.names)
        return Change("Write it with `select()`", Safety.UNSAFE, ((whole, by),), needed)


def _queried(project: Project, call: Call) -> Queried | None:
    """What is queried; None where nothing can be awaited, or that is not known."""
    scope = call.block.scope
    is_async = isinstance(scope, Function) and scope.is_async and scope.name != "<lambda>"
    if not is_async or call.block.inside(frozenset({BlockKind.COMPREHENSION})) or not call.positional:
        return None
    values = [project.value(item, call) for item in call.positional]
    if len(values) == 1 and values[0] is not None and values[0].kind is Kind.CLASS:
        return Queried(True, _loads_joined(project, values[0]))
    return Queried(False, False) if all(_is_column(project, item, call) for item in call.positional) else None


def _is_column(project: Project, item: Expr, call: Call) -> bool:
    """Whether a column of a mapped class is queried, or what a function of SQLAlchemy makes."""
    if isinstance(item, Attribute):
        owner = project.value(item.value, call)
        return owner is not None and owner.kind is Kind.CLASS
    name = project.name_of(item) if isinstance(item, Call) else None
    return name is not None and name.startswith("sqlalchemy.func.")


def _loads_joined(project: Project, value: Value) -> bool:
    """Whether a mapped class has a relationship that is loaded by a join, which repeats rows."""
    if not isinstance(value.definition, Class):
        return False
    bindings = [
        item.value
        for cls in attributes.ancestry(project.inference, value.definition)
        if isinstance(cls, Class)
        for rows in cls.bindings.values()
        for item in rows
    ]
    calls = [item for item in bindings if isinstance(item, Call)]
    return any(call.keyword("lazy") in (Literal("joined"), Literal(False)) for call in calls)
