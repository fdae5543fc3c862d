"""The nodes inside LibCST nodes."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import cst


def inside(*nodes: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Some nodes and all that they hold, the outer ones first."""
    queue = list(nodes)
    for node in queue:
        queue.extend(node.children)
        yield node


def executed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all that runs when it runs: without the inside of functions and lambdas."""
    queue = [node]
    for item in queue:
        if not isinstance(item, (cst.FunctionDef, cst.Lambda)):
            queue.extend(item.children)
            yield item


def code_of(node: cst.CSTNode) -> str:
    """A node as it is written."""
    return cst.Module(body=()).code_for_node(node)


def count_name(nodes: tuple[cst.CSTNode, ...], name: str) -> int:
    """How often a name occurs in some nodes."""
    return sum(isinstance(node, cst.Name) and node.value == name for node in inside(*nodes))
