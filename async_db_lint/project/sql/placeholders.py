"""Placeholders that asyncpg does not know, in SQL that it is given itself."""

from __future__ import annotations

import re

NO_CODE = re.compile(
    r"--[^\n]*|/\*.*?\*/|\$(\w*)\$.*?\$\1\$|\"[^\"]*\"|\b[eE]'(?:\\.|''|[^'\\])*'|'(?:''|[^'])*'", re.DOTALL
)
"""Comments, bodies, quoted names and strings, in which placeholders mean nothing."""
OWN = "asyncpg's are `$1`, `$2`"
PERCENT = re.compile(r"(?<![\w)])%s(?!\w)|%\(\w+\)s")
LIST = re.compile(r"(?<!\$\d )(?<!position\()\bIN\s+\$\d", re.IGNORECASE)
COLON = re.compile(r"(?:^|(?<=[=<>(,]))\s*:[A-Za-z_]\w*|\b(?:and|or|where|limit|offset|like|in)\s+:\w+", re.IGNORECASE)


def wrong_placeholder(text: str) -> str:
    """What is wrong with the placeholders of a statement for asyncpg, in a sentence; empty for nothing.

    Example: `message = wrong_placeholder(text)`.
    """
    bare = NO_CODE.sub("''", text)
    if PERCENT.search(bare):
        return f"`%s` is psycopg's placeholder: {OWN}"
    if LIST.search(bare):
        return "`IN $1` is no SQL: write `= ANY($1)` and pass a list"
    return f"`:name` is SQLAlchemy's placeholder: {OWN}" if COLON.search(bare) else ""
