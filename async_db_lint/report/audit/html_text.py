"""Texts of an audit as HTML: nothing of a user's file is markup."""

from __future__ import annotations

import re
from html import escape

from async_db_lint.report.formats import Shown
from async_db_lint.report.terminal import escaped
from async_db_lint.rule.finding import Location

PASSWORD = re.compile(r"(://[^:@/\s'\"]*:)[^@/\s'\"{}]+(@)")


def plain(text: str) -> str:
    """A text without markup and without control characters."""
    return escape(escaped(text))


def quoted(text: str) -> str:
    """Source text without the passwords of the URLs in it: pages are passed on."""
    return plain(PASSWORD.sub(r"\1…\2", text))


def marked(text: str) -> str:
    """A text with the parts in backticks shown as code; all plain when a backtick has no partner."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(f"<code>{plain(part)}</code>" if number % 2 else plain(part) for number, part in enumerate(parts))


def where(place: Location, shown: Shown) -> str:
    """A place."""
    return f'<span class="where">{plain(shown(place.path))}:{place.line}</span>'
