"""ADB901."""

from __future__ import annotations

from async_db_lint.rule import *


class UnusedSuppression(Rule):
    """A suppression names one of our codes and suppresses nothing.

    Happens: the mistake was fixed, or the comment is on a different line from the finding. It would
    hide the next mistake on its line. `# noqa: ADB` and `# noqa: echo-enabled` name no complete code:
    flake8 takes them for a bare `# noqa`, which silences every tool on the line.

    Instead: remove the code from the comment. `# noqa: ADB106` and `# adb: ignore[ADB106]` (or
    `[echo-enabled]`) work on the line on which the finding starts.

    Silent: for blanket suppressions, for codes of other tools, and for rules that did not run.
    It has no run-time effect and so no proof.
    """

    code = "ADB901"
    name = "unused-suppression"
    severity = Severity.WARNING
    consequence = Consequence.COSTS
    fix = Safety.SAFE
    about = About.COMMENT

    def suspects(self, project: Project) -> Suspects:
        """None here: `run/unused.py` reports them, when all other findings are known."""
        return iter(())
