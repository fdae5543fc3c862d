"""`with` and `for` made asynchronous, or plain."""

from __future__ import annotations

from async_db_lint.rule import Change, Fixer, Safety, Syntax, cst


def make_async(header: cst.With | cst.For, syntax: Syntax) -> Change | None:
    """The fix that writes `async` before a `with` of one item, or before a `for`."""
    if isinstance(header, cst.With) and len(header.items) != 1:
        return None
    word = "with" if isinstance(header, cst.With) else "for"
    changed = header.with_changes(asynchronous=cst.Asynchronous(cst.SimpleWhitespace(" ")))
    return Change(f"Use `async {word}`", Safety.SAFE, ((header, changed),))


def make_plain(header: cst.With | cst.For, syntax: Syntax) -> Change | None:
    """The fix that removes `async` before a `for`."""
    if not isinstance(header, cst.For) or header.asynchronous is None:
        return None
    return Change("Use `for`", Safety.SAFE, ((header, header.with_changes(asynchronous=None)),))


def of_header(fix: Fixer[cst.With | cst.For]) -> Fixer[cst.BaseExpression]:
    """The same fix, from what a `with` enters or a `for` runs over: `fix=of_header(make_async)`."""

    def of_expression(node: cst.BaseExpression, syntax: Syntax) -> Change | None:
        header = syntax.around(node, cst.With, cst.For)
        return fix(header, syntax) if isinstance(header, (cst.With, cst.For)) else None

    return of_expression
