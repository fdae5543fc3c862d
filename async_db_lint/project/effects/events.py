"""One thing that a function does to a session or connection, and where."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Block, Function
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.subjects import Subject

MAX_CHAIN = 8  # calls between a function and what acts for it


class Event(NamedTuple):
    """Something that happens when a function runs. Example: `for event in project.effects.of(function).events:`.

    `call` is the call in the function itself, and `chain` those below it down to what acts; `is_certain` says whether
    the act happens whenever the call does. At the end of a `with`, `left` is its block, and the call what was entered.
    """

    act: Act
    subject: Subject | None
    call: Call
    chain: tuple[Call, ...] = ()
    is_certain: bool = True
    left: Block | None = None

    @property
    def block(self) -> Block:
        """The block of the function in which it happens."""
        return self.call.block if self.left is None else (self.left.parent or self.left)

    @property
    def site(self) -> Call:
        """The call that acts."""
        return self.chain[-1] if self.chain else self.call


class Effects(NamedTuple):
    """What a function does, in order.

    `is_understood` is false where it awaits something that is not: that may wait, or use a session of its own.
    `is_lost` is true where what it does to the sessions that it is given is not known either: it calls itself, or is
    too long.
    """

    events: tuple[Event, ...]
    is_understood: bool = True
    is_lost: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether that is all that it does: nothing is left to somebody who gives it something to call."""
        return self.is_understood and not any(event.act is Act.CALLBACK for event in self.events)


def with_blocks(function: Function) -> dict[int, Block]:
    """The blocks of a function's `with` statements, by what is entered."""
    return {id(block.heads[0]): block for block in function.blocks if block.heads and block.kind.value.endswith("with")}
