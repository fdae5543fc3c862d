"""ADB401."""

from __future__ import annotations

from async_db_lint.fixes.nodes.select_chain import Queried, selecting
from async_db_lint.rule import *


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
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE
    guide = "Use SQLAlchemy 2.0 style queries (`select()` instead of `query()`)"

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls("query", on=(*SESSIONS, REGISTRY)):
            if call.callee is not None or call.owner is None:  # a subclass may define it
                continue
            queried = _queried(project, call)
            message = f"`{quoted(call.call)}`: async sessions have no `query()`"
            found = suspect(call, message, fix=None if queried is None else selecting(call.path, queried))
            yield found.with_related(steps_of(call.owner.chain))


def _queried(project: Project, call: CallSite) -> Queried | None:
    """What is queried; None where nothing can be awaited, or that is not known."""
    positional = call.call.positional
    if not call.can_await or not positional:
        return None
    value = call.value_of(positional[0]) if len(positional) == 1 else None
    if value is not None and value.kind is Kind.CLASS:
        return Queried(True, _loads_joined(project, value))
    return Queried(False, False) if all(_is_column(project, call, item) for item in positional) else None


def _is_column(project: Project, call: CallSite, item: Expr) -> bool:
    """Whether a column of a mapped class is queried, or what a function of SQLAlchemy makes."""
    if isinstance(item, Attribute):
        owner = call.value_of(item.value)
        return owner is not None and owner.kind is Kind.CLASS
    name = project.site(item).library_name if isinstance(item, Call) else None
    return name is not None and name.startswith("sqlalchemy.func.")


def _loads_joined(project: Project, value: Value) -> bool:
    """Whether a mapped class has a relationship that is loaded by a join, which repeats rows."""
    if not isinstance(value.definition, Class):
        return False
    classes = (cls for cls in ancestry(project.inference, value.definition) if isinstance(cls, Class))
    bindings = (item.value for cls in classes for rows in cls.bindings.values() for item in rows)
    calls = (item for item in bindings if isinstance(item, Call))
    return any(call.keyword("lazy") in (Literal("joined"), Literal(False)) for call in calls)
