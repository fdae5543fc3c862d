"""What a project is made of, from engines to routes."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.engines import engines
from async_db_lint.audit.ground import Ground
from async_db_lint.audit.routes import Routes
from async_db_lint.audit.sessions import factories, sessions
from async_db_lint.audit.startup import startup
from async_db_lint.audit.work import work
from async_db_lint.settings_keys import LIBRARIES


def inventory(ground: Ground) -> entries.Inventory:
    """All that an audit lists of a project, each list in the order of files and lines."""
    routes = Routes(ground)
    return entries.Inventory(
        applications=tuple(_applications(ground)),
        engines=tuple(sorted(engines(ground), key=_place)),
        factories=tuple(sorted(factories(ground), key=_place)),
        sessions=tuple(sorted(sessions(ground), key=_place)),
        dependencies=tuple(sorted(routes.dependencies(), key=_place)),
        routes=tuple(sorted(routes.routes(), key=_place)),
        startup=tuple(sorted(startup(ground), key=_place)),
        work=work(ground, {item.function for item in routes.registrations}),
        versions=tuple(_versions(ground)),
    )


def _place(
    item: entries.Engine | entries.Factory | entries.Session | entries.Dependency | entries.Route | entries.Startup,
) -> tuple[str, int, int]:
    return item.place.path, item.place.line, item.place.column


def _applications(ground: Ground) -> Iterator[entries.Application]:
    for call in ground.project.application.makers:
        if ground.counts(call):
            yield entries.Application(ground.project.name_of(call) or call.method or "", ground.place(call))


def _versions(ground: Ground) -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        yield name, str(ground.project.versions.of(name))
