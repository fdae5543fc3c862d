"""An audit in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING

from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import Answer, Outcome
from async_db_lint.audit.consequences import Consequences
from async_db_lint.report.audit.summary import changes, effect, origin, pools, since, summary
from async_db_lint.report.audit.tables import Table, tables
from async_db_lint.report.formats import Shown
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Finding, Location

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as Grid

STYLES = {
    Outcome.PASSED: "green",
    Outcome.FAILED: "bold red",
    Outcome.OPEN: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}
MAX_PLACES = 4  # places shown of one fact; the other formats have them all
MAX_FACTS = 6  # facts shown of one kind
PLAIN_WIDTH = 120  # columns where there is no terminal


def render(audit: Audit, shown: Shown, is_colored: bool = False, width: int = PLAIN_WIDTH) -> str:
    """The audit as text, with colours where they are wanted; `width` in columns."""
    from rich.console import Console

    target = StringIO()
    console = Console(file=target, force_terminal=is_colored, no_color=not is_colored, width=width, highlight=False,
                      color_system="standard" if is_colored else None, legacy_windows=False)  # fmt: skip
    _line(console, f"Audit of {audit.name}", "bold")
    _line(console, origin(audit), "dim")
    if pools(audit):
        _line(console, escaped(pools(audit)), "bold red" if audit.connections.is_too_much else "dim")
    if audit.comparison is not None:
        _line(console, f"\n{since(audit.comparison)}", "bold")
        for text in changes(audit.comparison, shown):
            _line(console, f"  {escaped(text)}")
    for item in audit.consequences:
        _consequences(console, item, shown)
    for answer in audit.answers:
        _answer(console, answer, shown)
    if audit.others:
        _line(console, "\nOther findings", "bold")
        _findings(console, audit.others, shown)
    for table in tables(audit.inventory):
        _line(console, f"\n{table.title}", "bold")
        console.print(_grid(table, shown))
    _line(console, f"\n{summary(audit)}", "bold")
    return target.getvalue()


def _consequences(console: Console, item: Consequences, shown: Shown) -> None:
    _line(console, f"\n{effect(item)}", "bold red" if item.places else "")
    for entry in item.entries:
        found = entry.finding
        text = f"{found.severity.label:>9}  {found.code} {found.name}: {found.message}"
        _line(console, f"{escaped(text)}{_where(entry.places, shown)}")


def _answer(console: Console, answer: Answer, shown: Shown) -> None:
    from rich.text import Text

    line = Text(f"\n{answer.outcome.value:>14}  ", STYLES[answer.outcome])
    line.append(f"{answer.item.key}  {answer.item.title}", "bold")
    if answer.reason:
        line.append(f": {escaped(answer.reason)}", "dim")
    console.print(line, soft_wrap=True)
    _findings(console, answer.findings, shown)
    if answer.outcome is not Outcome.NOT_APPLICABLE:
        texts = [f"{escaped(fact.text)}{_where(fact.places, shown)}" for fact in answer.facts]
        for text in _limited(texts, MAX_FACTS, "more: --format json or html"):
            _line(console, f"{'':16}{text}", "dim" if answer.outcome is Outcome.FAILED else "")


def _findings(console: Console, findings: Sequence[Finding], shown: Shown) -> None:
    for item in findings:
        place = f"{shown(item.location.path)}:{item.location.line}:{item.location.column}"
        _line(console, f"{'':16}{escaped(place)}  {item.code} {item.name}: {escaped(item.message)}")


def _where(places: Sequence[Location], shown: Shown) -> str:
    texts = [escaped(f"{shown(place.path)}:{place.line}") for place in places]
    return f" ({', '.join(_limited(texts, MAX_PLACES, 'more'))})" if texts else ""


def _limited(texts: Sequence[str], most: int, word: str) -> Iterator[str]:
    yield from texts[:most]
    if len(texts) > most:
        yield f"{len(texts) - most} {word}"


def _grid(table: Table, shown: Shown) -> Grid:
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="dim", pad_edge=False)
    for name in table.head:
        grid.add_column(name, overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(escaped(text)) for text in _texts(row, shown)))
    return grid


def _texts(row: Iterable[str | Location], shown: Shown) -> Iterator[str]:
    for cell in row:
        yield f"{shown(cell.path)}:{cell.line}" if isinstance(cell, Location) else cell


def _line(console: Console, text: str, style: str = "") -> None:
    from rich.text import Text

    console.print(Text(text, style), soft_wrap=True)
