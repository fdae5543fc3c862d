"""An audit as Markdown, for the text of a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Answer, Outcome
from async_db_lint.audit.consequences import Consequences
from async_db_lint.report.audit.summary import changes, effect, origin, pools, since, summary
from async_db_lint.report.audit.tables import Cell, Table, tables
from async_db_lint.report.formats import Shown
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Finding, Location

MARKS = {Outcome.PASSED: "✅", Outcome.FAILED: "❌", Outcome.OPEN: "❔", Outcome.NOT_APPLICABLE: "⚪"}
MAX_PLACES = 4  # places named of one fact
SPECIAL = re.compile(r"([\\*_{}\[\]<>#|~!&])")


def render(audit: Audit, shown: Shown) -> str:
    """The audit as Markdown text."""
    lines = [f"## Audit of {code(audit.name)}", "", plain(f"{summary(audit)} {origin(audit)}"), ""]
    lines += [plain(pools(audit)), ""] if pools(audit) else []
    if audit.comparison is not None:
        lines += [f"**{plain(since(audit.comparison))}**", ""]
        lines += [*(f"- {plain(text)}" for text in changes(audit.comparison, shown)), ""]
    for item in audit.consequences:
        lines += _consequences(item, shown)
    lines += ["", "### The guide", ""] if audit.consequences else []
    for answer in audit.answers:
        lines += _answer(answer, shown)
    if audit.others:
        lines += ["", "### Other findings", "", *(_finding(item, shown, "") for item in audit.others)]
    lines += ["", "<details><summary>What the project is made of</summary>", ""]
    for table in tables(audit.inventory):
        lines += _table(table, shown)
    return "\n".join([*lines, "</details>"])


def _consequences(item: Consequences, shown: Shown) -> Iterator[str]:
    yield f"- **{plain(effect(item))}**"
    for entry in item.entries:
        found = entry.finding
        text = f"{found.severity.label}: **{found.code} {found.name}**: {plain(found.message)}"
        yield f"  - {text}{_where(entry.places, shown)}"


def _answer(answer: Answer, shown: Shown) -> Iterator[str]:
    reason = f": {plain(answer.reason)}" if answer.reason else ""
    yield f"- {MARKS[answer.outcome]} **{plain(answer.item.title)}** ({answer.outcome.value}){reason}"
    for finding in answer.findings:
        yield _finding(finding, shown, "  ")
    if answer.outcome is not Outcome.NOT_APPLICABLE:
        for fact in answer.facts:
            yield f"  - {plain(fact.text)}{_where(fact.places, shown)}"


def _finding(finding: Finding, shown: Shown, indent: str) -> str:
    place = code(f"{shown(finding.location.path)}:{finding.location.line}")
    return f"{indent}- {place} **{finding.code} {finding.name}**: {plain(finding.message)}"


def _where(places: Sequence[Location], shown: Shown) -> str:
    texts = [code(f"{shown(place.path)}:{place.line}") for place in places[:MAX_PLACES]]
    if len(places) > MAX_PLACES:
        texts.append(f"{len(places) - MAX_PLACES} more")
    return f" ({', '.join(texts)})" if texts else ""


def _table(table: Table, shown: Shown) -> Iterator[str]:
    yield from (f"**{table.title}**", "", f"| {' | '.join(table.head)} |", f"|{' --- |' * len(table.head)}")
    for row in table.rows:
        yield f"| {' | '.join(_cell(cell, shown) for cell in row)} |"
    yield ""


def _cell(cell: Cell, shown: Shown) -> str:
    text = f"{shown(cell.path)}:{cell.line}" if isinstance(cell, Location) else cell
    return code(text).replace("|", "\\|") if text else ""


def plain(text: str) -> str:
    """A text in which only the parts between backticks mean something to Markdown."""
    parts = escaped(text).split("`")
    if len(parts) % 2 == 0:
        return SPECIAL.sub(r"\\\1", "'".join(parts))
    return "`".join(part if number % 2 else SPECIAL.sub(r"\\\1", part) for number, part in enumerate(parts))


def code(text: str) -> str:
    """A text as a code span, with a fence that is longer than any in it."""
    text = escaped(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"
