"""ADB414."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.rule import *

EXECUTING = ("execute", "scalars", "stream", "stream_scalars", "exec")
VIEWS = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "yield_per"})
ALL = frozenset({"all", "fetchall"})
ONE = frozenset({"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none"})
COPYING = frozenset({"list", "tuple", "set", "sorted"})


class Consumed(NamedTuple):
    """Where a result is read to its end: the call or loop, whether that closes it, and whether it is always reached."""

    place: Call | Block
    statement: int
    block: Block
    closes: bool
    is_certain: bool = True


class ResultConsumedTwice(Rule):
    """The rows of one result are taken twice.

    Happens: a result hands out its rows once. The second `all()` gives an empty list, a second loop runs over
    nothing, and no error says so. After `first()`, `one()` and `scalar()` the result is closed, and the second read
    raises `ResourceClosedError`.

    Instead: keep the rows.

        rows = result.scalars().all()
        count = len(rows)

    Silent: for results that are frozen, for reads in different branches, for a loop that is left early, and for
    `fetchone`, `fetchmany` and `partitions`, which take some rows at a time.
    """

    code = "ADB414"
    name = "result-consumed-twice"
    severity = Severity.WARNING

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls(*EXECUTING, on=(*SESSIONS, CONNECTION, REGISTRY)):
            name = _kept_as(call)
            if not name or not isinstance(call.scope, Function):
                continue
            reads = sorted(_consumed(call.scope, name), key=lambda item: item.statement)
            found = next(_repeated(reads), None)
            if found is not None:
                first, second = found
                happens = "raises: the result is closed" if first.closes else "gives nothing"
                message = f"the rows of `{name}` have been taken already: this {happens}"
                place = second.place
                item = suspect(place, message) if isinstance(place, Call) else suspect_header(place, message)
                yield item.with_related([Related(call.path, _span(first.place), "taken here first")])


def _span(place: Call | Block) -> Span:
    if isinstance(place, Call):
        return place.span
    assert place.opener is not None
    return place.opener.span


def _kept_as(call: CallSite) -> str:
    """The one name to which what is awaited here is bound, and nothing else."""
    for name, rows in call.scope.bindings.items():
        value = rows[0].value
        if len(rows) == 1 and isinstance(value, Await) and value.value is call.call:
            return name
    return ""


def _consumed(scope: Function, name: str) -> Iterator[Consumed]:
    """The places at which all rows of what a name holds are taken, in no order."""
    names = {name, *(item for item, rows in scope.bindings.items() if len(rows) == 1 and _is_view(rows[0].value, name))}
    chosen = {
        part
        for expr in expressions(scope)
        for choice in walk(expr)
        if isinstance(choice, Either)
        for part in walk(choice)
        if isinstance(part, Call)
    }
    for call in scope.calls:
        copied = call.positional[0] if call.callee in {Name(item) for item in COPYING} and call.positional else None
        is_taken = call.method in ALL | ONE and call.receiver is not None and _is_of(call.receiver, names)
        if is_taken or (copied is not None and _is_of(copied, names)):
            yield Consumed(call, call.statement.index, call.block, call.method in ONE, call not in chosen)
    for block in scope.blocks:
        is_loop = block.kind in (BlockKind.FOR, BlockKind.ASYNC_FOR) and block.opener is not None
        if is_loop and block.opener is not None and any(_is_of(head, names) for head in block.heads):
            if block.parent is not None and not _is_left(scope, block):
                yield Consumed(block, block.opener.index, block.parent, False)


def _is_view(value: object, name: str) -> bool:
    return isinstance(value, Call) and value.method in VIEWS and value.receiver == Name(name)


def _is_of(expr: Expr, names: set[str]) -> bool:
    """Whether an expression is a result itself, or a view of it: `result.scalars()`."""
    while isinstance(expr, Call) and expr.method in VIEWS and expr.receiver is not None:
        expr = expr.receiver
    return isinstance(expr, Name) and expr.name in names


def _is_left(scope: Function, loop: Block) -> bool:
    """Whether a loop may be left before its end."""
    leaves = (ExitKind.BREAK, ExitKind.RETURN, ExitKind.RAISE)
    return any(item.kind in leaves and item.block.within(loop) for item in scope.exits)


def _repeated(reads: list[Consumed]) -> Iterator[tuple[Consumed, Consumed]]:
    """Pairs of reads of which the first has certainly happened before the second."""
    for at, second in enumerate(reads):
        for first in reads[:at]:
            is_once = not first.block.inside(LOOPS | {BlockKind.COMPREHENSION})
            if first.is_certain and is_once and dominates(first.block, second.block):
                yield first, second
