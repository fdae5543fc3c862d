"""An audit in one sentence."""

from __future__ import annotations

from datetime import date

from async_db_lint import __version__
from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Outcome
from async_db_lint.audit.consequences import Consequences
from async_db_lint.counts import counted

SHORT = 12  # characters of a commit's hash that are shown


def origin(audit: Audit) -> str:
    """What made the audit, when and of which commit."""
    at = "" if audit.commit is None else f", at commit {audit.commit[:SHORT]}"
    return f"By async-db-lint {__version__} on {date.today().isoformat()}{at}."


def effect(item: Consequences) -> str:
    """What some findings do, with the number of their places, and of what is advice alone."""
    advice = f"{counted(item.advice, 'piece')} of advice" if item.advice else ""
    if not item.places:
        return f"{item.consequence.value}: {advice}"
    return f"{item.consequence.value} in {counted(item.places, 'place')}{f', and {advice}' if advice else ''}"


def summary(audit: Audit) -> str:
    """How many items have which outcome, and how many other findings there are."""
    if not audit.is_async and not audit.inventory.engines:
        return f"No async engine or session in {counted(audit.files, 'file')}: there is nothing to audit."
    counts = [(audit.count(outcome), outcome.value) for outcome in Outcome]
    text = ", ".join(f"{count} {word}" for count, word in counts if count)
    more = [counted(len(audit.others), "other finding")] if audit.others else []
    more += [f"{counted(len(audit.suppressed), 'finding')} suppressed by comments"] if audit.suppressed else []
    return (
        f"{len(audit.answers)} items: {text}. "
        + (f"{'; '.join(more)}. " if more else "")
        + counted(audit.files, "file")
        + " read."
    )
