"""A statement with a limit, where it stands."""

from __future__ import annotations

from async_db_lint.rule import Change, Fixer, Safety, Syntax, Unbounded, cst


def limiting(item: Unbounded) -> Fixer[cst.Call] | None:
    """The fix that adds `.limit(1)` to a statement: `fix=limiting(item)`.

    None where the statement stands in another function, and others may use it.
    """
    last = item.chain.last
    if last is None or last.block.scope is not item.call.block.scope:
        return None

    def fix(node: cst.Call, syntax: Syntax) -> Change | None:
        unit = syntax.statement(last.path, last.statement)
        call = None if unit is None else syntax.at(unit, last.span, cst.Call)
        if call is None:
            return None
        method = cst.Attribute(call.with_changes(lpar=[], rpar=[]), cst.Name("limit"))
        changed = cst.Call(method, [cst.Arg(cst.Integer("1"))], lpar=call.lpar, rpar=call.rpar)
        return Change("Add `.limit(1)`", Safety.UNSAFE, ((call, changed),))

    return fix
