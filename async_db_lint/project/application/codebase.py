"""The code of a project, linked: names, calls, inference, the application, and what reaches what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from async_db_lint.index.expressions import Await, Call, Expr, Name
from async_db_lint.index.scopes import Binding, Block, Function, Module, Scope, TargetBinding
from async_db_lint.project.application.application import AROUND_SERVING, PER_REQUEST, Application, Trigger
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.application.reach import Reach
from async_db_lint.project.application.routers import Routers
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.inference.infer import ProjectInference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.call_table import CallTable
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Value
from async_db_lint.project.surroundings import Surroundings
from async_db_lint.read.source import Role

SERVERS = frozenset({"uvicorn", "hypercorn", "granian", "gunicorn"})


class Codebase:
    """All modules of a project, linked, and the words in which questions about them are asked."""

    def __init__(
        self, modules: dict[str, Module], roles: dict[str, Role], names: Names, surroundings: Surroundings
    ) -> None:
        """Take the modules by path, the role of each path, how names resolve, and what else is known."""
        self.modules = modules
        self.roles = roles
        self.names = names
        self.table = CallTable(modules.values())
        self.inference = ProjectInference(names, self.table, surroundings.hints)
        self.application = Application(self.inference, modules, roles)
        self.counted = {path: module for path, module in modules.items() if self._counts(module)}
        self.unread = surroundings.unread
        self.routers = Routers(self.inference, self.table)
        self.reach = Reach(self.inference, self.application, self.counted, self.unread)

    def _counts(self, module: Module) -> bool:
        """Whether a file can start or stop an application: not tests, migrations, or scripts without a server."""
        role = self.roles.get(module.path, Role.APPLICATION)
        return role is Role.APPLICATION or (role is Role.SCRIPT and not SERVERS.isdisjoint(module.mentions))

    def site(self, call: Call) -> CallSite:
        """A call of the index, with what the project knows about it."""
        return CallSite(call, self.application)

    def calls(self, *names: str, on: Iterable[str] | None = None) -> Iterator[CallSite]:
        """The calls with one of some last names; with `on`, only methods of objects of those library classes.

        Example: `project.calls("execute", "scalar", on=SESSIONS)`.
        """
        classes = None if on is None else tuple(on)
        for name in names:
            for call in self.table.named(name):
                site = self.site(call)
                if classes is None or (call.method == name and self.is_a(site.owner, *classes)):
                    yield site

    def calls_to(self, *names: str) -> Iterator[CallSite]:
        """The calls to functions or classes of a library, by their canonical names.

        Example: `project.calls_to("sqlalchemy.text")`.
        """
        for name in names:
            for call in self.table.named(name.rpartition(".")[2]):
                if self.inference.library_name(self.inference.callee(call)) == name:
                    yield self.site(call)

    def awaits(self) -> Iterator[Await]:
        """Every `await` of the project."""
        for scope in self.scopes():
            yield from scope.awaits

    def assignments(self, name: str) -> Iterator[TargetBinding]:
        """The assignments to an attribute of some name: `engine.echo = True` for `echo`.

        Example: `project.assignments("echo")`.
        """
        for module in self.modules.values():
            if name in module.mentions:
                for scope in module.inner():
                    yield from (item for item in scope.targets if item.name == name)

    def blocks(self) -> Iterator[Block]:
        """Every block of the project: bodies of `with`, `for`, `if`, `try` and comprehensions."""
        for scope in self.scopes():
            yield from scope.blocks

    def scopes(self) -> Iterator[Scope]:
        """Every module, class and function of the project."""
        for module in self.modules.values():
            yield from module.inner()

    def functions(self) -> Iterator[Function]:
        """Every function of the project, including methods and lambdas."""
        return iter(self.table.functions)

    def functions_run_as(self, trigger: Trigger) -> Iterator[Function]:
        """The functions that a framework runs: as a route, a dependency, a lifespan, …"""
        return (function for function, triggers in self.application.triggers.items() if trigger in triggers)

    def role(self, item: Call | Function) -> Role:
        """The role of the file that contains a call or function."""
        return self.application.role_of(item)

    def is_in_application(self, item: Call | Function | Binding | TargetBinding) -> bool:
        """Whether a call, function or assignment is in a file of the application."""
        if isinstance(item, (Binding, TargetBinding)):
            return self.roles.get(item.block.scope.module.path) is Role.APPLICATION
        return self.role(item) is Role.APPLICATION

    def value(self, expr: Expr | None, at: Call | Await) -> Value | None:
        """What an expression is at the place of a call or an `await`."""
        return self.inference.value(expr, place_of(at))

    def value_at(self, expr: Expr | None, place: Place) -> Value | None:
        """What an expression is at a place."""
        return self.inference.value(expr, place)

    def member(self, value: Value, name: str) -> Value | None:
        """An attribute or method of a value."""
        return self.inference.member(value, name)

    def is_a(self, value: Value | None, *classes: str) -> bool:
        """Whether a value is an object of a library's class, or of a class of the project that inherits from it."""
        return self.inference.is_a(value, *classes)

    def is_session(self, value: Value | None) -> bool:
        """Whether a value is an async session."""
        return self.is_a(value, *library.SESSIONS)

    def is_sync_session(self, value: Value | None) -> bool:
        """Whether a value is a synchronous session."""
        return self.is_a(value, *library.SYNC_SESSIONS)

    def is_on_session_of_module(self, call: Call) -> bool:
        """Whether a call is a method of a session that is bound outside of the function."""
        if not isinstance(call.receiver, Name) or not self.is_session(self.value(call.receiver, call)):
            return False
        return not self.is_local(call.receiver, place_of(call))

    def is_local(self, name: Name, place: Place) -> bool:
        """Whether a name is bound in a function, or nowhere, rather than in a module or class."""
        found = bindings_of(name.name, place)
        return found is None or isinstance(found[0], Function)

    def is_bound_locally(self, name: Name, place: Place) -> bool:
        """Whether a name is bound in a function or class, as a parameter is, rather than in a module."""
        found = bindings_of(name.name, place)
        return found is not None and not isinstance(found[0], Module)

    def is_per_request(self, scope: Scope) -> bool:
        """Whether a scope is a function that a framework calls once per request."""
        return isinstance(scope, Function) and self.application.is_called_at(scope, *PER_REQUEST)

    def is_reached_when_started(self, scope: Scope) -> bool:
        """Whether an application runs a scope, itself or by calls from what it runs."""
        if isinstance(scope, Function):
            return self.reach.chain_to(scope, self.is_started) is not None
        return self.is_started(scope)

    def is_started(self, scope: Scope) -> bool:
        """Whether an application runs a scope: a framework calls it, or it is the top of a module that is imported."""
        if isinstance(scope, Function):
            return self.application.is_called_at(scope, *PER_REQUEST, *AROUND_SERVING)
        return scope.module in self.application.served_modules
