"""Imports from modules that SQLAlchemy 2.0 has moved."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Change, Safety, Syntax, cst

NOW_IN = {
    "sqlalchemy.ext.declarative": (
        "sqlalchemy.orm",
        frozenset({"declarative_base", "declared_attr", "as_declarative"}),
    ),
    "sqlalchemy.future": ("sqlalchemy", frozenset({"select"})),
}
"""Where what is imported from a module is now, and which names are the same there."""


def from_new_place(statement: cst.ImportFrom, syntax: Syntax) -> Change | None:
    """The fix that imports the same names from where they are now."""
    if statement.module is None or isinstance(statement.names, cst.ImportStar):
        return None
    module, same = NOW_IN.get(code_of(statement.module), ("", frozenset()))
    if not module or any(code_of(item.name) not in same for item in statement.names):
        return None
    moved = statement.with_changes(module=cst.parse_expression(module))
    return Change(f"Import it from `{module}`", Safety.SAFE, ((statement, moved),))
