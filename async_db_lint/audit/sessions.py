"""The factories of sessions, and where sessions are opened and how they end."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.audited import Audited
from async_db_lint.index.expressions import Attribute, Call, Usage
from async_db_lint.index.scopes import BlockKind, Function
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.inference.options import Option
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import is_unconditional
from async_db_lint.project.names.quoted_code import spelled
from async_db_lint.project.names.uses import bound_name, names_of
from async_db_lint.project.names.values import Kind
from async_db_lint.project.sessions.closed import CLOSING, closings_of
from async_db_lint.read.source import Role
from async_db_lint.rule.finding import Location

KINDS = {
    library.FACTORY: "async_sessionmaker",
    library.SYNC_FACTORY: "sessionmaker",
    library.REGISTRY: "async_scoped_session",
    library.SYNC_REGISTRY: "scoped_session",
}
EXITS = ("__aexit__", "__exit__")
EITHER = (*library.SESSIONS, *library.SYNC_SESSIONS)


def factories(audited: Audited) -> Iterator[entries.Factory]:
    """Every factory outside tests."""
    for name, kind in KINDS.items():
        for site in audited.project.calls_to(name):
            if audited.is_wanted(site.call) and site.role is not Role.TEST:
                yield _factory(audited, site, kind)


def _factory(audited: Audited, site: CallSite, kind: str) -> entries.Factory:
    value = site.value_of(site.argument("bind", 0))
    option = _expiring(audited, site)
    return entries.Factory(
        name=next(iter(sorted(names_of(site.call))), "this factory"),
        kind=kind,
        place=audited.place(site.call),
        is_async=kind.startswith("async") or (site.gives is not None and audited.project.is_session(site.gives.inner)),
        engines=audited.places(value.origins if value is not None else ()),
        expire_on_commit=None if option.value is None else spelled(option.value),
        is_certain=option.is_certain,
    )


def _expiring(audited: Audited, factory: CallSite) -> Option:
    """The `expire_on_commit` of a factory, or what `configure()` makes of it."""
    option = factory.option("expire_on_commit")
    for site in audited.project.calls("configure", on=(library.FACTORY, library.SYNC_FACTORY)):
        is_meant = site.owner is not None and (not site.owner.origins or factory.call in site.owner.origins)
        later = site.option("expire_on_commit")
        if is_meant and (later.value is not None or not later.is_certain):
            option = later if later.value is not None else Option(option.value, option.place, False)
    return option


def sessions(audited: Audited) -> Iterator[entries.Session]:
    """Every call in the application that opens a session."""
    for function, call in openings(audited):
        yield entries.Session(
            place=audited.place(call),
            function=function.name,
            factories=factories_of(audited, frozenset((call,))),
            closed=_closed(audited, function, call),
        )


def openings(audited: Audited) -> Iterator[tuple[Function, Call]]:
    """The calls in the application's functions that open a session, each with its function."""
    for function in audited.project.functions():
        if not audited.counts(function):
            continue
        for call in function.calls:
            if opens(audited, call):
                yield function, call


def opens(audited: Audited, call: Call) -> bool:
    """Whether a call makes a session: of a factory, or of the class itself."""
    project = audited.project
    callee = project.inference.callee(call)
    if callee is None:
        return False
    if callee.kind is Kind.METHOD and callee.inner is not None:  # `SessionLocal.begin()`
        return call.method == "begin" and callee.inner.name in KINDS
    if callee.kind is Kind.INSTANCE:
        return callee.name in KINDS and project.inference.is_a(project.inference.call(call), *EITHER)
    return project.inference.library_name(callee) in EITHER


def _closed(audited: Audited, function: Function, call: Call) -> str:
    """How a session certainly ends: by `async with`, in `finally`, or by the `__aexit__` of its object."""
    if call.usage in (Usage.ENTERED, Usage.ENTERED_SYNC):
        return f"opened with `{call.usage.value}`"
    name = bound_name(call)
    closings = _closings_of_attribute(function, call) if name is None else closings_of(function, name)
    for closing in closings:
        is_own = closing.block.scope is function and closing.block.inside(frozenset({BlockKind.FINALLY}))
        is_exit = name is None and closing.block.scope.name in EXITS
        is_done = closing.usage is Usage.AWAITED or not audited.project.is_session(audited.project.inference.call(call))
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


def factories_of(audited: Audited, origins: frozenset[Call]) -> tuple[Location, ...]:
    """The factories from which sessions come that some calls have opened."""
    found: set[Call] = set()
    for call in origins:
        callee = audited.project.inference.callee(call)
        if callee is not None and callee.kind is Kind.METHOD:
            callee = callee.inner
        if callee is not None and callee.kind is Kind.INSTANCE:
            found |= callee.origins
    return audited.places(found)
