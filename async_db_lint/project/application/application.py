"""The application: what FastAPI, Starlette and others call when it starts, serves and stops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Either, Expr, Literal, Name, Sequence, is_nothing
from async_db_lint.index.scopes import Function, Module
from async_db_lint.project.inference import dependencies
from async_db_lint.project.inference.decorators import ROUTERS, decorator_value, is_router_method
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.options import option
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import END, Place, place_of
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.read.source import Role

# Calls that make a process which serves until it is stopped.
MAKERS = frozenset(
    """
    fastapi.FastAPI starlette.Starlette litestar.Litestar litestar.app.Litestar quart.Quart
    sanic.Sanic aiohttp.web.Application aiogram.Dispatcher discord.Client discord.ext.commands.Bot
    faststream.FastStream telegram.ext.Application
    """.split()
)
HANDLER_LISTS = ("on_startup", "on_shutdown")  # of a router
APPLICATIONS = ("FastAPI", "Starlette", "APIRouter")
WEBSOCKETS = ("websocket", "websocket_route")


class Trigger(Enum):
    """When a framework calls a function of the project."""

    ROUTE = "route"
    WEBSOCKET = "websocket"
    DEPENDENCY = "dependency"
    LIFESPAN = "lifespan"
    STARTUP = "startup"
    SHUTDOWN = "shutdown"
    MIDDLEWARE = "middleware"


PER_REQUEST = (Trigger.ROUTE, Trigger.WEBSOCKET, Trigger.DEPENDENCY, Trigger.MIDDLEWARE)
"""What a framework calls for each request. Example: `project.application.is_called_at(function, *PER_REQUEST)`."""
AT_START = (Trigger.LIFESPAN, Trigger.STARTUP)
"""What a framework calls when the application starts. Example: `if item.trigger in AT_START:`."""
AT_STOP = (Trigger.LIFESPAN, Trigger.SHUTDOWN)
"""What a framework calls when the application stops."""
AROUND_SERVING = (Trigger.LIFESPAN, Trigger.STARTUP, Trigger.SHUTDOWN)
"""What a framework calls before and after it serves. Example: `if item.trigger in AROUND_SERVING:`."""
EVENTS = {trigger.value: trigger for trigger in (Trigger.STARTUP, Trigger.SHUTDOWN)}  # as `on_event` spells them


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A function that a framework calls, when, and where that is written."""

    function: Function
    trigger: Trigger
    call: Call | None
    decorator: Expr | None


class Given(NamedTuple):
    """An expression that a framework is given to call, the place where it is, when it is called, and by which call."""

    expr: Expr
    place: Place
    trigger: Trigger
    call: Call | None


class Application:
    """What the frameworks call in a project."""

    def __init__(self, inference: Inference, modules: dict[str, Module], roles: dict[str, Role]) -> None:
        """Take inference, the modules by path, and the role of each path."""
        self.inference = inference
        self.modules = modules
        self.roles = roles

    @cached_property
    def makers(self) -> list[Call]:
        """The calls, outside tests and migrations, that make an application."""
        found: list[Call] = []
        for name in sorted({item.rpartition(".")[2] for item in MAKERS}):
            for call in self.inference.table.named(name):
                made = self.inference.callee(call)
                if self._makes_application(made) and self.role_of(call) in (Role.APPLICATION, Role.SCRIPT):
                    found.append(call)
        for cls in self.inference.table.classes:
            if any(base in MAKERS for base in self._library_bases(cls.bases, cls.module)):
                found += [call for call in self.inference.table.named(cls.name) if self._constructs(call, cls)]
        return found

    def _makes_application(self, value: Value | None) -> bool:
        return self.inference.library_name(value) in MAKERS

    def _library_bases(self, bases: tuple[Expr, ...], module: Module) -> list[str | None]:
        place = Place(module.body, END)
        return [self.inference.library_name(self.inference.value(base, place)) for base in bases]

    def _constructs(self, call: Call, cls: object) -> bool:
        value = self.inference.callee(call)
        return value is not None and value.definition is cls

    @cached_property
    def served_modules(self) -> set[Module]:
        """The modules that make an application, and those they import, directly or through others."""
        found = {call.block.scope.module for call in self.makers}
        found |= {item.function.module for item in self.registrations if item.trigger in PER_REQUEST}
        queue = [module for module in found if self.roles.get(module.path) in (Role.APPLICATION, Role.SCRIPT, None)]
        found = set(queue) if self.makers else set()
        for module in queue if found else ():
            for other in self.inference.names.imported(module):
                if other not in found:
                    found.add(other)
                    queue.append(other)
        return found

    def role_of(self, item: Call | Function) -> Role:
        """The role of the file that contains a call or function."""
        module = item.module if isinstance(item, Function) else item.block.scope.module
        return self.roles.get(module.path, Role.APPLICATION)

    @cached_property
    def registrations(self) -> list[Registration]:
        """Every function that a framework calls, with when."""
        given = (*self._lifespans(), *self._handlers(), *self._routes(), *self._dependencies())
        found = (item for one in given for item in self._registered(one))
        return [*self._decorated(), *found, *self._middleware()]

    @cached_property
    def triggers(self) -> dict[Function, set[Trigger]]:
        """When each registered function is called."""
        found: dict[Function, set[Trigger]] = {}
        for item in self.registrations:
            found.setdefault(item.function, set()).add(item.trigger)
        return found

    def is_called_at(self, function: Function, *triggers: Trigger) -> bool:
        """Whether a framework calls a function at one of some times."""
        return not self.triggers.get(function, set()).isdisjoint(triggers)

    def _decorated(self) -> list[Registration]:
        found: list[Registration] = []
        for function in self.inference.table.functions:
            for decorator in function.decorators:
                if not isinstance(decorator, Call) or not isinstance(decorator.callee, Attribute):
                    continue
                trigger = self._decorator_trigger(function, decorator)
                if trigger is not None:
                    found.append(Registration(function, trigger, decorator, decorator))
        return found

    def _decorator_trigger(self, function: Function, decorator: Call) -> Trigger | None:
        name = decorator.method or ""
        if name not in library.ROUTE_METHODS:
            return None
        if not is_router_method(self.inference, decorator_value(self.inference, function, decorator)):
            return None
        return _trigger(name, decorator.argument("event_type", 0))

    @cached_property
    def has_unknown_handlers(self) -> bool:
        """Whether something that is not understood runs when an application starts or stops."""
        calls = [call for call in self._routers() if self._may_serve(call.block.scope.module)]
        if any(not option(self.inference, call, "lifespan").is_certain for call in calls):
            return True  # perhaps it is in a dict that is not understood
        given = (item for item in (*self._lifespans(), *self._handlers()) if self._may_serve(item.place.scope.module))
        return self._has_unknown_list(calls) or any(
            not is_nothing(item.expr)
            and self.inference.value(item.expr, item.place) is None
            and not self._registered(item)
            for item in given
        )

    def _may_serve(self, module: Module) -> bool:
        """Whether a file may belong to what serves: it is no test or migration."""
        return self.roles.get(module.path, Role.APPLICATION) in (Role.APPLICATION, Role.SCRIPT)

    def _has_unknown_list(self, calls: list[Call]) -> bool:
        """Whether handlers are given in a list, or under an event, that is not written out."""
        lists = [option(self.inference, call, f"on_{event}").value for call in calls for event in EVENTS]
        if any(item is not None and not is_nothing(item) and not isinstance(item, Sequence) for item in lists):
            return True
        added = [call for call in self.inference.table.named("add_event_handler") if self._on_router(call)]
        added = [call for call in added if self._may_serve(call.block.scope.module)]
        if any(not isinstance(call.argument("event_type", 0), Literal) for call in added):
            return True
        appended = (
            call.receiver for name in ("append", "extend", "insert") for call in self.inference.table.named(name)
        )
        return any(isinstance(item, Attribute) and item.name in HANDLER_LISTS for item in appended)

    def _routers(self) -> Iterator[Call]:
        """The calls that make an application or a router."""
        for name in APPLICATIONS:
            for call in self.inference.table.named(name):
                if self.inference.is_a(self.inference.call(call), *ROUTERS):
                    yield call

    def _lifespans(self) -> Iterator[Given]:
        for call in self._routers():
            given = option(self.inference, call, "lifespan")
            if given.value is not None:
                yield Given(given.value, given.place, Trigger.LIFESPAN, call)
        for _, target in self.inference.table.targets("lifespan_context"):
            yield Given(target.value, place_of(target), Trigger.LIFESPAN, None)

    def _handlers(self) -> Iterator[Given]:
        for call in self.inference.table.named("add_event_handler"):
            event = call.argument("event_type", 0)
            handler = call.argument("func", 1)
            if handler is not None and isinstance(event, Literal) and event.value in EVENTS:
                if self._on_router(call):
                    yield Given(handler, place_of(call), EVENTS[event.value], call)
        for name in APPLICATIONS:
            for call in self.inference.table.named(name):
                for event_name, trigger in EVENTS.items():
                    given = call.keyword(f"on_{event_name}")
                    for item in given.items if isinstance(given, Sequence) else ():
                        yield Given(item, place_of(call), trigger, call)

    def _routes(self) -> Iterator[Given]:
        for name in ("add_api_route", "add_route", "Route", "APIRoute"):
            for call in self.inference.table.named(name):
                endpoint = call.argument("endpoint", 1)
                if endpoint is not None:
                    yield Given(endpoint, place_of(call), Trigger.ROUTE, call)

    def _on_router(self, call: Call) -> bool:
        return call.receiver is not None and self.inference.is_a(
            self.inference.value(call.receiver, place_of(call)), *ROUTERS
        )

    def _dependencies(self) -> Iterator[Given]:
        for name in ("Depends", "Security"):
            for call in self.inference.table.named(name):
                target = dependencies.target_of(call)
                if target is not None and dependencies.is_depends(self.inference, call):
                    yield Given(target, place_of(call), Trigger.DEPENDENCY, call)

    def _middleware(self) -> list[Registration]:
        found: list[Registration] = []
        for call in self.inference.table.named("add_middleware"):
            cls = call.argument("middleware_class", 0)
            if cls is not None and self._on_router(call):
                value = self.inference.value(cls, place_of(call))
                for method in ("dispatch", "__call__"):
                    found += self._method(value, method, call)
        return found

    def _method(self, value: Value | None, name: str, call: Call) -> list[Registration]:
        if value is None or value.kind is not Kind.CLASS:
            return []
        bound = self.inference.member(value, name)
        function = self.inference.function(bound)
        return [] if function is None else [Registration(function, Trigger.MIDDLEWARE, call, None)]

    def _registered(self, given: Given) -> list[Registration]:
        """What an expression registers: a function, or each of those that it may mean."""
        expr, place = given.expr, given.place
        function = self.inference.function_behind(self.inference.value(expr, place))
        if function is not None:
            return [Registration(function, given.trigger, given.call, None)]
        options = [(item, place) for item in expr.options] if isinstance(expr, Either) else []
        if isinstance(expr, Name):
            known = definitions(self.inference, expr, place)
            options = [(item, where) for item, where in known if isinstance(item, Either)]
        return [found for item, where in options for found in self._registered(given._replace(expr=item, place=where))]


def _trigger(method: str, event: Expr | None) -> Trigger | None:
    """When a function decorated with a router's method is called."""
    if method in library.HTTP_METHODS:
        return Trigger.ROUTE
    if method in WEBSOCKETS:
        return Trigger.WEBSOCKET
    if method == "middleware":
        return Trigger.MIDDLEWARE
    if method == "on_event" and isinstance(event, Literal) and isinstance(event.value, str):
        return EVENTS.get(event.value)
    return None
