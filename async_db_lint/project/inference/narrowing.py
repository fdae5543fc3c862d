"""What `isinstance` says about a name in the branches of an `if`."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Expr, Name, Sequence, walk
from async_db_lint.index.scopes import Block, BlockKind
from async_db_lint.project.inference.annotations import instance
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind, Value

BRANCHES = frozenset({BlockKind.IF, BlockKind.ELSE, BlockKind.WHILE})


def narrowed(inference: Inference, name: str, value: Value | None, place: Place) -> Value | None:
    """What a name is at a place, given what it is where no `if` is around; None when a test contradicts that."""
    if "isinstance" not in place.scope.module.mentions:
        return value
    for block in place.block.outward():
        if block.kind in BRANCHES and block.heads:
            for test in _tests_of(inference, block.heads[0], name, place):
                if not _is_bound_after(name, place, block):
                    value = _in_branch(inference, block, test, value)
    return value


def _is_bound_after(name: str, place: Place, block: Block) -> bool:
    """Whether a name may have been bound again since a branch began."""
    bound = bindings_of(name, place)
    start = -1 if block.opener is None else block.opener.index
    return bound is not None and any(item.statement.index > start for item in bound[1])


def _tests_of(inference: Inference, head: Expr, name: str, place: Place) -> Iterator[Call]:
    """The calls of `isinstance` about a name in a condition."""
    for item in walk(head):
        if isinstance(item, Call) and item.method == "isinstance" and item.positional[:1] == (Name(name),):
            if inference.library_name(inference.value(item.callee, place)) == "builtins.isinstance":
                yield item


def _in_branch(inference: Inference, block: Block, test: Call, value: Value | None) -> Value | None:
    """What a value is in one branch of a test: as it was, an object of the class that is asked for, or unknown."""
    classes = _classes(inference, test)
    fits = value is not None and any(_is_one(inference, value, item) for item in classes)
    if block.heads[0] is not test:
        return None if fits or not all(classes) else value  # `not`, `and`, `or`: which way it went is not known
    if block.kind is BlockKind.ELSE:
        return None if fits or not all(classes) else value
    if fits:
        return value
    return classes[0] if len(classes) == 1 else None


def _classes(inference: Inference, test: Call) -> list[Value | None]:
    """An object of each class that a test asks for; None for a class that is not known."""
    given = test.positional[1] if len(test.positional) > 1 else None
    items = given.items if isinstance(given, Sequence) else (given,)
    at = Place(test.block, test.statement.index)
    values = [inference.value(item, at) for item in items]
    return [None if value is None else instance(inference, value) for value in values]


def _is_one(inference: Inference, value: Value, wanted: Value | None) -> bool:
    if wanted is None:
        return False
    if wanted.kind is Kind.INSTANCE:
        return inference.is_a(value, wanted.name)
    return value.kind is wanted.kind and value.definition is wanted.definition
