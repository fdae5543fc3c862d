"""The way from engine to factory to dependency to routes, as nodes in columns and edges between them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from async_db_lint.audit.entries import Inventory, Session
from async_db_lint.counts import counted
from async_db_lint.rule.finding import Location

MAX_ROWS = 16  # nodes of one column; what is more is counted in the last
WAYS = {
    "own": "open their own",
    "module": "share one of the module",
    "stream": "stream, or work on",
    "called": "call what opens a session",
    "none": "use no session",
    "": "not known how",
}

Key = Location | str


@dataclass(frozen=True, slots=True)
class Node:
    """One box: its column, its title, the text below, and its place in the code, if there is one."""

    key: Key
    column: int
    title: str
    subtitle: str
    place: Location | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in the order in which they are drawn, and edges by their keys."""

    columns: tuple[tuple[Node, ...], ...]
    edges: tuple[tuple[Key, Key], ...]


def graph(found: Inventory) -> Graph:
    """The graph of an inventory; without columns when there is nothing to draw."""
    nodes = [*_engines(found), *_factories(found), *_dependencies(found), *_functions(found)]
    last = max((node.column for node in nodes), default=1) + 1
    nodes += _routes(found, last)
    known = {node.key for node in nodes}
    edges = tuple(edge for edge in dict.fromkeys(_edges(found)) if known.issuperset(edge))
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        columns[node.column].append(node)
    return Graph(_ordered([columns[number] for number in sorted(columns)], edges), edges)


def _engines(found: Inventory) -> Iterator[Node]:
    for engine in found.engines:
        if engine.is_in_application:
            yield Node(engine.place, 0, engine.name, engine.driver or engine.kind, engine.place)


def _factories(found: Inventory) -> Iterator[Node]:
    for factory in found.factories:
        yield Node(factory.place, 1, factory.name, factory.kind, factory.place)


def _dependencies(found: Inventory) -> Iterator[Node]:
    needs = {item.name: item.needs for item in found.dependencies}
    for item in found.dependencies:
        column = 2 + _depth(item.name, needs, frozenset())
        yield Node(
            f"dependency {item.name}", column, item.name.partition(" in ")[0], item.gives or "dependency", item.place
        )


def _depth(name: str, needs: dict[str, tuple[str, ...]], seen: frozenset[str]) -> int:
    """How many dependencies lie below a dependency; a circle ends where it closes."""
    below = [other for other in needs.get(name, ()) if other in needs and other not in seen]
    return max((1 + _depth(other, needs, seen | {name}) for other in below), default=0)


def _functions(found: Inventory) -> Iterator[Node]:
    """The functions that open sessions by themselves, one node for those of one factory."""
    counts = Counter(factory for item in _by_themselves(found) for factory in item.factories)
    for factory, count in counts.items():
        names = dict.fromkeys(item.function for item in _by_themselves(found) if factory in item.factories)
        yield Node(f"functions {factory}", 2, counted(count, "function"), ", ".join(names))


def _by_themselves(found: Inventory) -> Iterator[Session]:
    injected = {item.name.partition(" in ")[0].rpartition(".")[2] for item in found.dependencies}
    routes = {item.name for item in found.routes if item.session == "own"}
    return (item for item in found.sessions if item.function not in injected | routes)


def _routes(found: Inventory, column: int) -> Iterator[Node]:
    groups = Counter((item.session, item.dependencies) for item in found.routes)
    for (session, needs), count in groups.items():
        subtitle = f"through {', '.join(needs)}" if needs else WAYS.get(session, "")
        yield Node(f"routes {session} {needs}", column, counted(count, "route"), subtitle)


def _edges(found: Inventory) -> Iterator[tuple[Key, Key]]:
    for factory in found.factories:
        yield from ((engine, factory.place) for engine in factory.engines)
    for item in found.dependencies:
        yield from ((factory, f"dependency {item.name}") for factory in item.factories)
        yield from ((f"dependency {other}", f"dependency {item.name}") for other in item.needs)
    for session in _by_themselves(found):
        yield from ((factory, f"functions {factory}") for factory in session.factories)
    opened = {item.function: item.factories for item in found.sessions}
    for route in found.routes:
        key = f"routes {route.session} {route.dependencies}"
        yield from ((f"dependency {name}", key) for name in route.dependencies)
        if route.session == "own":
            yield from ((factory, key) for factory in opened.get(route.name, ()))


def _ordered(columns: list[list[Node]], edges: tuple[tuple[Key, Key], ...]) -> tuple[tuple[Node, ...], ...]:
    """Each column in the order of what leads to it, so that few edges cross; long columns are cut."""
    rows: dict[Key, float] = {}
    found: list[tuple[Node, ...]] = []
    for column in columns:
        before = {node.key: [rows[one] for one, other in edges if other == node.key and one in rows] for node in column}
        column.sort(key=lambda node: sum(before[node.key]) / len(before[node.key]) if before[node.key] else 1e9)
        kept = column if len(column) <= MAX_ROWS else column[: MAX_ROWS - 1]
        if len(kept) < len(column):
            kept = [*kept, Node(f"more {kept[0].column}", kept[0].column, f"{len(column) - len(kept)} more", "")]
        rows.update({node.key: float(number) for number, node in enumerate(kept)})
        found.append(tuple(kept))
    return tuple(found)
