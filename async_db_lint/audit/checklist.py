"""The guide's common mistakes and its checklist: each item with the rules that fail it and the facts that prove it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from async_db_lint.audit import evidence
from async_db_lint.audit.entries import Inventory
from async_db_lint.audit.facts import Fact, Facts, Standing, unclear
from async_db_lint.counts import counted
from async_db_lint.rule.finding import Finding
from async_db_lint.rule.rule import About
from async_db_lint.run.lint import Report
from async_db_lint.run.selection import all_rules, codes_about


class Outcome(Enum):
    """The outcome of an item for a project."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "not proven"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the guide: what is asked, the guide's own words, what speaks for it, and when nothing is asked."""

    key: str
    title: str
    guide: str
    facts: Callable[[Inventory], Facts]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An item's outcome, with the evidence for it."""

    item: Item
    outcome: Outcome
    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]
    reason: str = ""


MISTAKES = (
    Item("M1", "No synchronous drivers", "Using synchronous drivers", evidence.async_drivers, "no engine was found"),
    Item("M2", "No global sessions", "Creating global session instances", evidence.sessions_per_call,
         "no session was found"),
    Item("M3", "Every connection is closed", "Not closing connections", evidence.closed_connections,
         "no session and no engine was found"),
    Item("M4", "ORM and raw SQL are not mixed", "Mixing ORM and raw SQL inconsistently", evidence.unmixed_writes,
         "no write and no raw SQL was found"),
    Item("M5", "No queries in routes", "Embedding queries directly in routes", evidence.queries_outside_routes,
         "no route was found"),
)  # fmt: skip
PRACTICES = (
    Item("C1", "URLs name asyncpg", "Use `postgresql+asyncpg://` connection string", evidence.asyncpg_urls,
         "no engine was found"),
    Item("C2", "Factories have `expire_on_commit=False`", "Set `expire_on_commit=False` on session factory",
         evidence.kept_objects, "no factory of sessions was found"),
    Item("C3", "Routes get their session injected", "Use dependency injection for sessions (`Depends(get_db)`)",
         evidence.injected_sessions, "no route with a session was found"),
    Item("C4", "The database is used at start-up", "Initialize database in lifespan/startup event",
         evidence.database_at_start, "no application with an engine was found"),
    Item("C5", "Engines are disposed at shutdown", "Dispose engine in lifespan/shutdown event",
         evidence.disposed_engines, "no engine was found"),
    Item("C6", "Queries are in 2.0 style", "Use SQLAlchemy 2.0 style queries (`select()` instead of `query()`)",
         evidence.selects, "no query was found"),
    Item("C7", "No `echo` in production", "Disable `echo=True` in production", evidence.quiet_engines,
         "no engine was found"),
)  # fmt: skip
MOST_NAMED = 3  # files left out that a sentence names
ITEMS = (*MISTAKES, *PRACTICES)


def codes_of(item: Item) -> frozenset[str]:
    """The codes of the rules that encode an item."""
    return frozenset(rule.code for rule in all_rules() if item.guide in rule.guide.split("; "))


def answer(item: Item, found: Inventory, report: Report) -> Answer:
    """The outcome of an item: a finding fails it, else what is not proven or suppressed leaves it open."""
    codes = codes_of(item)
    against = tuple(finding for finding in report.findings if finding.code in codes)
    suppressed = (finding for finding in report.suppressed if finding.code in codes)
    facts = (*item.facts(found), *_silenced(suppressed), *_unread(report))
    standings = {fact.standing for fact in facts}
    if against:  # the open questions would only repeat it
        shown = tuple(fact for fact in facts if fact.standing is Standing.PROVEN)
        return Answer(item, Outcome.FAILED, shown, against)
    if Standing.OPEN in standings:
        return Answer(item, Outcome.OPEN, facts, ())
    if Standing.PROVEN in standings:
        return Answer(item, Outcome.PASSED, facts, ())
    reason = "; ".join(fact.text for fact in facts) or item.otherwise
    return Answer(item, Outcome.NOT_APPLICABLE, facts, (), reason)


def _silenced(findings: Iterable[Finding]) -> Facts:
    for finding in findings:
        yield unclear(f"a comment suppresses {finding.code} {finding.name}: {finding.message}", finding.location)


def _unread(report: Report) -> Facts:
    """Doubts that come from files that cannot be read, or were left out of the project."""
    places = [finding.location for finding in report.findings if finding.code in codes_about(About.FILE)]
    if places:
        yield unclear(f"{counted(len(places), 'file')} could not be read", *places)
    left_out = sorted({*report.project.unread_imports} - {place.path for place in places})
    if left_out:
        named = ", ".join(f"`{path}`" for path in left_out[:MOST_NAMED])
        others = f" and {len(left_out) - MOST_NAMED} more" if len(left_out) > MOST_NAMED else ""
        yield unclear(f"imported, and left out of the project: {named}{others}")
