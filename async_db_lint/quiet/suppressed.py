"""Whether a finding is suppressed by a comment in its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from async_db_lint.quiet.suppression_comments import Suppression, by_line, has_any, read
from async_db_lint.read.sources import Sources
from async_db_lint.rule.finding import Finding


class Suppressions:
    """Reads the suppressions of each file when a finding in it is asked about."""

    def __init__(self, sources: Sources, canonical: Callable[[str], str], honours_noqa: bool = True) -> None:
        """Take the files, what turns a rule's name into its code, and whether `noqa` is our business.

        Where the host handles `noqa` itself, only our own comments suppress.
        """
        self.sources = sources
        self.canonical = canonical
        self.honours_noqa = honours_noqa
        self._in_file: dict[str, Sequence[Suppression]] = {}
        self._by_line: dict[str, dict[int, list[Suppression]]] = {}

    def in_file(self, path: str) -> Sequence[Suppression]:
        """The suppressions of a file."""
        if path not in self._in_file:
            source = self.sources(path)
            self._in_file[path] = read(source, self.canonical) if has_any(source.data) else ()
        return self._in_file[path]

    def is_suppressed(self, finding: Finding) -> bool:
        """Whether a comment suppresses a finding."""
        return any(item.is_ours or self.honours_noqa for item in self._covering(finding))

    def is_noqa(self, finding: Finding) -> bool:
        """Whether a `noqa` covers a finding, also where the host handles it."""
        return any(not item.is_ours for item in self._covering(finding))

    def divided(self, findings: Iterable[Finding]) -> tuple[list[Finding], list[Finding]]:
        """The findings that are reported, and those that are suppressed."""
        kept: list[Finding] = []
        suppressed: list[Finding] = []
        for finding in findings:
            (suppressed if self.is_suppressed(finding) else kept).append(finding)
        return kept, suppressed

    def _covering(self, finding: Finding) -> list[Suppression]:
        path, line = finding.location.path, finding.location.line
        if path not in self._by_line:
            self._by_line[path] = by_line(self.in_file(path))
        return [item for item in self._by_line[path].get(line, ()) if item.covers(finding)]
