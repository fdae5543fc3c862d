"""An audit as one page of HTML that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from async_db_lint.audit.audit import Audit
from async_db_lint.audit.checklist import MISTAKES, PRACTICES, Answer, Outcome
from async_db_lint.audit.consequences import Entry
from async_db_lint.audit.facts import Fact
from async_db_lint.read.source import Source
from async_db_lint.report.audit.drawing import drawing
from async_db_lint.report.audit.graph import graph
from async_db_lint.report.audit.html_text import marked, plain, quoted, where
from async_db_lint.report.audit.instead import instead
from async_db_lint.report.audit.style import STYLE
from async_db_lint.report.audit.summary import changes, effect, origin, pools, since, summary
from async_db_lint.report.audit.tables import Cell, Table, routes, tables
from async_db_lint.report.formats import Shown
from async_db_lint.rule.finding import Finding, Location

CLASSES = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.OPEN: "open", Outcome.NOT_APPLICABLE: "none"}
AROUND = 2  # lines of source shown before and after a finding
MAX_PLACES = 12  # places named of one fact

Read = Callable[[str], Source]


class Page:
    """Writes the page; asks for each source file that it quotes."""

    def __init__(self, audit: Audit, shown: Shown, read: Read) -> None:
        """Take the audit, how a path is shown, and what reads a file by its path."""
        self.audit = audit
        self.shown = shown
        self.read = read
        self.told: dict[Finding, int] = {}

    def text(self) -> str:
        """The page."""
        title = f"Audit of {plain(self.audit.name)}"
        items = [*self.items("Common mistakes", MISTAKES), *self.items("Checklist", PRACTICES), *self.others()]
        parts = [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>",
            f"<h1>{title}</h1>\n<p>{plain(summary(self.audit))}</p>",
            f'<p class="soft">{plain(origin(self.audit))}</p>',
            f"<p>{marked(pools(self.audit))}</p>" if pools(self.audit) else "",
            *self.changes(),
            *self.consequences(),
            *items,
            *self.made_of(),
            "</main>\n</body>\n</html>",
        ]
        return "\n".join(parts)

    def changes(self) -> Iterator[str]:
        """What has changed since an earlier audit, where there is one."""
        if self.audit.comparison is not None:
            yield f"<h2>{plain(since(self.audit.comparison))}</h2>"
            lines = [f"<li>{marked(text)}</li>" for text in changes(self.audit.comparison, self.shown)]
            yield f"<ul>{''.join(lines)}</ul>" if lines else ""

    def consequences(self) -> Iterator[str]:
        """What the findings do, each in one line that leads to where it is shown."""
        for item in self.audit.consequences:
            yield f'<h2 class="effect">{plain(effect(item)).capitalize()}</h2>'
            if item.entries:
                yield f"<ul>{''.join(self.entry(entry) for entry in item.entries)}</ul>"

    def entry(self, entry: Entry) -> str:
        """One line: findings that say the same, with their places."""
        found = entry.finding
        places = [where(place, self.shown) for place in entry.places[:MAX_PLACES]]
        more = [f"{len(entry.places) - MAX_PLACES} more"] if len(entry.places) > MAX_PLACES else []
        link = f'<a href="#f{self.told[found]}">{found.code} {found.name}</a>'
        return f"<li>{link} ({found.severity.label}): {marked(found.message)} {', '.join([*places, *more])}</li>"

    def items(self, title: str, items: Sequence[object]) -> Iterator[str]:
        """A heading and the answers to some items."""
        yield f"<h2>{title}</h2>"
        yield from (self.answer(answer) for answer in self.audit.answers if answer.item in items)

    def answer(self, answer: Answer) -> str:
        """One item: its outcome, which opens to its evidence."""
        head = (
            f'<span class="word">{answer.outcome.value}</span> <h3>{answer.item.key} {marked(answer.item.title)}</h3>'
        )
        body = [f'<p class="soft">The guide: {marked(answer.item.guide)}</p>']
        if answer.reason:
            body.append(f"<p>{marked(answer.reason)}</p>")
        body += [self.finding(item) for item in answer.findings]
        if answer.outcome is not Outcome.NOT_APPLICABLE and answer.facts:
            body.append(f"<ul>{''.join(self.fact(item) for item in answer.facts)}</ul>")
        is_open = " open" if answer.outcome is Outcome.FAILED else ""
        kind = CLASSES[answer.outcome]
        return f'<details class="item {kind}"{is_open}><summary>{head}</summary>{"".join(body)}</details>'

    def fact(self, fact: Fact) -> str:
        """One fact with its places."""
        places = [where(place, self.shown) for place in fact.places[:MAX_PLACES]]
        if len(fact.places) > MAX_PLACES:
            places.append(f"{len(fact.places) - MAX_PLACES} more")
        return f"<li>{marked(fact.text)} {', '.join(places)}</li>"

    def finding(self, finding: Finding) -> str:
        """One finding: what is wrong, the code, what to write instead; the second time, where that is."""
        if finding in self.told:
            link = f'<a href="#f{self.told[finding]}">Shown above.</a>'
            return f'<div class="finding"><p>{self.said(finding)} {link}</p></div>'
        number = self.told[finding] = len(self.told) + 1
        notes = "".join(
            f"<li>{marked(note.message)} {where(note.location, self.shown)}{self.excerpt(note.location, 0)}</li>"
            for note in finding.related
        )
        excerpt = self.excerpt(finding.location, AROUND)
        return (
            f'<div class="finding" id="f{number}"><p>{self.said(finding)}</p>'
            f"{excerpt}{f'<ul>{notes}</ul>' if notes else ''}{instead(finding.code)}</div>"
        )

    def said(self, finding: Finding) -> str:
        """A finding in a sentence."""
        head = f"<strong>{finding.code} {finding.name}</strong> ({finding.severity.label})"
        return f"{head}: {marked(finding.message)} {where(finding.location, self.shown)}"

    def excerpt(self, place: Location, around: int) -> str:
        """The lines around a place, with what is meant in its first line marked."""
        source = self.read(place.path)
        numbers = range(max(1, place.line - around), min(len(source.lines), place.line + around) + 1)
        lines = [f"{number:>5}  {self.line(source, number, place)}" for number in numbers]
        return f'<pre tabindex="0"><code>{chr(10).join(lines)}</code></pre>' if lines else ""

    def line(self, source: Source, number: int, place: Location) -> str:
        """One line of source."""
        text = source.line(number)
        if number != place.line:
            return quoted(text.replace("\t", "    "))
        start, end = place.column - 1, place.end_column - 1 if place.end_line == place.line else len(text)
        before, meant, after = (part.replace("\t", "    ") for part in (text[:start], text[start:end], text[end:]))
        return f"{quoted(before)}<b>{quoted(meant)}</b>{quoted(after)}"

    def others(self) -> Iterator[str]:
        """The findings that belong to no item of the guide."""
        if self.audit.others:
            yield "<h2>Other findings</h2>"
            yield from (self.finding(item) for item in self.audit.others)

    def made_of(self) -> Iterator[str]:
        """The drawing, and the tables."""
        yield "<h2>What the project is made of</h2>"
        picture = drawing(graph(self.audit.inventory), {item.location for item in self.audit.findings})
        if picture:
            yield f'<div class="wide" tabindex="0" role="region" aria-label="From engines to routes">{picture}</div>'
        yield from (self.table(item) for item in tables(self.audit.inventory))
        every = routes(self.audit.inventory)
        if every.rows:
            yield f"<details><summary>All {len(every.rows)} routes</summary>{self.table(every)}</details>"

    def table(self, table: Table) -> str:
        """One table, which scrolls when it is wider than the screen."""
        head = "".join(f'<th scope="col">{plain(name)}</th>' for name in table.head)
        rows = "".join(f"<tr>{''.join(self.cell(cell) for cell in row)}</tr>" for row in table.rows)
        return (
            f'<div class="wide" tabindex="0" role="region" aria-label="{plain(table.title)}"><table>'
            f"<caption>{plain(table.title)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def cell(self, cell: Cell) -> str:
        """One cell."""
        return f"<td>{where(cell, self.shown) if isinstance(cell, Location) else plain(cell)}</td>"


def render(audit: Audit, shown: Shown, read: Read) -> str:
    """The audit as a page; `read` gives a source file by its path from the root."""
    return Page(audit, shown, read).text()
