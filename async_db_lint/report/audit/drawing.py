"""The graph of an audit as SVG."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from html import escape

from async_db_lint.report.audit.graph import Graph, Key, Node
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Location

BOX = (180, 52)  # width and height of a node
GAP = (44, 18)  # between columns, and between the nodes of one
HEADS = ("Engines", "Factories", "Dependencies", "What needs them")
TOP = 34  # below the names of the columns
MAX_TITLE, MAX_SUBTITLE = 20, 23  # characters that fit into a box


def drawing(graph: Graph, marked: Collection[Location]) -> str:
    """The SVG; nodes at the place of a finding are marked. Empty when there are no nodes."""
    if not graph.columns:
        return ""
    places = {node.key: _corner(x, y) for x, column in enumerate(graph.columns) for y, node in enumerate(column)}
    width = len(graph.columns) * (BOX[0] + GAP[0]) - GAP[0] + 4
    height = TOP + max(len(column) for column in graph.columns) * (BOX[1] + GAP[1])
    lines = {(place.path, place.line) for place in marked}
    parts = [
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="way">',
        f'<title id="way">{escape(description(graph))}</title>',
        *(_head(number, column) for number, column in enumerate(graph.columns)),
        *_edges(graph, places),
        *(_node(node, places[node.key], lines) for column in graph.columns for node in column),
        "</svg>",
    ]
    return "\n".join(parts)


def description(graph: Graph) -> str:
    """The drawing in words."""
    titles = {node.key: escaped(node.title) for column in graph.columns for node in column}
    steps = [f"{titles[one]} to {titles[other]}" for one, other in graph.edges if one in titles and other in titles]
    return f"The way from engines to routes: {'; '.join(steps)}." if steps else "The parts, with no known way between."


def _corner(x: int, y: int) -> tuple[int, int]:
    return 2 + x * (BOX[0] + GAP[0]), TOP + y * (BOX[1] + GAP[1])


def _head(number: int, column: tuple[Node, ...]) -> str:
    x, _ = _corner(number, 0)
    name = "Routes" if str(column[0].key).startswith("routes") else HEADS[min(column[0].column, 3)]
    return f'<text class="head" x="{x}" y="18">{name}</text>'


def _edges(graph: Graph, places: dict[Key, tuple[int, int]]) -> Iterator[str]:
    for one, other in graph.edges:
        if one not in places or other not in places:
            continue
        x, y = places[one][0] + BOX[0], places[one][1] + BOX[1] // 2
        end_x, end_y = places[other][0], places[other][1] + BOX[1] // 2
        bend = (end_x - x) // 2
        yield f'<path class="edge" d="M{x} {y} C{x + bend} {y} {end_x - bend} {end_y} {end_x} {end_y}"/>'


def _node(node: Node, corner: tuple[int, int], marked: Collection[tuple[str, int]]) -> str:
    x, y = corner
    is_marked = node.place is not None and (node.place.path, node.place.line) in marked
    subtitle = f"mistake · {node.subtitle}" if is_marked else node.subtitle
    return (
        f'<g class="node{" marked" if is_marked else ""}">'
        f'<rect x="{x}" y="{y}" width="{BOX[0]}" height="{BOX[1]}" rx="8"/>'
        f'<text class="title" x="{x + 12}" y="{y + 22}">{_fitted(node.title, MAX_TITLE)}</text>'
        f'<text class="subtitle" x="{x + 12}" y="{y + 40}">{_fitted(subtitle, MAX_SUBTITLE)}</text></g>'
    )


def _fitted(text: str, most: int) -> str:
    text = escaped(text)
    return escape(text if len(text) <= most else text[: most - 1] + "…")
