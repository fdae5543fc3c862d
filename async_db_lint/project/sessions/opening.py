"""Calls that open a session or connection, and the names that hold what they opened."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.libraries import library
from async_db_lint.project.names.values import Kind, Value

OPENED = (*library.SESSIONS, library.CONNECTION, library.ASYNCPG_CONNECTION, library.REGISTRY)
"""The classes of what a function can open: sessions, connections, and the registry that acts as a session."""
OPENERS = (
    *library.SESSIONS,
    f"{library.ENGINE}.connect",
    "asyncpg.connect",
    f"{library.POOL}.acquire",
)


class Opened(NamedTuple):
    """A session or connection that a function opens and binds to a name."""

    function: Function
    name: str
    call: Call


def opens(codebase: Codebase, site: CallSite) -> bool:
    """Whether a call opens a session or connection itself, rather than passing one on."""
    callee = site.callee
    if callee is None or _joins_connection(codebase, site, callee):
        return False
    if callee.kind is Kind.INSTANCE:
        return callee.name not in (library.REGISTRY, library.SYNC_REGISTRY)  # they give the session of their scope
    return library.canonical(callee.name) in OPENERS


def _joins_connection(codebase: Codebase, site: CallSite, callee: Value) -> bool:
    """Whether a session is bound to something other than an engine: a connection is given back by its owner."""
    bind = site.argument("bind", 0 if callee.kind is Kind.LIBRARY else None)
    if bind is not None and codebase.is_session(site.gives):
        return not codebase.is_a(site.value_of(bind), library.ENGINE)
    configured = codebase.calls("configure", on=(library.FACTORY, library.SYNC_FACTORY))
    return any(
        item.call.keyword("bind") is not None and item.owner is not None and item.owner.origins & callee.origins
        for item in configured
    )


def is_generator_of_sessions(codebase: Codebase, value: Value | None) -> bool:
    """Whether a value is an async generator that yields sessions or connections."""
    return value is not None and value.kind is Kind.ASYNC_GENERATOR and codebase.is_a(value.inner, *OPENED)
