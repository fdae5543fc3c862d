"""A statement with a limit, where it stands."""

from __future__ import annotations

from async_db_lint.fixes.nodes.statement_step import read_call, with_step
from async_db_lint.rule import Change, Fixer, Safety, Syntax, Unbounded, cst


def limiting(item: Unbounded) -> Fixer[cst.Call] | None:
    """The fix that adds `.limit(1)` to a statement: `fix=limiting(item)`.

    None where the statement stands in another function, and others may use it.
    """
    last = item.chain.last
    if last is None or last.block.scope is not item.call.block.scope:
        return None

    def fix(node: cst.Call, syntax: Syntax) -> Change | None:
        call = read_call(last, syntax)
        if call is None:
            return None
        return Change("Add `.limit(1)`", Safety.UNSAFE, ((call, with_step(call, "limit", "1")),))

    return fix
