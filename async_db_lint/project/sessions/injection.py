"""The dependency of the project that could give a route its session."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import Function, Module
from async_db_lint.project.application.application import Trigger
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.names.imports import Needed, local_name, spelling_for
from async_db_lint.project.names.values import Kind


class Injection(NamedTuple):
    """A route and the call that opens its session, the dependency's name there, and what has to be imported."""

    route: Function
    call: Call
    dependency: str
    needed: tuple[Needed, ...]


def injection_for(codebase: Codebase, route: Function, site: CallSite) -> Injection | None:
    """The one dependency that yields a session of the same factory as a route opens; None: no such, or several."""
    factory = site.callee
    if factory is None or factory.kind is not Kind.INSTANCE or site.usage is not Usage.ENTERED or not route.is_async:
        return None
    dependencies = codebase.functions_run_as(Trigger.DEPENDENCY)
    found = [function for function in dependencies if _gives(codebase, function, factory.origins)]
    if len(found) != 1 or found[0].name in route.bindings:
        return None
    user, source = route.module, found[0].module
    known = local_name(codebase.names, user, found[0].name, source)
    if known is not None:
        return Injection(route, site.call, known, ())
    spelling = spelling_for(codebase.names, user, source)
    if spelling is None or user in codebase.names.imported(source):
        return None
    return Injection(route, site.call, found[0].name, (Needed(user.path, spelling, found[0].name),))


def _gives(codebase: Codebase, function: Function, factories: frozenset[Call]) -> bool:
    """Whether a plain dependency yields a session that it opens from some factory."""
    if function.parameters or not function.is_generator or not function.is_async:
        return False
    if not isinstance(function.parent, Module):
        return False
    session = codebase.inference.returned(function)
    if session is None or not codebase.is_session(session):
        return False
    callees = [codebase.inference.callee(call) for call in session.origins]
    return bool(callees) and all(item is not None and item.origins == factories for item in callees)
