"""What the pages of the rules claim in figures, names of exceptions and quoted texts, and where it was seen.

Whatever is not in a rule's proof, its example or a library's own source stands in `unproven.json`, with a reason.
"""

from __future__ import annotations

import json
import re
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from async_db_lint.rule import Rule

FIXTURES = Path(__file__).parents[2] / "fixtures"
UNPROVEN = Path(__file__).with_name("unproven.json")
LIBRARIES = ("sqlalchemy", "asyncpg", "fastapi", "starlette", "sqlmodel", "alembic")
WORDS = """
    two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty hundred thousand
    second third fourth fifth sixth seventh eighth ninth tenth eleventh sixteenth twentieth
""".split()
FIGURE = re.compile(rf"(?<![\w.])\d+(?:\.\d+)*(?!\w)|\b(?:{'|'.join(WORDS)})\b")
EXCEPTION = re.compile(r"\b[A-Z]\w*(?:Error|Exception|Greenlet|Warning|Timeout)\b")
CONTINUED = re.compile(r'"\s*\n\s*f?"')  # a text that Python joins


def claims(rule: type[Rule]) -> list[str]:
    """The figures, exceptions and quoted texts of what happens, in order."""
    pieces = one_line(rule.part("Happens")).split("`")
    found = FIGURE.findall(" ".join(pieces[::2]))
    for quoted in pieces[1::2]:
        found += EXCEPTION.findall(quoted)
        name, _, text = quoted.partition(": ")
        is_raised = EXCEPTION.fullmatch(name) is not None and text
        found += [text] if is_raised else [quoted] if " " in quoted else []
    return list(dict.fromkeys(found))


def unproven(rule: type[Rule]) -> Iterator[str]:
    """The claims that no proof row, line of the example or text of a library bears out."""
    rows, example = rows_of(rule), example_of(rule)
    for claim in claims(rule):
        seen = rows if EXCEPTION.fullmatch(claim) else f"{rows} {example}"  # what is raised must have been
        is_seen = re.search(rf"(?<![\w.]){re.escape(claim)}(?!\w|\.\d)", seen) is not None
        if not is_seen and not (" " in claim and claim in library_texts()):
            yield claim


def rows_of(rule: type[Rule]) -> str:
    """What was measured, with these versions and others."""
    path = folder_of(rule) / "proof.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    parts = [known.get("rows", []), *known.get("elsewhere", {}).values()]
    return one_line(" ".join(str(value) for rows in parts for row in rows for value in row.values()))


def example_of(rule: type[Rule]) -> str:
    """The code of the rule's examples."""
    return one_line(" ".join(path.read_text() for path in sorted(folder_of(rule).rglob("*.py"))))


def folder_of(rule: type[Rule]) -> Path:
    return FIXTURES / f"{rule.code}-{rule.name}"


@cache
def library_texts() -> str:
    """The sources of the libraries that are installed."""
    site = Path(sysconfig.get_paths()["purelib"])
    files = (path for name in LIBRARIES for path in sorted((site / name).rglob("*.py")))
    return one_line(" ".join(CONTINUED.sub("", path.read_text()) for path in files))


def one_line(text: str) -> str:
    return " ".join(text.split())
