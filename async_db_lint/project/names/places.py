"""A place in the code from which a name is looked up, and which bindings reach it."""

from __future__ import annotations

import sys
from typing import NamedTuple

from async_db_lint.index.expressions import Await, Call
from async_db_lint.index.scopes import CONDITIONS, Binding, Block, BlockKind, Exit, Scope, TargetBinding

# Blocks whose bindings are made whenever what follows them is reached.
TRANSPARENT = frozenset(
    {BlockKind.WITH, BlockKind.ASYNC_WITH, BlockKind.TRY, BlockKind.FINALLY, BlockKind.TRY_ELSE, BlockKind.MAIN_GUARD}
)
# Blocks that may be skipped although their function goes on.
UNCERTAIN = CONDITIONS | {
    *(BlockKind.EXCEPT, BlockKind.TRY_ELSE, BlockKind.FOR, BlockKind.ASYNC_FOR, BlockKind.WHILE),
    BlockKind.COMPREHENSION,
}
BRANCHES = frozenset({BlockKind.IF, BlockKind.ELSE, BlockKind.CASE, BlockKind.EXCEPT, BlockKind.TYPE_CHECKING})


END = sys.maxsize  # the position after all statements of a file


class Place(NamedTuple):
    """A block and the position of a statement in its file."""

    block: Block
    at: int

    @property
    def scope(self) -> Scope:
        """The scope that the place is in."""
        return self.block.scope


def place_of(item: Call | Await | Binding | TargetBinding | Exit) -> Place:
    """The place of a call, binding or exit."""
    return Place(item.block, item.statement.index)


def end_of(scope: Scope) -> Place:
    """The place after all statements of a scope, from which all its bindings are seen."""
    return Place(scope.body, END)


def reaching(bindings: list[Binding], place: Place) -> list[Binding]:
    """The bindings of a name in the scope of a place that may have made its value there.

    From the place backwards up to the first binding that is always made; branches that exclude the
    place are left out. A place before all bindings (a loop's second turn) is reached by all of them.
    A single binding reaches every place. What another function binds, by `global` or `nonlocal`, may have been
    bound at any time.
    """
    if len(bindings) == 1:
        return bindings
    elsewhere = [item for item in bindings if item.block.scope is not place.scope]
    if elsewhere:
        return elsewhere + reaching([item for item in bindings if item.block.scope is place.scope], place)
    before = [item for item in bindings if item.statement.index < place.at]
    found: list[Binding] = []
    for item in reversed(before):
        if excludes(item.block, place.block):
            continue
        found.append(item)
        if dominates(item.block, place.block):
            break
    return found or bindings


def dominates(block: Block, other: Block) -> bool:
    """Whether `block` has run whenever `other`, further down in the same scope, is reached."""
    while block.kind in TRANSPARENT and block.parent is not None and not other.within(block):
        block = block.parent
    return other.within(block)


def excludes(block: Block, other: Block) -> bool:
    """Whether two blocks are different branches of one `if`, `match` or row of `except`s."""
    openers = {id(item.opener): item for item in other.outward() if item.kind in BRANCHES}
    for item in block.outward():
        rival = openers.get(id(item.opener))
        if rival is not None and item.kind in BRANCHES and rival is not item:
            return True
    return False


def is_certain(block: Block) -> bool:
    """Whether a block is reached whenever its function is left without an error."""
    return not block.inside(UNCERTAIN)


def is_unconditional(block: Block) -> bool:
    """Whether a block is under no `if` or `except` of its function."""
    return not block.inside(CONDITIONS | {BlockKind.EXCEPT})
