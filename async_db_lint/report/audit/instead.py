"""What to write instead, from a rule's documentation, as HTML."""

from __future__ import annotations

from html import escape
from textwrap import dedent

from async_db_lint.report.audit.html_text import marked
from async_db_lint.run.selection import find


def instead(code: str) -> str:
    """The paragraphs after `Instead:` of a rule; empty for a rule that has none."""
    rule = find(code)
    paragraphs = [] if rule is None else [part for part in rule.part("Instead").split("\n\n") if part.strip()]
    return "".join(_paragraph(part, number == 0) for number, part in enumerate(paragraphs))


def _paragraph(text: str, is_first: bool) -> str:
    if text.startswith("    "):
        return f'<pre tabindex="0"><code>{escape(dedent(text).strip())}</code></pre>'
    return f"<p>{'<strong>Instead:</strong> ' if is_first else ''}{marked(' '.join(text.split()))}</p>"
