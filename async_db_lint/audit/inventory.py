"""What a project is made of, from engines to routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from async_db_lint.audit import entries
from async_db_lint.audit.audited import Audited
from async_db_lint.audit.engines import engines
from async_db_lint.audit.routes import Routes
from async_db_lint.audit.sessions import factories, sessions
from async_db_lint.audit.startup import startups
from async_db_lint.audit.statements import statements
from async_db_lint.rule.finding import Location
from async_db_lint.settings.keys import LIBRARIES


def inventory(audited: Audited) -> entries.Inventory:
    """All that an audit lists of a project, each list in the order of files and lines."""
    routes = Routes(audited)
    return entries.Inventory(
        applications=tuple(_applications(audited)),
        engines=tuple(sorted(engines(audited), key=_place)),
        factories=tuple(sorted(factories(audited), key=_place)),
        sessions=tuple(sorted(sessions(audited), key=_place)),
        dependencies=tuple(sorted(routes.dependencies(), key=_place)),
        routes=tuple(sorted(routes.routes(), key=_place)),
        startup=tuple(sorted(startups(audited), key=_place)),
        work=statements(audited, {item.function for item in routes.registrations}),
        versions=tuple(_versions(audited)),
    )


class _Placed(Protocol):
    @property
    def place(self) -> Location: ...


def _place(item: _Placed) -> tuple[str, int, int]:
    return item.place.path, item.place.line, item.place.column


def _applications(audited: Audited) -> Iterator[entries.ApplicationEntry]:
    for call in audited.project.application.makers:
        if audited.counts(call):
            name = audited.project.site(call).library_name or call.method or ""
            yield entries.ApplicationEntry(name, audited.place(call))


def _versions(audited: Audited) -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        yield name, str(audited.project.versions.of(name))
