"""ADB708."""

from __future__ import annotations

from async_db_lint.rule import *

WRITES = (Act.ADD, Act.WRITE, Act.FLUSH)
LEAVES = (ExitKind.RAISE, ExitKind.BREAK, ExitKind.RETURN)


class RollbackInLoop(Rule):
    """A loop rolls back for one bad item, and loses the good ones before it.

    Happens: `rollback()` undoes all that was not committed: every item since the last commit, not only the one
    that failed. The loop goes on, the commit after it stores what came later. Of three items before a
    duplicate none was stored.

    Instead: a savepoint for each item: `async with session.begin_nested():`.

        for row in rows:
            try:
                async with session.begin_nested():
                    session.add(Row(row))
            except IntegrityError:
                continue
        await session.commit()

    Silent: when the loop commits each item, uses `begin_nested()`, or ends with the error.
    """

    code = "ADB708"
    name = "rollback-in-loop"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls("rollback", on=SESSIONS):
            handler = next((block for block in call.block.outward() if block.kind is BlockKind.EXCEPT), None)
            loop = None if handler is None else next((item for item in handler.outward() if item.kind in LOOPS), None)
            if loop is None or handler is None or not isinstance(call.scope, Function) or not call.is_in_application:
                continue
            if any(item.kind in LEAVES and item.block.within(handler) for item in call.scope.exits):
                continue
            commit = _commit_after(project, call, loop)
            if commit is not None:
                found = suspect(call, "this undoes every item since the last commit, not only the one that failed")
                yield found.with_related(related_calls([commit], "what came later is stored here"))


def _commit_after(project: Project, call: CallSite, loop: Block) -> Call | None:
    """The commit after a loop that writes to the session of a call and does not commit in it."""
    subject = project.effects.begun_by(call.call)
    assert isinstance(call.scope, Function)
    events = [event for event in project.effects.of(call.scope).events if event.subject == subject]
    inside = [event for event in events if event.call.block.within(loop)]
    nested = any(item.method == "begin_nested" and item.block.within(loop) for item in call.scope.calls)
    if subject is None or nested or any(event.act in (Act.COMMIT, Act.UNKNOWN) for event in inside):
        return None
    if not any(event.act in WRITES for event in inside):
        return None
    later = [event.call for event in events if event.act is Act.COMMIT and not event.call.block.within(loop)]
    return next((item for item in later if item.statement.index > call.call.statement.index), None)
