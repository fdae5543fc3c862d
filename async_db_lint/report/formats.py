"""The output formats by name: some for people, the others for programs, each in a file of its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from async_db_lint.rule.finding import Finding

FOR_PEOPLE = ("full", "concise", "grouped")
# Each has a module `as_…` with `render(findings, shown)`, imported when it is asked for.
FOR_PROGRAMS = ("json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson")
FOR_FORGES = ("sarif", "github", "gitlab", "rdjson")  # their paths are from the top of the repository
FORMATS = (*FOR_PEOPLE, *FOR_PROGRAMS)

Shown = Callable[[str], str]


def rendered(name: str, findings: Sequence[Finding], shown: Shown) -> str:
    """The findings in one of the formats for programs; `shown` turns a path from the root into a printed one."""
    module = importlib.import_module(f"{__package__}.as_{name.replace('-', '_')}")
    return cast("str", module.render(findings, shown))


def fingerprints(findings: Sequence[Finding]) -> Iterator[str]:
    """What tells each finding from the others, and stays the same when its line moves."""
    import hashlib
    from collections import Counter

    seen: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = (finding.code, finding.location.path, finding.message)
        yield hashlib.sha256("\0".join((*key, str(seen[key]))).encode(errors="replace")).hexdigest()
        seen[key] += 1
