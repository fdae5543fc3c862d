"""The dependencies that lead to a session, and how each route comes by one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.audit.sessions import EITHER, factories_of, openings
from async_db_lint.index.expressions import Call, Literal
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project.application import Registration, Trigger
from async_db_lint.project.definitions import definitions
from async_db_lint.project.infer import Inference
from async_db_lint.project.injection import Injected, injected
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.places import place_of

ROUTES = (Trigger.ROUTE, Trigger.WEBSOCKET)
MAX_DEPENDENCIES = 60  # of one function, through others


class Routes:
    """The routes of a project, and what is injected into them."""

    def __init__(self, ground: Ground) -> None:
        """Take what is asked about."""
        self.ground = ground

    @cached_property
    def registrations(self) -> list[Registration]:
        """The routes that are asked about."""
        known = self.ground.project.application.registrations
        return [item for item in known if item.trigger in ROUTES and self.ground.counts(item.function)]

    @cached_property
    def opened(self) -> dict[Function, set[Call]]:
        """The calls that open sessions, by their function."""
        found: dict[Function, set[Call]] = {}
        for function, call in openings(self.ground):
            found.setdefault(function, set()).add(call)
        return found

    @cached_property
    def serving(self) -> dict[Function, tuple[Injected, set[Function]]]:
        """Each function that is injected, on the way to a session, and the routes that it serves."""
        found: dict[Function, tuple[Injected, set[Function]]] = {}
        for route in self.registrations:
            for item in self.needed(route.function):
                if self.leads(item):
                    found.setdefault(item.target, (item, set()))[1].add(route.function)
        return found

    def needed(self, function: Function) -> list[Injected]:
        """What is injected into a function, directly and through others."""
        found = list(injected(self.ground.project, function))
        for item in found[:MAX_DEPENDENCIES]:
            known = {other.target for other in found}
            found += [other for other in injected(self.ground.project, item.target) if other.target not in known]
        return found

    def leads(self, item: Injected) -> bool:
        """Whether what is injected is a session, opens one, or is given one."""
        return self.gives(item) or any(self.gives(other) for other in self.needed(item.target))

    def gives(self, item: Injected) -> bool:
        """Whether what is injected is a session, or opens one itself."""
        if self.ground.project.inference.is_a(item.value, *EITHER) or item.target in self.opened:
            return True
        return any(function.owner is not None and function.owner is _class_of(item.value) for function in self.opened)

    def origins(self, item: Injected) -> frozenset[Call]:
        """The calls that open the sessions which an injected function gives or uses."""
        found = set(self.opened.get(item.target, ()))
        for function, calls in self.opened.items():
            if function.owner is not None and function.owner is _class_of(item.value):
                found |= calls
        if item.value is not None and self.ground.project.inference.is_a(item.value, *EITHER):
            found |= item.value.origins
        return frozenset(found)

    def dependencies(self) -> Iterator[entries.Dependency]:
        """Every dependency on the way from a route to a session."""
        for target, (item, routes) in self.serving.items():
            needs = [other.target for other in injected(self.ground.project, target) if self.leads(other)]
            yield entries.Dependency(
                name=title(target),
                place=self.ground.place(target),
                gives=described(item.value),
                factories=factories_of(self.ground, self.origins(item)),
                needs=tuple(dict.fromkeys(title(other) for other in needs)),
                routes=len(routes),
            )

    def routes(self) -> Iterator[entries.Route]:
        """Every route, in the order of the files."""
        for item in self.registrations:
            direct = [other for other in injected(self.ground.project, item.function) if self.leads(other)]
            yield entries.Route(
                name=item.function.name,
                path=path_of(self.ground.project.inference, item),
                place=self.ground.place(item.function),
                session="dependency" if direct else self.by_itself(item.function),
                dependencies=tuple(dict.fromkeys(title(other.target) for other in direct)),
            )

    def by_itself(self, function: Function) -> str:
        """How a route comes by a session that is not injected."""
        if function in self.opened:
            return "own"
        on_module = any(self.ground.project.is_on_session_of_module(call) for call in function.calls)
        return "module" if on_module else ""


def title(function: Function) -> str:
    """What a dependency is called: a constructor by its class, another method with its class."""
    if function.owner is None:
        return function.name
    return function.owner.name if function.name == "__init__" else f"{function.owner.name}.{function.name}"


def described(value: Value | None) -> str:
    """What a dependency gives, in a word."""
    if value is None:
        return ""
    if value.kind is Kind.INSTANCE:
        return value.name.rpartition(".")[2]
    return value.definition.name if isinstance(value.definition, Class) else ""


def path_of(inference: Inference, item: Registration) -> str:
    """The method and path of a route, as far as they are written out, with its router's own prefix."""
    path = None if item.call is None else item.call.argument("path", 0)
    if item.call is None or not isinstance(path, Literal):
        return ""
    method = item.call.method or ""
    written = f"{_prefix(inference, item.call)}{path.value}"
    return f"{method.upper()} {written}" if method in METHODS else written


def _prefix(inference: Inference, call: Call) -> str:
    """What `APIRouter(prefix=…)` puts before the path of a route."""
    known = [] if call.receiver is None else definitions(inference, call.receiver, place_of(call))
    router = known[0][0] if len(known) == 1 else None
    prefix = router.keyword("prefix") if isinstance(router, Call) else None
    return prefix.value if isinstance(prefix, Literal) and isinstance(prefix.value, str) else ""


METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket")


def _class_of(value: Value | None) -> Class | None:
    return value.definition if value is not None and isinstance(value.definition, Class) else None
