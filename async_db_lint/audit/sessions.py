"""The factories of sessions, and where sessions are opened and how they end."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.index.expressions import Attribute, Call, Usage
from async_db_lint.index.scopes import BlockKind, Function
from async_db_lint.project import library
from async_db_lint.project.handover import CLOSING, closings_of
from async_db_lint.project.kinds import Kind
from async_db_lint.project.lifecycle import is_unconditional
from async_db_lint.project.ownership import names_of
from async_db_lint.project.text import spelled
from async_db_lint.project.uses import bound_name
from async_db_lint.rule import Location
from async_db_lint.source import Role

KINDS = {
    library.FACTORY: "async_sessionmaker",
    library.SYNC_FACTORY: "sessionmaker",
    library.REGISTRY: "async_scoped_session",
    library.SYNC_REGISTRY: "scoped_session",
}
EXITS = ("__aexit__", "__exit__")
EITHER = (*library.SESSIONS, *library.SYNC_SESSIONS)


def factories(ground: Ground) -> Iterator[entries.Factory]:
    """Every factory outside tests."""
    for name, kind in KINDS.items():
        for call in ground.project.makers_of(name):
            if ground.is_wanted(call) and ground.project.role(call) is not Role.TEST:
                yield _factory(ground, call, kind)


def _factory(ground: Ground, call: Call, kind: str) -> entries.Factory:
    project = ground.project
    made = project.inference.call(call)
    bind = call.argument("bind", 0)
    value = None if bind is None else project.value(bind, call)
    option = project.option(call, "expire_on_commit")
    return entries.Factory(
        name=next(iter(sorted(names_of(call))), "this factory"),
        kind=kind,
        place=ground.place(call),
        is_async=kind.startswith("async") or (made is not None and project.is_session(made.inner)),
        engines=ground.places(value.origins if value is not None else ()),
        expire_on_commit=None if option.value is None else spelled(option.value),
        is_certain=option.is_certain,
    )


def sessions(ground: Ground) -> Iterator[entries.Session]:
    """Every call in the application that opens a session."""
    for function, call in openings(ground):
        yield entries.Session(
            place=ground.place(call),
            function=function.name,
            factories=factories_of(ground, frozenset((call,))),
            closed=_closed(ground, function, call),
        )


def openings(ground: Ground) -> Iterator[tuple[Function, Call]]:
    """The calls in the application's functions that open a session, each with its function."""
    for function in ground.project.functions():
        if not ground.counts(function):
            continue
        for call in function.calls:
            if opens(ground, call):
                yield function, call


def opens(ground: Ground, call: Call) -> bool:
    """Whether a call makes a session: of a factory, or of the class itself."""
    project = ground.project
    callee = project.inference.callee(call)
    if callee is None:
        return False
    if callee.kind is Kind.METHOD and callee.inner is not None:  # `SessionLocal.begin()`
        return call.method == "begin" and callee.inner.name in KINDS
    if callee.kind is Kind.INSTANCE:
        return callee.name in KINDS and project.inference.is_a(project.inference.call(call), *EITHER)
    return project.inference.library_name(callee) in EITHER


def _closed(ground: Ground, function: Function, call: Call) -> str:
    """How a session certainly ends: by `async with`, in `finally`, or by the `__aexit__` of its object."""
    if call.usage in (Usage.ENTERED, Usage.ENTERED_SYNC):
        return f"opened with `{call.usage.value}`"
    name = bound_name(call)
    closings = _closings_of_attribute(function, call) if name is None else closings_of(function, name)
    for closing in closings:
        is_own = closing.block.scope is function and closing.block.inside(frozenset({BlockKind.FINALLY}))
        is_exit = name is None and closing.block.scope.name in EXITS
        is_done = closing.usage is Usage.AWAITED or not ground.project.is_session(ground.project.inference.call(call))
        if is_done and is_unconditional(closing.block) and (is_own or is_exit):
            where = "in `finally`" if is_own else f"by `{closing.block.scope.name}`"
            return f"closed {where}, in line {closing.span.line}"
    return ""


def _closings_of_attribute(function: Function, call: Call) -> list[Call]:
    """Where the class closes the session that a method keeps as `self.session`."""
    names = {target.name for target in function.targets if target.value is call}
    if function.owner is None or not names:
        return []
    calls = [item for scope in function.owner.inner() for item in scope.calls if item.method in CLOSING]
    return [item for item in calls if isinstance(item.receiver, Attribute) and item.receiver.name in names]


def factories_of(ground: Ground, origins: frozenset[Call]) -> tuple[Location, ...]:
    """The factories from which sessions come that some calls have opened."""
    found: set[Call] = set()
    for call in origins:
        callee = ground.project.inference.callee(call)
        if callee is not None and callee.kind is Kind.METHOD:
            callee = callee.inner
        if callee is not None and callee.kind is Kind.INSTANCE:
            found |= callee.origins
    return ground.places(found)
