"""An audit in one sentence."""

from __future__ import annotations

from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Outcome
from async_db_lint.counts import counted


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
