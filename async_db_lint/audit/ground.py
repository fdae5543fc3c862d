"""What an audit looks at: a linked project, and the files that it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache

from async_db_lint.index.expressions import Call, Span
from async_db_lint.index.scopes import Function
from async_db_lint.project.project import Project
from async_db_lint.rule import Location
from async_db_lint.source import Role, Source


class Ground:
    """A project, the paths asked about, and the places in them."""

    def __init__(self, project: Project, wanted: Collection[str], data: Mapping[str, bytes]) -> None:
        """Take the project, the paths that the audit is about, and the bytes of its files."""
        self.project = project
        self.wanted = wanted
        self._source = cache(lambda path: Source(path, data.get(path, b"")))

    def counts(self, item: Call | Function) -> bool:
        """Whether something stands in application code that the audit is about."""
        return self.is_wanted(item) and self.project.role(item) is Role.APPLICATION

    def is_wanted(self, item: Call | Function) -> bool:
        """Whether something stands in a file that the audit is about."""
        return path_of(item) in self.wanted

    def at(self, path: str, span: Span) -> Location:
        """A span of a file as a place to print."""
        return Location.of(self._source(path), span)

    def place(self, item: Call | Function) -> Location:
        """Where a call stands, or the header of a function."""
        if isinstance(item, Call) or item.statement is None:
            return self.at(path_of(item), item.span)
        return self.at(path_of(item), item.statement.span._replace(line=item.span.line, column=item.span.column))

    def places(self, items: Iterable[Call | Function]) -> tuple[Location, ...]:
        """The places of several, in the order of files and lines, each once."""
        found = {self.place(item) for item in items}
        return tuple(sorted(found, key=lambda place: (place.path, place.line, place.column)))


def path_of(item: Call | Function) -> str:
    """The path of the file in which something stands."""
    return item.module.path if isinstance(item, Function) else item.block.scope.module.path
