"""SQL in a plain string, wrapped in `text()`."""

from __future__ import annotations

import re

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Change, Fixer, Needed, Safety, Syntax, argument_of, cst

BIND = re.compile(r"(?<![:\w\\]):\w(?!:)")


def wrapping_in_text(path: str) -> Fixer[cst.Call]:
    """The fix that wraps the string that a call executes in `text()`: `fix=wrapping_in_text(call.path)`.

    An f-string is left alone. It fails today; wrapped, it would send what it interpolates as SQL. So is a string with
    a colon before a name, which `text()` takes for a parameter, when none are passed.
    """

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        given = argument_of(call, "statement", 0)
        if given is None or not _is_plain(given):
            return None
        if len(call.args) == 1 and BIND.search(code_of(given)):
            return None
        wrapped = cst.Call(cst.Name("text"), [cst.Arg(given)])
        return Change("Wrap it in `text()`", Safety.SAFE, ((given, wrapped),), (Needed(path, "sqlalchemy", "text"),))

    return fix


def _is_plain(node: cst.BaseExpression) -> bool:
    """Whether an expression is made of string literals without interpolation."""
    if isinstance(node, cst.ConcatenatedString):
        return _is_plain(node.left) and _is_plain(node.right)
    return isinstance(node, cst.SimpleString)
