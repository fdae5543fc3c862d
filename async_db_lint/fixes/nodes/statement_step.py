"""One more step on a statement, where it stands."""

from __future__ import annotations

from async_db_lint.rule import Call, Syntax, cst


def read_call(call: Call, syntax: Syntax) -> cst.Call | None:
    """The node of a call that may be in another file; None where the file says something else there."""
    unit = syntax.statement(call.path, call.statement)
    return None if unit is None else syntax.at(unit, call.span, cst.Call)


def with_step(call: cst.Call, name: str, argument: str) -> cst.Call:
    """A statement with one more step: `with_step(call, "limit", "1")` gives `select(Book).limit(1)`."""
    method = cst.Attribute(call.with_changes(lpar=[], rpar=[]), cst.Name(name))
    return cst.Call(method, [cst.Arg(cst.parse_expression(argument))], lpar=call.lpar, rpar=call.rpar)
