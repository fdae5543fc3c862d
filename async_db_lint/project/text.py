"""How code is quoted in messages."""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Name, Subscript


def quoted(expr: Expr) -> str:
    """An expression in a few characters: dotted names in full, arguments as `…`."""
    match expr:
        case Name(name):
            return name
        case Attribute(value, name):
            return f"{quoted(value)}.{name}"
        case Call():
            return f"{quoted(expr.callee)}({'…' if expr.arguments else ''})"
        case Await(value):
            return f"(await {quoted(value)})"
        case Subscript(value, _):
            return f"{quoted(value)}[…]"
    return "…"
