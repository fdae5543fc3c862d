"""A rule on one screen: what is wrong, what happens, what to write instead, and a line that is reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import indent, wrap

from async_db_lint.report.remedy import measured
from async_db_lint.report.rule_page import fixtures
from async_db_lint.rule.rule import Rule

MARK = re.compile(r"\s*# expect: (?P<code>ADB\d+).*")
PARTS = {"Happens": "What happens", "Instead": "Instead"}


def card(rule: type[Rule], width: int) -> str:
    """The card of a rule, in lines of a width in columns."""
    fix = "no fix" if rule.fix is None else f"{rule.fix.value} fix"
    lines = [f"{rule.code} {rule.name} ({rule.severity.label}, {fix})", *wrap(rule.title(), width)]
    for part, title in PARTS.items():
        lines += ["", title, *_part(rule, part, width - 2)]
    line = _reported_line(rule)
    if line:
        lines += ["", "Reported, for example", f"  {line}"]
    if measured(rule.code):
        lines += ["", *wrap(f"Measured: {measured(rule.code)}", width)]
    return "\n".join([*lines, "", f"The whole page, with examples and proof: async-db-lint rule {rule.code} --full"])


def _part(rule: type[Rule], part: str, width: int) -> Iterator[str]:
    """A part of the documentation, wrapped, with its code as it is."""
    text = rule.part(part)
    text = text[:1].upper() + text[1:]
    for paragraph in filter(str.strip, text.split("\n\n")):
        if paragraph.startswith("    "):
            yield from indent(paragraph.rstrip(), "  ").splitlines()
        else:
            yield from (f"  {line}" for line in wrap(" ".join(paragraph.split()), width, break_on_hyphens=False))


def _reported_line(rule: type[Rule]) -> str:
    """The first line of the bad example that is marked as reported."""
    for title, path in fixtures(rule):
        for line in path.read_text().splitlines() if title.startswith("Reported") else ():
            found = MARK.search(line)
            if found is not None and found["code"] == rule.code:
                return line[: found.start()].strip()
    return ""
