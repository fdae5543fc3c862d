"""How code is quoted in messages."""

from __future__ import annotations

from async_db_lint.index.expressions import Argument, Attribute, Await, Call, Either, Expr, Literal, Name, Subscript


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


def spelled(expr: Expr) -> str:
    """An expression as it would be written, with literals; `…` for what the index does not keep."""
    match expr:
        case Literal(value):
            return repr(value)
        case Attribute(value, name):
            return f"{spelled(value)}.{name}"
        case Call():
            given = ", ".join(_argument(item) for item in expr.arguments)
            return f"{spelled(expr.callee)}({given})"
        case Either(options):
            return " or ".join(spelled(item) for item in options)
    return quoted(expr)


def _argument(argument: Argument) -> str:
    value = spelled(argument.value)
    if argument.keyword is None:
        return value
    return f"**{value}" if argument.keyword == "**" else f"{argument.keyword}={value}"
