"""Where the start and the end of the project's one application are written, or can be."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Name, is_nothing
from async_db_lint.index.scopes import Function, Module, TargetBinding
from async_db_lint.project.application.application import AT_STOP, EVENTS, Registration, Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.names.imports import is_bound_once
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.uses import names_of


class Home(NamedTuple):
    """The file that holds the end of an application: in its lifespan, or beside the call that makes it."""

    path: str
    lifespan: Function | None
    maker: Call


class Handlers(NamedTuple):
    """The event handlers of one application, all in its own file, and its lifespan where it has one."""

    maker: Call
    lifespan: Function | None
    starts: tuple[Function, ...]
    stops: tuple[Function, ...]


def only_application(codebase: Codebase) -> Call | None:
    """The call that makes the project's one FastAPI application; None for several, or a lifespan set later."""
    makers = [call for call in codebase.application.makers if codebase.is_in_application(call)]
    if len(makers) != 1 or codebase.site(makers[0]).library_name != "fastapi.FastAPI":
        return None
    return None if codebase.table.targets("lifespan_context") else makers[0]


def has_lifespan(codebase: Codebase, maker: Call) -> bool:
    """Whether the application that a call makes certainly has a lifespan: as an argument, or set on its router later.

    Example: `if all(has_lifespan(project, maker) for maker in makers):`.
    """
    given = maker.keyword("lifespan")
    if given is not None:
        return not is_nothing(given)
    return any(_is_router_of(codebase, item, maker) for _, item in codebase.table.targets("lifespan_context"))


def _is_router_of(codebase: Codebase, target: TargetBinding, maker: Call) -> bool:
    """Whether `app.router.lifespan_context = …`, at the top of a module, is about the application of a call."""
    owner = target.owner
    if not isinstance(owner, Attribute) or owner.name != "router" or is_nothing(target.value):
        return False
    value = codebase.value_at(owner.value, place_of(target))
    is_certain = isinstance(target.block.scope, Module) and target.block is target.block.scope.body
    return is_certain and value is not None and value.origins == {maker}


def can_define_lifespan(maker: Call) -> bool:
    """Whether a file can be given a `lifespan`: it has nothing of that name, and knows FastAPI by its own."""
    bindings = maker.block.scope.module.bindings
    return "lifespan" not in bindings and "FastAPI" in bindings


def home_of(codebase: Codebase) -> Home | None:
    """The home of the project's one application; None when its end is written elsewhere."""
    maker = only_application(codebase)
    if maker is None:
        return None
    found = [item for item in codebase.application.registrations if item.trigger in AT_STOP]
    lifespans = [item.function for item in found if item.trigger is Trigger.LIFESPAN and item.call is maker]
    if len(found) == len(lifespans) == 1:
        return Home(lifespans[0].path, lifespans[0], maker)
    if found or maker.keyword("lifespan") is not None or maker.splats:
        return None
    has_events = any(True for name in ("on_event", "add_event_handler") for _ in codebase.table.named(name))
    return None if has_events or maker.keyword("on_startup") is not None else Home(maker.path, None, maker)


def handlers_of(codebase: Codebase) -> Handlers | None:
    """The handlers of the project's one application; None when they are not all plain functions beside it."""
    maker = only_application(codebase)
    if maker is None or maker.splats or not isinstance(maker.block.scope, Module):
        return None
    if any(maker.keyword(f"on_{name}") is not None for name in EVENTS):
        return None
    events = [item for item in codebase.application.registrations if item.trigger in EVENTS.values()]
    if not events or not _are_movable(codebase, events, maker):
        return None
    spans = [item for item in codebase.application.registrations if item.trigger is Trigger.LIFESPAN]
    own = [item.function for item in spans if item.call is maker and item.function.module is maker.block.scope]
    if len(own) != len(spans) or len(own) > 1 or (maker.keyword("lifespan") is not None) != bool(own):
        return None
    if any(item.function.name in function.bindings for item in events for function in own):
        return None
    starts = tuple(item.function for item in events if item.trigger is Trigger.STARTUP)
    stops = tuple(item.function for item in events if item.trigger is Trigger.SHUTDOWN)
    return Handlers(maker, own[0] if own else None, starts, stops)


def _are_movable(codebase: Codebase, events: list[Registration], maker: Call) -> bool:
    """Whether handlers are plain functions beside their application, and there are no others that would stop to run."""
    module = maker.block.scope.module
    functions = {item.function for item in events}
    names = {function.name for function in functions}
    if len(names) != len(functions) or not all(is_bound_once(module, name) for name in names):
        return False
    if not all(_is_plain(item, module) and _is_on(item, maker) for item in events):
        return False
    registered = [call for name in ("on_event", "add_event_handler") for call in codebase.table.named(name)]
    return len(registered) == len(events)


def _is_on(item: Registration, maker: Call) -> bool:
    """Whether a handler is registered on the application itself, rather than on a router."""
    receiver = None if item.call is None else item.call.receiver
    return isinstance(receiver, Name) and receiver.name in names_of(maker)


def _is_plain(item: Registration, module: Module) -> bool:
    function = item.function
    return item.decorator is not None and function.parent is module and not function.parameters
