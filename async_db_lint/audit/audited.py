"""What an audit looks at: a linked project, and the files that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from async_db_lint.index.expressions import Call, Span
from async_db_lint.index.scopes import Function
from async_db_lint.project.project import Project
from async_db_lint.read.sources import Sources
from async_db_lint.rule.finding import Location


class Audited:
    """A project, the paths asked about, and the places in them."""

    def __init__(self, project: Project, wanted: Collection[str], source: Sources) -> None:
        """Take the project, the paths that the audit is about, and its files."""
        self.project = project
        self.wanted = wanted
        self._source = source

    def counts(self, item: Call | Function) -> bool:
        """Whether something is in application code that the audit is about."""
        return self.is_wanted(item) and self.project.is_in_application(item)

    def is_wanted(self, item: Call | Function) -> bool:
        """Whether something is in a file that the audit is about."""
        return item.path in self.wanted

    def at(self, path: str, span: Span) -> Location:
        """A span of a file as a place to print."""
        return Location.of(self._source(path), span)

    def place(self, item: Call | Function) -> Location:
        """The place of a call, or of a function's header."""
        if isinstance(item, Call) or item.statement is None:
            return self.at(item.path, item.span)
        return self.at(item.path, item.statement.span._replace(line=item.span.line, column=item.span.column))

    def places(self, items: Iterable[Call | Function]) -> tuple[Location, ...]:
        """The places of several, in the order of files and lines, each once."""
        found = {self.place(item) for item in items}
        return tuple(sorted(found, key=lambda place: (place.path, place.line, place.column)))
