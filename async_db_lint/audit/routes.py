"""The dependencies that lead to a session, and how each route gets one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from async_db_lint.audit import entries
from async_db_lint.audit.audited import Audited
from async_db_lint.audit.sessions import EITHER, factories_of, openings
from async_db_lint.index.expressions import Call, Literal
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project.application.application import Registration, Trigger
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.application.injection import Injected, around, injected
from async_db_lint.project.application.startup import run_by
from async_db_lint.project.loading.responses import Readiness
from async_db_lint.project.names.values import Kind, Value

ROUTES = (Trigger.ROUTE, Trigger.WEBSOCKET)
MAX_DEPENDENCIES = 60  # of one function, through others
STREAMS = ("StreamingResponse", "EventSourceResponse", "add_task", "create_task")  # these need a session of their own


class Routes:
    """The routes of a project, and what is injected into them."""

    def __init__(self, audited: Audited) -> None:
        """Take what is asked about."""
        self.audited = audited

    @cached_property
    def registrations(self) -> list[Registration]:
        """The routes that are asked about."""
        known = self.audited.project.application.registrations
        return [item for item in known if item.trigger in ROUTES and self.audited.counts(item.function)]

    @cached_property
    def opened(self) -> dict[Function, set[Call]]:
        """The calls that open sessions, by their function."""
        found: dict[Function, set[Call]] = {}
        for function, call in openings(self.audited):
            found.setdefault(function, set()).add(call)
        return found

    @cached_property
    def serving(self) -> dict[Function, tuple[Injected, int]]:
        """Each function that is injected, on the way to a session, and how many routes it serves."""
        found: dict[Function, tuple[Injected, int]] = {}
        for route in self.registrations:
            direct = (*injected(self.audited.project, route.function), *around(self.audited.project, route))
            for item in self.needed(direct):
                if self.leads(item):
                    first, count = found.get(item.target, (item, 0))
                    found[item.target] = (first, count + 1)
        return found

    @cached_property
    def titles(self) -> dict[Function, str]:
        """What each dependency is called: its name, and its file where others have the same name."""
        counts = Counter(title(function) for function in self.serving)
        return {
            function: title(function) if counts[title(function)] == 1 else f"{title(function)} in {function.path}"
            for function in self.serving
        }

    def needed(self, direct: tuple[Injected, ...]) -> list[Injected]:
        """Some injected functions, and what is injected into those."""
        found = list({item.target: item for item in direct}.values())
        for item in found[:MAX_DEPENDENCIES]:
            known = {other.target for other in found}
            found += [other for other in injected(self.audited.project, item.target) if other.target not in known]
        return list({item.target: item for item in found}.values())

    def leads(self, item: Injected) -> bool:
        """Whether what is injected is a session, opens one, or is given one."""
        return any(self.gives(other) for other in self.needed((item,)))

    def gives(self, item: Injected) -> bool:
        """Whether what is injected is a session, or opens one itself."""
        if self.audited.project.inference.is_a(item.value, *EITHER) or item.target in self.opened:
            return True
        return any(function.owner is not None and function.owner is _class_of(item.value) for function in self.opened)

    def origins(self, item: Injected) -> frozenset[Call]:
        """The calls that open the sessions which an injected function gives or uses."""
        found = set(self.opened.get(item.target, ()))
        for function, calls in self.opened.items():
            if function.owner is not None and function.owner is _class_of(item.value):
                found |= calls
        if item.value is not None and self.audited.project.inference.is_a(item.value, *EITHER):
            found |= item.value.origins
        return frozenset(found)

    def dependencies(self) -> Iterator[entries.Dependency]:
        """Every dependency on the way from a route to a session."""
        for target, (item, count) in self.serving.items():
            needs = [other.target for other in injected(self.audited.project, target) if self.leads(other)]
            yield entries.Dependency(
                name=self.titles[target],
                place=self.audited.place(target),
                gives=described(item.value),
                is_session=self.audited.project.inference.is_a(item.value, *EITHER),
                factories=factories_of(self.audited, self.origins(item)),
                needs=tuple(dict.fromkeys(self.titles[other] for other in needs if other in self.titles)),
                routes=count,
            )

    def routes(self) -> Iterator[entries.Route]:
        """Every route, in the order of the files."""
        for item in self.registrations:
            direct = [other for other in injected(self.audited.project, item.function) if self.leads(other)]
            yield entries.Route(
                name=item.function.name,
                path=url_path(self.audited.project, item),
                place=self.audited.place(item.function),
                session="dependency" if direct else self.by_itself(item.function),
                dependencies=tuple(dict.fromkeys(self.titles[other.target] for other in direct)),
                response=self.responses.get(item.function, ""),
            )

    @cached_property
    def responses(self) -> dict[Function, str]:
        """Of each route that returns mapped objects, whether what its response reads is loaded."""
        found: dict[Function, set[Readiness]] = {}
        known = self.audited.project.loading.responses
        for response in known.of_routes():
            found.setdefault(response.route, set()).add(known.readiness(response))
        worst = (Readiness.MISSING, Readiness.UNKNOWN, Readiness.LOADED)
        return {route: next(item.value for item in worst if item in seen) for route, seen in found.items()}

    def by_itself(self, function: Function) -> str:
        """How a route gets a session that is not injected."""
        project = self.audited.project
        if any(call.method in STREAMS for call in function.calls):
            return "stream"
        if function in self.opened:
            return "own"
        if any(project.is_on_session_of_module(call) for call in function.calls):
            return "module"
        if any(project.is_session(project.value(call.receiver, call)) for call in function.calls):
            return "dependency"  # of a framework, or by the request's state
        functions, unknown = run_by(project, function)
        if any(other in self.opened for other in functions):
            return "called"
        return "" if unknown else "none"


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


METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace", "websocket")


def url_path(codebase: Codebase, item: Registration) -> str:
    """The method and path of a route with the prefixes of its routers; `…` for what is not written out."""
    path = None if item.call is None else item.call.argument("path", 0)
    if item.call is None or not isinstance(path, Literal):
        return ""
    method = item.call.method or ""
    prefixes = [call.keyword("prefix") for call in codebase.routers.around(item.call)]
    texts = [str(prefix.value) if isinstance(prefix, Literal) else "…" for prefix in prefixes if prefix is not None]
    written = "".join((*reversed(texts), str(path.value)))
    return f"{method.upper()} {written}" if method in METHODS else written


def _class_of(value: Value | None) -> Class | None:
    return value.definition if value is not None and isinstance(value.definition, Class) else None
