"""The nodes inside of LibCST nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


def inside(*nodes: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Some nodes and all that they hold, the outer ones first."""
    queue = list(nodes)
    for node in queue:
        queue.extend(node.children)
        yield node


def executed(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all that it holds, but for functions and lambdas: what runs when it runs."""
    import libcst as cst

    queue = [node]
    for item in queue:
        if not isinstance(item, (cst.FunctionDef, cst.Lambda)):
            queue.extend(item.children)
            yield item
