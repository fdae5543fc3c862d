"""An audit in one sentence."""

from __future__ import annotations

from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Outcome


def summary(audit: Audit) -> str:
    """How many items have which outcome, and what was found besides."""
    if not audit.is_async and not audit.inventory.engines:
        return f"No async engine or session in {_counted(audit.files, 'file')}: there is nothing to audit."
    counts = [(audit.count(outcome), outcome.value) for outcome in Outcome]
    text = ", ".join(f"{count} {word}" for count, word in counts if count)
    more = [f"{_counted(len(audit.others), 'finding')} besides"] if audit.others else []
    more += [f"{_counted(len(audit.suppressed), 'finding')} suppressed by comments"] if audit.suppressed else []
    return (
        f"{len(audit.answers)} items: {text}. "
        + (f"{'; '.join(more)}. " if more else "")
        + _counted(audit.files, "file")
        + " read."
    )


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
