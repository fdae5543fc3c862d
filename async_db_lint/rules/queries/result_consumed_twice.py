"""ADB414."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from async_db_lint.rule import *

EXECUTING = ("execute", "scalars", "stream", "stream_scalars", "exec")
VIEWS = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "yield_per"})
ALL = frozenset({"all", "fetchall"})
ONE = frozenset({"first", "one", "one_or_none", "scalar", "scalar_one", "scalar_one_or_none"})
COPYING = frozenset({"list", "tuple", "set", "sorted"})


SWALLOWING = frozenset({"suppress", "timeout", "timeout_at", "move_on_after", "fail_after", "raises"})
"""Managers that may end their block early without an error."""


class Consumed(NamedTuple):
    """Where a result is read to its end: a call or block, whether that closes it, whether it is always reached."""

    place: Call | Block
    statement: Statement
    block: Block
    closes: bool = False
    is_certain: bool = True

    @property
    def span(self) -> Span:
        """Where it is."""
        return self.place.span if isinstance(self.place, Call) else self.statement.span


class ResultConsumedTwice(Rule):
    """The rows of one result are taken twice.

    Happens: a result hands out its rows once. The second `all()` gives an empty list, a second loop runs over
    nothing, and no error says so. After `first()`, `one()` and `scalar()` the result is closed, and the second read
    raises `ResourceClosedError`.

    Instead: read the rows once and keep the list: `rows = result.all()`.

        rows = result.scalars().all()
        count = len(rows)

    Silent: for results that are frozen, for reads in different branches, for a loop that is left early, and for
    `fetchone`, `fetchmany` and `partitions`, which take some rows at a time.
    """

    code = "ADB414"
    name = "result-consumed-twice"
    severity = Severity.WARNING
    consequence = Consequence.LOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls(*EXECUTING, on=(*SESSIONS, CONNECTION, REGISTRY)):
            row = _kept_as(call)
            if row is None or not isinstance(call.scope, Function) or call.target is not None:
                continue
            reads = sorted(_between_bindings(call.scope, row), key=lambda item: (item.statement.index, item.span))
            found = next(_repeated(call.scope, reads), None)
            if found is not None:
                first, second = found
                happens = "raises: the result is closed" if first.closes else "gives nothing"
                message = f"the rows of `{row.name}` have been taken already: this {happens}"
                yield _reported(second, message).with_related([Related(call.path, first.span, "taken here first")])


def _reported(read: Consumed, message: str) -> Suspect[Any]:
    """A read as a suspect: a call, the header of a loop, or the statement that holds a comprehension."""
    if isinstance(read.place, Call):
        return suspect(read.place, message)
    if read.place.kind is BlockKind.COMPREHENSION:
        return suspect_statement(read.statement, message)
    return suspect_header(read.place, message)


def _kept_as(call: CallSite) -> Binding | None:
    """The binding that keeps what is awaited here, itself or a view of it."""
    for rows in call.scope.bindings.values():
        for row in rows:
            value = row.value
            while isinstance(value, Call) and value.method in VIEWS and value.receiver is not None:
                value = value.receiver
            if isinstance(value, Await) and value.value is call.call:
                return row
    return None


def _between_bindings(scope: Function, row: Binding) -> Iterator[Consumed]:
    """The reads of what a name holds from one binding to the next."""
    others = [item for item in scope.bindings[row.name] if item is not row]
    if any(item.block.inside(LOOPS) or item.value is None for item in others):
        return
    ends = [item.statement.index for item in others if item.statement.index > row.statement.index]
    for read in _consumed(scope, row.name):
        at = read.statement.index
        is_after = row.statement.index < at <= min(ends, default=at)
        if is_after and dominates(row.block, read.block):
            yield read


def _consumed(scope: Function, name: str) -> Iterator[Consumed]:
    """The places at which all rows of what a name holds are taken, in no order."""
    names = {name, *(item for item, rows in scope.bindings.items() if len(rows) == 1 and _is_view(rows[0].value, name))}
    for call in scope.calls:
        if any(not names.isdisjoint(block.names) for block in call.block.outward()):
            continue
        copied = call.positional[0] if call.callee in {Name(item) for item in COPYING} and call.positional else None
        is_taken = call.method in ALL | ONE and call.receiver is not None and _is_of(call.receiver, names)
        if is_taken or (copied is not None and _is_of(copied, names)):
            yield Consumed(call, call.statement, call.block, call.method in ONE, call.statement.keyword != "Match")
    for block in scope.blocks:
        yield from _looped(scope, block, names)


def _looped(scope: Function, block: Block, names: set[str]) -> Iterator[Consumed]:
    """The loop or comprehension over a result that a block is."""
    if block.opener is None or block.parent is None:
        return
    if block.kind in (BlockKind.FOR, BlockKind.ASYNC_FOR) and any(_is_of(head, names) for head in block.heads):
        if not _is_left(scope, block):
            yield Consumed(block, block.opener, block.parent)
    if block.kind is BlockKind.COMPREHENSION:
        first = next(iter(block.names.values()), None)
        inner = first.value if isinstance(first, Element) else None
        if inner is not None and _is_of(inner, names):
            yield Consumed(inner if isinstance(inner, Call) else block, block.opener, block.parent)


def _chosen_in(expr: Expr) -> Iterator[Call]:
    """The calls in an expression that are made in some cases only."""
    for choice in walk(expr):
        if isinstance(choice, Either):
            yield from (part for part in walk(choice) if isinstance(part, Call))


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


def _repeated(scope: Function, reads: list[Consumed]) -> Iterator[tuple[Consumed, Consumed]]:
    """Pairs of reads of which the first has certainly happened before the second."""
    if len(reads) < 2:
        return
    chosen = {part for expr in expressions(scope) for part in _chosen_in(expr)}
    returning = {item.statement for item in scope.exits if item.kind is ExitKind.RETURN}
    for at, second in enumerate(reads):
        for first in reads[:at]:
            is_left = first.statement in returning and first.statement is not second.statement
            is_own = first.statement is second.statement and not isinstance(second.place, Call)
            is_certain = first.is_certain and first.place not in chosen
            if is_certain and not is_own and not is_left and _has_happened(first.block, second.block):
                yield first, second


def _has_happened(block: Block, later: Block) -> bool:
    """Whether a block has been run to its end whenever a later one is reached."""
    if block.inside(LOOPS | {BlockKind.COMPREHENSION}) or not dominates(block, later):
        return False
    return all(later.within(item) or not _may_end_early(item) for item in block.outward())


def _may_end_early(block: Block) -> bool:
    """Whether what follows a block may be reached although its statements have not all been run."""
    if block.kind in (BlockKind.TRY, BlockKind.TRY_ELSE):
        return True
    if block.kind not in (BlockKind.WITH, BlockKind.ASYNC_WITH):
        return False
    return any(isinstance(head, Call) and head.method in SWALLOWING for head in block.heads)
