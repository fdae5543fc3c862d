"""Sessions put into `async with` by rules that mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.rules.mending.walking import inside

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from async_db_lint.eye import Eye


class Opened(NamedTuple):
    """A session or connection that a function opens and binds to a name."""

    function: Function
    name: str
    call: Call


def entered(opened: Opened, eye: Eye) -> tuple[cst.FunctionDef, cst.FunctionDef] | None:
    """A function, and the same with `async with` around what follows the opening; None where that would not do.

    What follows is the rest of the block in which the session is opened: it must hold every use of the name.
    Calls of `close()` at its own level go.
    """
    import libcst as cst

    function = eye.function(opened.function)
    call = None if function is None else eye.at(function, opened.call.span, cst.Call)
    line = None if call is None else eye.around(call, cst.SimpleStatementLine)
    block = None if line is None else eye.parent(line)
    if function is None or call is None or line is None:
        return None
    if not isinstance(block, cst.IndentedBlock) or not _binds_only(line, opened.name, call):
        return None
    place = next(number for number, item in enumerate(block.body) if item is line)
    rest = list(block.body[place + 1 :])
    if rest and closes(rest[-1], opened.name):
        rest.pop()
    if any(closes(item, opened.name) for item in rest) or outlives(rest, opened.name):
        return None
    inside = [block.body[place], *block.body[place + 1 :]]
    if not rest or count(inside, opened.name) != count([function], opened.name):
        return None
    changed = block.with_changes(body=[*block.body[:place], around(call, opened.name, rest, line)])
    return function, cst.ensure_type(function.deep_replace(block, changed), cst.FunctionDef)


def _binds_only(line: cst.SimpleStatementLine, name: str, call: cst.Call) -> bool:
    """Whether a line does nothing but bind what a call gives, awaited or not, to one name."""
    import libcst as cst

    match line.body:
        case [cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=found))], value=value)] if found == name:
            pass
        case [cst.AnnAssign(target=cst.Name(value=found), value=value)] if found == name:
            pass
        case _:
            return False
    return value is call or (isinstance(value, cst.Await) and value.expression is call)


def outlives(body: Sequence[cst.CSTNode], name: str) -> bool:
    """Whether what is opened may be used after the block: by a function inside, or by a stream of rows."""
    import libcst as cst

    for node in inside(*body):
        if isinstance(node, (cst.FunctionDef, cst.Lambda)) and count([node], name):
            return True
        if isinstance(node, cst.Attribute) and node.attr.value in ("stream", "stream_scalars"):
            return True
    return False


def around(
    call: cst.Call, name: str, body: Sequence[cst.BaseStatement], line: cst.SimpleStatementLine | None = None
) -> cst.With:
    """`async with call as name:` around statements, with the comments that stood above `line`."""
    import libcst as cst

    item = cst.WithItem(call.with_changes(lpar=(), rpar=()), cst.AsName(cst.Name(name)))
    first, *others = body
    lines = getattr(first, "leading_lines", ())
    start = first.with_changes(leading_lines=[row for row in lines if row.comment is not None])
    return cst.With(
        [item],
        cst.IndentedBlock(
            [start, *others], header=cst.TrailingWhitespace() if line is None else line.trailing_whitespace
        ),
        cst.Asynchronous(),
        leading_lines=() if line is None else line.leading_lines,
    )


def closes(statement: cst.BaseStatement, name: str) -> bool:
    """Whether a statement does nothing but close what a name holds."""
    import libcst as cst

    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=expression)]):
            call = expression.expression if isinstance(expression, cst.Await) else expression
            match call:
                case cst.Call(func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="close")), args=[]):
                    return owner == name
    return False


def count(nodes: Sequence[cst.CSTNode], name: str) -> int:
    """How often a name stands in some nodes."""
    import libcst as cst

    return sum(isinstance(node, cst.Name) and node.value == name for node in inside(*nodes))
