"""What a project is made of, as tables: the same rows for a terminal, Markdown and a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from async_db_lint.audit.entries import Dependency, EngineEntry, Factory, Inventory, Route
from async_db_lint.rule.finding import Location

LIBRARIES = {"sqlalchemy": "SQLAlchemy", "fastapi": "FastAPI", "asyncpg": "asyncpg"}
SESSIONS = {
    "dependency": "injected",
    "own": "opened by the route",
    "module": "one of the module, shared",
    "stream": "its own, for a stream or background work",
    "called": "opened by what the route calls",
    "none": "none",
    "": "not known",
}

Cell = str | Location


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the head of each column, and rows of texts and places."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(found: Inventory) -> Iterator[Table]:
    """The tables that have rows, from engines to versions."""
    every = (
        Table("Engines", ("name", "kind", "driver", "pool", "echo", "where"), tuple(map(_engine, found.engines))),
        Table(
            "Session factories", ("name", "kind", "expire_on_commit", "where"), tuple(map(_factory, found.factories))
        ),
        Table(
            "Dependencies that lead to a session",
            ("name", "gives", "needs", "routes", "where"),
            tuple(map(_dependency, found.dependencies)),
        ),
        Table("Sessions of routes", ("session", "routes"), tuple(_ways(found.routes))),
        Table("Responses made of mapped objects", ("what they read is", "routes"), tuple(_responses(found.routes))),
        Table("Versions that the project allows", ("library", "version"), tuple(_versions(found))),
    )
    return (table for table in every if table.rows)


def routes(found: Inventory) -> Table:
    """Every route, and how it gets its session."""
    rows = ((item.path, item.name, _way(item), item.response or "-", item.place) for item in found.routes)
    return Table("Routes", ("path", "function", "session", "response", "where"), tuple(rows))


def _engine(engine: EngineEntry) -> tuple[Cell, ...]:
    driver = "not in the code" if engine.driver is None else engine.driver or f"none ({engine.dialect})"
    pool = ", ".join(f"{name}={value}" for name, value in engine.options)
    if not engine.is_pool_certain:
        pool = f"{pool}, and what is not in the code" if pool else "not in the code"
    echo = engine.echo or ("off" if engine.is_echo_certain else "not in the code")
    return engine.name, engine.kind, driver, pool or "defaults", "-" if "pool" in engine.kind else echo, engine.place


def _factory(factory: Factory) -> tuple[Cell, ...]:
    value = factory.expire_on_commit or ("default (True)" if factory.is_certain else "not in the code")
    if "scoped" in factory.kind:
        value = "as in its factory"
    return factory.name, factory.kind, value, factory.place


def _dependency(item: Dependency) -> tuple[Cell, ...]:
    return item.name, item.gives, ", ".join(item.needs), str(item.routes), item.place


def _ways(found: tuple[Route, ...]) -> Iterator[tuple[Cell, ...]]:
    counts = Counter(_way(item) for item in found)
    for way, count in counts.most_common():
        yield way, str(count)


def _responses(found: tuple[Route, ...]) -> Iterator[tuple[Cell, ...]]:
    counts = Counter(item.response for item in found if item.response)
    for response, count in counts.most_common():
        yield response, str(count)


def _way(route: Route) -> str:
    by = f" by {', '.join(route.dependencies)}" if route.dependencies else ""
    return SESSIONS[route.session] + by


def _versions(found: Inventory) -> Iterator[tuple[Cell, ...]]:
    for name, text in found.versions:
        yield LIBRARIES[name], text
