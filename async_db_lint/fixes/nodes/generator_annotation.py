"""The annotation of a generator."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Change, Fixer, Needed, Safety, Syntax, cst


def annotation_of(function: cst.FunctionDef) -> cst.CSTNode | None:
    """What a function is said to return: `at=annotation_of`."""
    return None if function.returns is None else function.returns.annotation


def iterating(path: str, is_async: bool) -> Fixer[cst.FunctionDef]:
    """The fix that writes `AsyncIterator[…]` around what is yielded: `fix=iterating(function.path, True)`."""
    name = "AsyncIterator" if is_async else "Iterator"

    def fix(function: cst.FunctionDef, syntax: Syntax) -> Change | None:
        given = annotation_of(function)
        if not isinstance(given, (cst.Name, cst.Attribute)):
            return None
        changed = cst.parse_expression(f"{name}[{code_of(given)}]")
        return Change(f"Write `{name}[…]`", Safety.SAFE, ((given, changed),), (Needed(path, "collections.abc", name),))

    return fix
