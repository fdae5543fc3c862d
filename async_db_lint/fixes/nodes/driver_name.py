"""The driver of a database URL, named where the URL is written."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import inside
from async_db_lint.rule import Change, Fixer, Safety, Syntax, Url, cst


def naming_driver(url: Url, named: str) -> Fixer[cst.Call]:
    """The fix that writes a driver into the scheme of a URL: `fix=naming_driver(url, "postgresql+asyncpg")`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        text = text_with(call, url.scheme)
        if text is None and url.statement is not None:
            there = syntax.statement(url.path, url.statement)
            text = None if there is None else text_with(there, url.scheme)
        if text is None or "sslmode" in text.value:  # libpq's word, which asyncpg does not know
            return None
        changed = text.with_changes(value=text.value.replace(url.scheme, named, 1))
        whole: cst.CSTNode = text  # CPython's tree knows no place inside of joined and formatted strings
        while isinstance(around := syntax.parent(whole), (cst.FormattedString, cst.ConcatenatedString)):
            whole = around
        pair = (text, changed) if whole is text else (whole, whole.deep_replace(text, changed))
        return Change(f"Name the driver: `{named}`", Safety.UNSAFE, (pair,))

    return fix


def text_with(node: cst.CSTNode, scheme: str) -> cst.SimpleString | cst.FormattedStringText | None:
    """The one string inside a node that begins with a scheme, or is one, as in `drivername="postgresql"`."""
    found: list[cst.SimpleString | cst.FormattedStringText] = []
    for item in inside(node):
        if isinstance(item, cst.SimpleString):
            value = item.value[len(item.prefix) :].strip("\"'")
        elif isinstance(item, cst.FormattedStringText):
            value = item.value
        else:
            continue
        if value == scheme or value.lower().startswith(f"{scheme}://"):
            found.append(item)
    only = found[0] if len(found) == 1 else None
    return only if only is not None and scheme in only.value else None
