"""ADB202."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.fixes.nodes.arguments import setting_keyword
from async_db_lint.rule import *

# Methods that load objects or add them: a session without them runs Core statements, and nothing expires.
OBJECTS = frozenset({"add", "add_all", "get", "get_one", "merge", "refresh", "scalars", "scalar"})
LEFT_OUT = "objects of these sessions expire at `commit()`: the next attribute read fails"
SWITCHED_ON = "`expire_on_commit=True` makes the first attribute read after `commit()` fail"


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
    consequence = Consequence.FAILS
    fix = Safety.UNSAFE
    guide = "Set `expire_on_commit=False` on session factory"
    yields_to = ("ADB211",)

    def suspects(self, project: Project) -> Suspects:
        fix = setting_keyword("expire_on_commit", "False", Safety.UNSAFE)
        for call in _makers(project):
            option = call.option("expire_on_commit")
            is_on = isinstance(option.value, Literal) and option.value.value is True
            is_left_out = option.value is None and option.is_certain
            if not (is_on or is_left_out) or not call.is_in_application or _is_set_later(project, call):
                continue
            message = SWITCHED_ON if is_on else LEFT_OUT
            yield suspect(call, message, at=keyword("expire_on_commit"), fix=fix)
        for call in project.calls("configure", on=(FACTORY,)):
            if call.argument("expire_on_commit") == Literal(True) and call.is_in_application:
                yield suspect(call, SWITCHED_ON, at=keyword("expire_on_commit"), fix=fix)


def _makers(project: Project) -> Iterator[CallSite]:
    """The calls that make async sessions or factories of them."""
    yield from project.calls_to(FACTORY)
    for call in project.calls_to(SYNC_FACTORY):
        if call.gives is not None and project.is_session(call.gives.inner):
            yield call
    for call in project.calls_to(*SESSIONS):
        is_bound = call.call.positional or call.call.keyword("bind") is not None
        if is_bound and _is_committed(project, call):
            yield call


def _is_committed(project: Project, call: CallSite) -> bool:
    """Whether a session made directly holds objects and commits where it is made, or goes elsewhere."""
    if any(item.kind is ExitKind.YIELD or item.value is call.call for item in call.scope.exits):
        return True
    calls = map(project.site, call.scope.inner_calls())
    methods = {item.name for item in calls if project.is_session(item.owner)}
    return not methods.isdisjoint(("commit", "begin")) and not methods.isdisjoint(OBJECTS)


def _is_set_later(project: Project, call: CallSite) -> bool:
    """Whether the option is, or may be, given by `configure()` or where the factory is called."""
    configured = (
        item for item in project.calls("configure", on=(FACTORY,)) if item.owner and call.call in item.owner.origins
    )
    made = (
        item for item in project.calls(*names_of(call.call)) if item.callee is None or call.call in item.callee.origins
    )
    return any(item.call.keyword("expire_on_commit") is not None for item in (*configured, *made))
