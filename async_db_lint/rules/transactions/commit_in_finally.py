"""ADB607."""

from __future__ import annotations

from async_db_lint.rule import *


class CommitInFinally(Rule):
    """A session is committed in a `finally`, so also after an error.

    Happens: `finally` runs whether the work succeeded or not. What was written before the error is stored:
    a request that was refused with 400 left its row in the table.

    Instead: commit after the work, and let an error roll back.

        async with SessionLocal() as session, session.begin():
            yield session

    Silent: under an `if`, which may know of the error; for a session that the `finally` opens itself,
    such as that of an audit log; and in tests.
    """

    code = "ADB607"
    name = "commit-in-finally"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    yields_to = ("ADB606",)

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls("commit", on=(*SESSIONS, CONNECTION)):
            ending = next((block for block in call.block.outward() if block.kind is BlockKind.FINALLY), None)
            subject = project.effects.begun_by(call.call)
            if ending is None or subject is None or call.usage is not Usage.AWAITED or not call.is_in_application:
                continue
            if isinstance(subject.origin, Call) and subject.origin.block.within(ending):
                continue
            if any(block.kind in CONDITIONS and block.within(ending) for block in call.block.outward()):
                continue
            yield suspect(call, f"`{quoted(call.call)}` in `finally` stores what was written before an error, too")
