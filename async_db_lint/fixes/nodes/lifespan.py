"""Lifespans, changed or made."""

from __future__ import annotations

from collections.abc import Sequence

from async_db_lint.fixes.nodes.arguments import with_keyword
from async_db_lint.fixes.nodes.walk import code_of, executed, inside
from async_db_lint.rule import (
    Change,
    Ending,
    Fixer,
    Needed,
    Safety,
    Syntax,
    can_define_lifespan,
    cst,
)

ASYNC_ITERATOR, MANAGER = ("collections.abc", "AsyncIterator"), ("contextlib", "asynccontextmanager")


def disposing(ending: Ending) -> Fixer[cst.Call]:
    """The fix that disposes an engine where the application ends: `fix=disposing(ending)`."""
    title, statement = f"Dispose `{ending.name}` when the application stops", f"await {ending.name}.dispose()"

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        if ending.home.lifespan is None:
            return _with_new_lifespan(title, statement, ending, syntax)
        function = syntax.function(ending.home.lifespan)
        changed = None if function is None else _in_place_of_half(function, ending.name) or ended(function, statement)
        if function is None or changed is None:
            return None
        return Change(title, Safety.UNSAFE, ((function, changed),), ending.needed)

    return fix


def _with_new_lifespan(title: str, statement: str, ending: Ending, syntax: Syntax) -> Change | None:
    maker = ending.home.maker
    found = syntax.call_in_line(maker) if can_define_lifespan(maker) else None
    if found is None:
        return None
    blank = syntax.blank_above(maker.path, maker.statement.span.line)
    changed = with_lifespan(*found, new_lifespan((), (statement,), blank))
    if changed is None:
        return None
    return Change(title, Safety.UNSAFE, ((found[0], changed),), (*ending.needed, *needed_for_lifespan(maker.path)))


def ended(function: cst.FunctionDef, statement: str) -> cst.FunctionDef | None:
    """A lifespan with one more statement at its end; None when its `yield` is not directly in its body."""
    body = function.body
    if not isinstance(body, cst.IndentedBlock) or not body.body or _leaves(body) or _count_yields(body) != 1:
        return None
    last = body.body[-1]
    line = cst.parse_statement(statement)
    if isinstance(last, cst.SimpleStatementLine) and is_yield(last):
        return function.with_changes(body=body.with_changes(body=[*body.body[:-1], _tried(last, line)]))
    if isinstance(last, cst.Try) and last.finalbody is not None and _count_yields(last.body):
        block = last.finalbody.body
        if not isinstance(block, cst.IndentedBlock):
            return None
        final = last.finalbody.with_changes(body=block.with_changes(body=[*block.body, line]))
        return function.with_changes(body=body.with_changes(body=[*body.body[:-1], last.with_changes(finalbody=final)]))
    if any(_count_yields(item) for item in body.body):
        return function.with_changes(body=body.with_changes(body=[*body.body, line]))
    return None


def _tried(line: cst.SimpleStatementLine, final: cst.BaseStatement) -> cst.Try:
    """A line in `try`, with a statement in `finally`."""
    return cst.Try(
        body=cst.IndentedBlock([line.with_changes(leading_lines=())]),
        finalbody=cst.Finally(cst.IndentedBlock([final])),
        leading_lines=line.leading_lines,
    )


def _leaves(node: cst.CSTNode) -> bool:
    """Whether a node contains a `return` or `raise` of the same function: what follows may not be reached."""
    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return False
    if isinstance(node, cst.ExceptHandler):  # what fails, fails
        heads = [child for child in node.children if not isinstance(child, cst.IndentedBlock)]
        return any(_leaves(child) for child in heads) or _returns(node)
    return isinstance(node, (cst.Return, cst.Raise)) or any(_leaves(child) for child in node.children)


def _returns(node: cst.CSTNode) -> bool:
    return any(isinstance(item, cst.Return) for item in inside(node))


def _count_yields(node: cst.CSTNode) -> int:
    """How many `yield`s of the same function a node contains."""
    return sum(isinstance(item, cst.Yield) for item in executed(node))


def _in_place_of_half(function: cst.FunctionDef, name: str) -> cst.FunctionDef | None:
    """A lifespan that disposes an engine where it disposed only its synchronous half; None where it did not."""
    for node in executed(function.body):
        if isinstance(node, cst.Expr) and code_of(node) == f"{name}.sync_engine.dispose()":
            whole = cst.Expr(cst.parse_expression(f"await {name}.dispose()"))
            return cst.ensure_type(function.deep_replace(node, whole), cst.FunctionDef)
    return None


def is_yield(node: cst.CSTNode) -> bool:
    """Whether a statement is a bare `yield`."""
    return (
        isinstance(node, cst.SimpleStatementLine)
        and len(node.body) == 1
        and isinstance(node.body[0], cst.Expr)
        and isinstance(node.body[0].value, cst.Yield)
    )


def new_lifespan(before: Sequence[str], after: Sequence[str], blank_above: int) -> cst.FunctionDef:
    """A lifespan that runs some statements at start-up and others at shutdown, two empty lines below what is above."""
    lines = "".join(f"    {line}\n" for line in (*before, "yield", *after))
    text = f"@asynccontextmanager\nasync def lifespan(app: FastAPI) -> AsyncIterator[None]:\n{lines}"
    found = cst.ensure_type(cst.parse_module(text).body[0], cst.FunctionDef)
    return found.with_changes(leading_lines=[cst.EmptyLine(indent=False)] * (2 - blank_above))


def needed_for_lifespan(path: str) -> tuple[Needed, ...]:
    """What a file must import to have a lifespan."""
    return Needed(path, *ASYNC_ITERATOR), Needed(path, *MANAGER)


def with_lifespan(
    line: cst.SimpleStatementLine, maker: cst.Call, function: cst.FunctionDef
) -> cst.FlattenSentinel[cst.CSTNode] | None:
    """The line that makes the application, given a lifespan that is defined before it."""
    changed = with_keyword(maker, "lifespan", "lifespan")
    if changed is None:
        return None
    new = cst.ensure_type(line.deep_replace(maker, changed), cst.SimpleStatementLine)
    blank = cst.EmptyLine(indent=False)
    comments = [item for item in line.leading_lines if item.comment is not None]
    return cst.FlattenSentinel([function, new.with_changes(leading_lines=[blank, blank, *comments])])
