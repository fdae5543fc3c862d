"""What `confirm` reads of LibCST's calls, without importing LibCST until it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


def keyword(node: cst.CSTNode, name: str) -> cst.CSTNode | None:
    """The argument of a call that is passed by a keyword; None when the call does not write it out."""
    import libcst as cst

    if not isinstance(node, cst.Call):
        return None
    for argument in node.args:
        if argument.keyword is not None and argument.keyword.value == name:
            return argument
    return None
