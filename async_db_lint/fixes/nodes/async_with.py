"""Sessions put into `async with`."""

from __future__ import annotations

from collections.abc import Sequence

from async_db_lint.fixes.nodes.walk import count_name, inside
from async_db_lint.rule import Change, Fixer, Opened, Safety, Syntax, cst


def opening_with(opened: Opened) -> Fixer[cst.Call]:
    """The fix that opens a session with `async with` around what follows: `fix=opening_with(opened)`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        pair = entered(opened, syntax)
        return None if pair is None else Change("Open it with `async with`", Safety.UNSAFE, (pair,))

    return fix


def entered(opened: Opened, syntax: Syntax) -> tuple[cst.FunctionDef, cst.FunctionDef] | None:
    """A function, and the same with `async with` around what follows the opening; None where that would not do.

    What follows is the rest of the block in which the session is opened: it must hold every use of the name.
    Calls of `close()` at its own level go.
    """
    function = syntax.function(opened.function)
    call = None if function is None else syntax.at(function, opened.call.span, cst.Call)
    line = None if call is None else syntax.around(call, cst.SimpleStatementLine)
    block = None if line is None else syntax.parent(line)
    if function is None or call is None or line is None:
        return None
    if not isinstance(block, cst.IndentedBlock) or not _binds_only(line, opened.name, call):
        return None
    place = next(number for number, item in enumerate(block.body) if item is line)
    rest = _held_open(block.body[place + 1 :], opened.name)
    uses = count_name((function,), opened.name)
    if rest is None or count_name(tuple(block.body[place:]), opened.name) != uses:
        return None
    changed = block.with_changes(body=[*block.body[:place], with_around(call, opened.name, rest, line)])
    return function, cst.ensure_type(function.deep_replace(block, changed), cst.FunctionDef)


def _held_open(body: Sequence[cst.BaseStatement], name: str) -> list[cst.BaseStatement] | None:
    """The statements during which a session stays open, without a `close()` at their end.

    None when there are none, when it is closed elsewhere among them, or when they keep it for later.
    """
    rest = list(body)
    if rest and _closes(rest[-1], name):
        rest.pop()
    if not rest or any(_closes(item, name) for item in rest) or _outlives(rest, name):
        return None
    return rest


def _binds_only(line: cst.SimpleStatementLine, name: str, call: cst.Call) -> bool:
    """Whether a line does nothing but bind what a call gives, awaited or not, to one name."""
    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=found))], value=value)] if found == name:
            pass
        case [cst.AnnAssign(target=cst.Name(value=found), value=value)] if found == name:
            pass
        case _:
            return False
    return value is call or (isinstance(value, cst.Await) and value.expression is call)


def _outlives(body: Sequence[cst.CSTNode], name: str) -> bool:
    """Whether what is opened may be used after the block: by a function inside, or by a stream of rows."""
    for node in inside(*body):
        if isinstance(node, (cst.FunctionDef, cst.Lambda)) and count_name((node,), name):
            return True
        if isinstance(node, cst.Attribute) and node.attr.value in ("stream", "stream_scalars"):
            return True
    return False


def with_around(
    call: cst.Call, name: str, body: Sequence[cst.BaseStatement], line: cst.SimpleStatementLine
) -> cst.With:
    """`async with call as name:` around statements, with the comments of the line that it takes the place of."""
    item = cst.WithItem(call.with_changes(lpar=(), rpar=()), cst.AsName(cst.Name(name)))
    first, *others = body
    comments = [row for row in getattr(first, "leading_lines", ()) if row.comment is not None]
    start = first.with_changes(leading_lines=comments)
    block = cst.IndentedBlock([start, *others], header=line.trailing_whitespace)
    return cst.With([item], block, cst.Asynchronous(), leading_lines=line.leading_lines)


def _closes(statement: cst.BaseStatement, name: str) -> bool:
    """Whether a statement does nothing but close what a name holds."""
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=expression)]):
            call = expression.expression if isinstance(expression, cst.Await) else expression
            match call:
                case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="close")), args=[]):
                    return owner == name
    return False
