"""An audit in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from async_db_lint import __version__
from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Outcome
from async_db_lint.audit.comparison import AuditComparison
from async_db_lint.audit.consequences import Consequences
from async_db_lint.counts import counted
from async_db_lint.report.formats import Shown

SHORT = 12  # characters of a commit's hash that are shown


def origin(audit: Audit) -> str:
    """What made the audit, when and of which commit."""
    at = "" if audit.commit is None else f", at commit {audit.commit[:SHORT]}"
    return f"By async-db-lint {__version__} on {date.today().isoformat()}{at}."


def pools(audit: Audit) -> str:
    """How many connections the application may open, in one or two sentences; nothing where it has no engine."""
    found, deployment = audit.connections, audit.deployment
    if not found.engines:
        return ""
    each = ", ".join(f"`{name}` {most}" for name, most in found.engines)
    text = f"At most {counted(found.in_a_process, 'connection')} in a process: {each}"
    text += f"; not known: {', '.join(f'`{name}`' for name in found.unknown)}." if found.unknown else "."
    if (deployment.workers, deployment.instances, deployment.max_connections) == (1, 1, None):
        return text
    where = counted(deployment.workers, "worker")
    where += f" on each of {deployment.instances} instances" if deployment.instances > 1 else ""
    text += f" With {where}: {found.everywhere}"
    if deployment.max_connections is None:
        return f"{text}."
    verdict = "too many" if found.is_too_much else "enough are left"
    return f"{text}, of {deployment.max_connections} that the server allows: {verdict}."


def since(item: AuditComparison) -> str:
    """What has changed since an earlier audit, in one sentence."""
    at = "" if item.commit is None else f", commit {item.commit[:SHORT]}"
    counts = f"{len(item.new)} new, {len(item.gone)} gone, {item.unchanged} unchanged"
    return f"Since the audit of {item.date}{at}: {counts}."


def changes(item: AuditComparison, shown: Shown) -> Iterator[str]:
    """One line for each change, items first."""
    for changed in item.items:
        yield f"{changed.key} {changed.title}: {changed.before}, now {changed.now}"
    for finding in item.new:
        place = f"{shown(finding.location.path)}:{finding.location.line}"
        yield f"new: {place}: {finding.code} {finding.message}"
    for line in item.gone:
        yield f"gone: {line}"


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
