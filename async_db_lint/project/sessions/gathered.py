"""The coroutines that a call such as `gather` runs at once: written there, or collected in a name before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Await,
    Call,
    Comprehension,
    Expr,
    Join,
    Mapping,
    Name,
    Sequence,
    Starred,
    walk,
)
from async_db_lint.index.scopes import LOOPS, Binding, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.names.places import Place, excludes, place_of

WRAPPERS = frozenset(("asyncio.wait_for", "asyncio.shield"))  # tasks run by themselves, gathered or not
TASKS = ("create_task", "ensure_future")
COLLECTING = ("append", "add", "extend", "insert")
MAX_HOPS = 4  # names and wrappers followed


class Gathered(NamedTuple):
    """A coroutine's call, and whether it is made for each item of something; `is_mapped` says that `map` makes it."""

    call: Call
    is_repeated: bool
    is_mapped: bool = False


def gathered(codebase: Codebase, gather: Call) -> list[Gathered]:
    """The coroutines that are awaited together by a call; of those on exclusive branches one."""
    place = place_of(gather)
    found: list[Gathered] = []
    for argument in gather.arguments:
        if argument.keyword is None:
            for item in _of(codebase, argument.value, place, MAX_HOPS):
                if not any(excludes(item.call.block, other.call.block) for other in found):
                    found.append(item)
    return found


def _of(codebase: Codebase, expr: Expr, place: Place, hops: int) -> Iterator[Gathered]:
    match expr:
        case Call() if hops:
            yield from _of_call(codebase, expr, place, hops - 1)
        case Starred(value):
            yield from _of(codebase, value, place, hops)
        case Sequence(items):
            for item in items:
                yield from _of(codebase, item, place, hops)
        case Mapping(pairs):
            for _, item in pairs:
                yield from _of(codebase, item, place, hops)
        case Comprehension(element):
            for inner in _of(codebase, element, place, hops):
                yield inner._replace(is_repeated=True)
        case Join("Add", left, right):
            yield from _of(codebase, left, place, hops)
            yield from _of(codebase, right, place, hops)
        case Name(name) if hops:
            yield from _of_name(codebase, name, place, hops - 1)


def _of_call(codebase: Codebase, call: Call, place: Place, hops: int) -> Iterator[Gathered]:
    name = codebase.inference.library_name(codebase.inference.callee(call))
    first = next(iter(call.positional), None)
    if name in WRAPPERS and first is not None:
        yield from _of(codebase, first, place, hops)
    elif name == "builtins.map":
        yield Gathered(call, True, True)
    elif name == "builtins.list" and first is not None:
        yield from _of(codebase, first, place, hops)
    elif call.method == "values" and call.receiver is not None:
        yield from _of(codebase, call.receiver, place, hops)
    elif call.method not in TASKS:
        yield Gathered(call, False)


def _of_name(codebase: Codebase, name: str, place: Place, hops: int) -> Iterator[Gathered]:
    """The coroutines that a local name holds: bound to it, or added to the list that it is."""
    found = bindings_of(name, place)
    if found is None or found[0] is not place.scope or _is_awaited_before(name, place):
        return
    for binding in found[1]:
        if is_expression(binding.value):
            for item in _of(codebase, _own(binding, name), place_of(binding), hops):
                yield item if not _is_in_loop(binding) else item._replace(is_repeated=True)
    for call in place.scope.calls:
        if call.method in COLLECTING and call.receiver == Name(name) and call.statement.index < place.at:
            is_repeated = any(block.kind in LOOPS and not place.block.within(block) for block in call.block.outward())
            for given in call.positional[-1:]:
                for item in _of(codebase, given, place_of(call), hops):
                    yield item._replace(is_repeated=item.is_repeated or is_repeated)


def _own(binding: Binding, name: str) -> Expr:
    """What a binding adds: of `name = name + more`, the rest."""
    value = binding.value
    assert is_expression(value)
    return value.right if isinstance(value, Join) and value.left == Name(name) else value


def _is_in_loop(binding: Binding) -> bool:
    """Whether something is added to a name again and again: `tasks += […]` in a loop."""
    return isinstance(binding.value, Join) and any(block.kind in LOOPS for block in binding.block.outward())


def _is_awaited_before(name: str, place: Place) -> bool:
    """Whether what a name holds is awaited by itself before a place."""
    awaits = (item for item in place.scope.awaits if item.statement.index < place.at)
    return any(_mentions(item, name) for item in awaits)


def _mentions(item: Await, name: str) -> bool:
    return any(part == Name(name) for part in walk(item.value))
