"""`on_event` handlers moved into one lifespan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from async_db_lint.fixes.nodes.lifespan import ended, is_yield, needed_for_lifespan, new_lifespan, with_lifespan
from async_db_lint.rule import (
    Change,
    Fixer,
    Function,
    Handlers,
    Safety,
    Syntax,
    can_define_lifespan,
    cst,
)

if TYPE_CHECKING:
    from async_db_lint.rule.change import Replacement

TITLE = "Move the handlers into one lifespan"


def moving_handlers(handlers: Handlers) -> Fixer[cst.Call]:
    """The fix that lets a lifespan call the handlers in place of the decorators: `fix=moving_handlers(handlers)`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        pairs: list[tuple[cst.CSTNode, Replacement]] = []
        for function in dict.fromkeys((*handlers.starts, *handlers.stops)):
            node = syntax.function(function)
            if node is None:
                return None
            kept = [item for item in node.decorators if not _is_event(item)]
            pairs.append((node, node.with_changes(decorators=kept)))
        pair = _in_new(handlers, syntax) if handlers.lifespan is None else _in_existing(handlers, syntax)
        if pair is None:
            return None
        needed = needed_for_lifespan(handlers.maker.path) if handlers.lifespan is None else ()
        return Change(TITLE, Safety.UNSAFE, (*pairs, pair), needed)

    return fix


def _calls(functions: Sequence[Function]) -> list[str]:
    """The statements that run some handlers."""
    return [f"{'await ' if item.is_async else ''}{item.name}()" for item in functions]


def _in_new(handlers: Handlers, syntax: Syntax) -> tuple[cst.CSTNode, Replacement] | None:
    maker = handlers.maker
    found = syntax.call_in_line(maker) if can_define_lifespan(maker) else None
    if found is None:
        return None
    blank = syntax.blank_above(maker.path, maker.statement.span.line)
    function = new_lifespan(_calls(handlers.starts), _calls(handlers.stops), blank)
    changed = with_lifespan(*found, function)
    return None if changed is None else (found[0], changed)


def _in_existing(handlers: Handlers, syntax: Syntax) -> tuple[cst.CSTNode, Replacement] | None:
    """The lifespan with the handlers' calls before its `yield` and at its end."""
    function = None if handlers.lifespan is None else syntax.function(handlers.lifespan)
    if function is None or not isinstance(function.body, cst.IndentedBlock):
        return None
    body = list(function.body.body)
    place = next((number for number, item in enumerate(body) if is_yield(item)), None)
    if place is None:
        return None
    before = [cst.parse_statement(text) for text in _calls(handlers.starts)]
    changed: cst.FunctionDef | None = function.with_changes(
        body=function.body.with_changes(body=[*body[:place], *before, *body[place:]])
    )
    for text in _calls(handlers.stops):
        changed = None if changed is None else ended(changed, text)
    return None if changed is None else (function, changed)


def _is_event(decorator: cst.Decorator) -> bool:
    call = decorator.decorator
    return isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "on_event"
