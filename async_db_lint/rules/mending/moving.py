"""`on_event` handlers moved into one lifespan, by the rules about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Call, Name
from async_db_lint.index.scopes import Function, Module
from async_db_lint.project.application import Registration, Trigger
from async_db_lint.project.imports import is_bound_once
from async_db_lint.project.ownership import names_of
from async_db_lint.project.project import Project
from async_db_lint.rules.mending.lifespans import (
    binds_lifespan,
    ended,
    is_yield,
    needed_for,
    new_lifespan,
    with_lifespan,
)
from async_db_lint.source import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from async_db_lint.eye import Eye

TITLE = "Move the handlers into one lifespan"
EVENTS = (Trigger.STARTUP, Trigger.SHUTDOWN)


class Handlers(NamedTuple):
    """The handlers of one application, all in its own file, and its lifespan where it has one."""

    maker: Call
    lifespan: Function | None
    starts: tuple[Function, ...]
    stops: tuple[Function, ...]

    def calls(self, functions: Sequence[Function]) -> list[str]:
        """The statements that run some of them."""
        return [f"{'await ' if item.is_async else ''}{item.name}()" for item in functions]


def handlers_of(project: Project) -> Handlers | None:
    """The handlers of the project's one application; None when they are not all plain functions beside it."""
    application = project.application
    makers = [call for call in application.makers if project.role(call) is Role.APPLICATION]
    if len(makers) != 1 or project.name_of(makers[0]) != "fastapi.FastAPI" or makers[0].splats:
        return None
    maker = makers[0]
    module = maker.block.scope
    events = [item for item in application.registrations if item.trigger in EVENTS]
    spans = [item for item in application.registrations if item.trigger is Trigger.LIFESPAN]
    if not isinstance(module, Module) or not all(_is_plain(item, module) for item in events):
        return None
    if any(maker.keyword(name) is not None for name in ("on_startup", "on_shutdown")):
        return None
    own = [item.function for item in spans if item.call is maker and item.function.module is module]
    if len(own) != len(spans) or len(own) > 1 or (maker.keyword("lifespan") is not None) != bool(own):
        return None
    handlers = [item.function for item in events]
    names = {function.name for function in handlers}
    if not all(is_bound_once(module, name) for name in names) or len(names) != len(set(handlers)):
        return None
    registered = [call for name in ("on_event", "add_event_handler") for call in project.table.named(name)]
    if len(registered) != len(events) or not all(_is_on(item, maker) for item in events):
        return None  # others would no longer run
    if project.table.targets("lifespan_context") or any(names & function.bindings.keys() for function in own):
        return None
    starts = tuple(item.function for item in events if item.trigger is Trigger.STARTUP)
    stops = tuple(item.function for item in events if item.trigger is Trigger.SHUTDOWN)
    return Handlers(maker, own[0] if own else None, starts, stops) if events else None


def _is_on(item: Registration, maker: Call) -> bool:
    """Whether a handler is registered on the application itself, rather than on a router."""
    receiver = None if item.call is None else item.call.receiver
    return isinstance(receiver, Name) and receiver.name in names_of(maker)


def _is_plain(item: Registration, module: Module) -> bool:
    function = item.function
    return item.decorator is not None and function.parent is module and not function.parameters


def moved(found: Handlers, eye: Eye) -> Change | None:
    """The change that takes the decorators away and lets a lifespan call the functions."""
    pairs: list[tuple[cst.CSTNode, cst.CSTNode | cst.FlattenSentinel[cst.CSTNode]]] = []
    for function in dict.fromkeys((*found.starts, *found.stops)):
        node = eye.function(function)
        if node is None:
            return None
        pairs.append((node, node.with_changes(decorators=[item for item in node.decorators if not _is_event(item)])))
    pair = _in_new(found, eye) if found.lifespan is None else _in_existing(found, found.lifespan, eye)
    if pair is None:
        return None
    path = found.maker.block.scope.module.path
    needed = needed_for(path) if found.lifespan is None else ()
    return Change(TITLE, Safety.UNSAFE, (*pairs, pair), needed)


def _in_new(found: Handlers, eye: Eye) -> tuple[cst.CSTNode, cst.FlattenSentinel[cst.CSTNode]] | None:
    import libcst as cst

    path, maker = found.maker.block.scope.module.path, found.maker
    statement = None if binds_lifespan(maker) else eye.statement(path, maker.statement)
    call = None if statement is None else eye.at(statement, maker.span, cst.Call)
    if statement is None or call is None:
        return None
    blank = eye.blank_above(path, maker.statement.span.line)
    function = new_lifespan(found.calls(found.starts), found.calls(found.stops), blank)
    changed = with_lifespan(statement, call, function)
    return None if changed is None else (statement, changed)


def _in_existing(found: Handlers, lifespan: Function, eye: Eye) -> tuple[cst.CSTNode, cst.CSTNode] | None:
    """The lifespan with the handlers' calls before its `yield` and at its end."""
    import libcst as cst

    function = eye.function(lifespan)
    if function is None or not isinstance(function.body, cst.IndentedBlock):
        return None
    body = list(function.body.body)
    place = next((number for number, item in enumerate(body) if is_yield(item)), None)
    if place is None:
        return None
    before = [cst.parse_statement(text) for text in found.calls(found.starts)]
    changed: cst.FunctionDef | None = function.with_changes(
        body=function.body.with_changes(body=[*body[:place], *before, *body[place:]])
    )
    for text in found.calls(found.stops):
        changed = None if changed is None else ended(changed, text)
    return None if changed is None else (function, changed)


def _is_event(decorator: cst.Decorator) -> bool:
    import libcst as cst

    call = decorator.decorator
    return isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value == "on_event"
