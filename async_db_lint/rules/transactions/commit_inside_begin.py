"""ADB702."""

from __future__ import annotations

from async_db_lint.rule import *

USES = (Act.QUERY, Act.ADD, Act.WRITE, Act.FLUSH)


class CommitInsideBegin(Rule):
    """A session is committed or rolled back inside of `async with session.begin()`, and used on.

    Happens: the block has one transaction, which has ended then. The next statement in it raises
    `InvalidRequestError: Can't operate on closed transaction inside context manager`.

    Instead: leave the commit to the block, or use two blocks.

        async with session.begin():
            session.add(order)
        async with session.begin():
            session.add(receipt)

    Silent: when nothing follows in the block, and for savepoints (`begin_nested()`).
    """

    code = "ADB702"
    name = "commit-inside-begin"
    severity = Severity.WARNING
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        for block in project.blocks():
            head = block.heads[0] if block.kind is BlockKind.ASYNC_WITH and block.heads else None
            function = block.scope
            if not isinstance(head, Call) or head.method != "begin" or not isinstance(function, Function):
                continue
            subject = project.effects.begun_by(head)
            inside = [event for event in project.effects.of(function).events if _is_in(block, event, subject)]
            for number, event in enumerate(inside):
                is_end = event.act in (Act.COMMIT, Act.ROLLBACK) and not event.chain
                if is_end and any(later.act in USES for later in inside[number + 1 :]):
                    message = f"`{quoted(event.call)}` ends the transaction of this block: what follows in it raises"
                    yield suspect(event.call, message).with_related(related_calls([head], "the block begins here"))
                    break


def _is_in(block: Block, event: Event, subject: Subject | None) -> bool:
    """Whether an event happens to a session inside of a block, whatever branch is taken."""
    is_inside = event.left is None and event.call.block.within(block)
    is_straight = not event.call.block.inside(CONDITIONS | {BlockKind.EXCEPT})
    return subject is not None and event.subject == subject and is_inside and is_straight
