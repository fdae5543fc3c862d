"""A function that is called where it was to be passed."""

from __future__ import annotations

from async_db_lint.rule import Change, Safety, Syntax, cst


def uncalled(call: cst.Call, syntax: Syntax) -> Change | None:
    """The fix that passes the function itself: `create_all` for `create_all()`."""
    is_plain = not call.args and isinstance(call.whitespace_before_args, cst.SimpleWhitespace)
    return Change("Leave out the brackets", Safety.SAFE, ((call, call.func),)) if is_plain else None
