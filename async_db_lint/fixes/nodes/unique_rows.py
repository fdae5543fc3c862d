"""A result, made unique before something is taken out of it."""

from __future__ import annotations

from async_db_lint.rule import Change, Safety, Syntax, cst


def make_unique(call: cst.Call, syntax: Syntax) -> Change | None:
    """The fix that calls `unique()` before a method of a result."""
    if not isinstance(call.func, cst.Attribute):
        return None
    unique = cst.Call(cst.Attribute(call.func.value, cst.Name("unique")))
    changed = call.with_changes(func=call.func.with_changes(value=unique))
    return Change("Make the rows unique", Safety.SAFE, ((call, changed),))
