"""What is known of a project as a whole, shared by the words that rules use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from async_db_lint.index.expressions import Attribute, Call
from async_db_lint.index.scopes import Block, BlockKind, Function, Import, Module, Scope
from async_db_lint.project import library
from async_db_lint.project.application import Application, Trigger
from async_db_lint.project.disposals import Disposal
from async_db_lint.project.hints import Hints
from async_db_lint.project.infer import NO_HINTS, Inference
from async_db_lint.project.names import Names, Package
from async_db_lint.project.parameters import declared_at
from async_db_lint.project.reach import Reach
from async_db_lint.project.table import CallTable
from async_db_lint.source import Role

CACHES = frozenset({"functools.lru_cache", "functools.cache", "functools.cached_property", "async_lru.alru_cache"})
SERVERS = frozenset({"uvicorn", "hypercorn", "granian", "gunicorn"})
PER_REQUEST = (Trigger.ROUTE, Trigger.WEBSOCKET, Trigger.DEPENDENCY, Trigger.MIDDLEWARE)
AT_START = (Trigger.LIFESPAN, Trigger.STARTUP, Trigger.SHUTDOWN)


class View:
    """Names, calls, inference, application and reach of one project."""

    def __init__(
        self,
        modules: dict[str, Module],
        roles: dict[str, Role],
        files: Iterable[str] = (),
        root: str = "",
        hints: Hints = NO_HINTS,
    ) -> None:
        """Take the modules by path, their roles, all paths, the root folder's name, and what the user says of names."""
        self.modules = modules
        self.roles = roles
        self.names = Names(modules, files, root)
        self.table = CallTable(modules.values())
        self.inference = Inference(self.names, self.table, hints)
        self.application = Application(self.inference, modules, roles)
        self.counted = {path: module for path, module in modules.items() if self._counts(module)}
        self.reach = Reach(self.inference, self.application, self.counted)

    def _counts(self, module: Module) -> bool:
        """Whether a file can keep an application in order: not tests, migrations, or scripts that serve nothing."""
        role = self.roles.get(module.path, Role.APPLICATION)
        return role is Role.APPLICATION or (role is Role.SCRIPT and not SERVERS.isdisjoint(module.mentions))

    @cached_property
    def application_modules(self) -> set[Module]:
        """The modules that an application imports, directly or through others, and those that make one."""
        found = {call.block.scope.module for call in self.application.makers}
        found |= {item.function.module for item in self.application.registrations if item.trigger in PER_REQUEST}
        queue = [module for module in found if self.roles.get(module.path) in (Role.APPLICATION, Role.SCRIPT, None)]
        found = set(queue) if self.application.makers else set()
        for module in queue if found else ():
            for other in self.imported(module):
                if other not in found:
                    found.add(other)
                    queue.append(other)
        return found

    def imported(self, module: Module) -> set[Module]:
        """The modules of the project that a module imports, packages on the way included."""
        found: set[Module] = set()
        for item in set(module.imports):
            target = self.names.resolve(module, Import(item.module, None, item.level))
            if isinstance(target, Module):
                found.add(target)
            elif isinstance(target, Package):
                init = self.modules.get(f"{target.path}/__init__.py")
                member = None if item.name in (None, "*") else self.names.resolve(module, item)
                found.update(() if init is None else (init,), (member,) if isinstance(member, Module) else ())
        return found

    def makers_of(self, *names: str) -> Iterator[Call]:
        """The calls of a library's class or function, by its canonical name."""
        for name in names:
            for call in self.table.named(name.rpartition(".")[2]):
                if self.inference.library_name(self.inference.callee(call)) == name:
                    yield call

    def is_per_request(self, scope: Scope) -> bool:
        """Whether a scope is a function that a framework calls once per request."""
        return isinstance(scope, Function) and self.application.is_called_at(scope, *PER_REQUEST)

    def is_started(self, scope: Scope) -> bool:
        """Whether an application runs a scope: a framework calls it, or it is the top of a module that is imported."""
        if isinstance(scope, Function):
            return self.application.is_called_at(scope, *PER_REQUEST, *AT_START)
        return scope.module in self.application_modules

    def is_cached(self, function: Function) -> bool:
        """Whether a decorator keeps a function's first result."""
        place = declared_at(function)
        for decorator in function.decorators:
            expr = getattr(decorator, "callee", decorator)
            if self.inference.library_name(self.inference.value(expr, place)) in CACHES:
                return True
        return False

    def disposals(self, kind: str) -> list[Disposal]:
        """Every reference to `.dispose` (of an engine) or `.close` (of a pool) in code that may run."""
        if kind not in self._disposals:
            names = ("close", "terminate") if kind == library.POOL else ("dispose",)
            self._disposals[kind] = [item for name in names for item in self._find_disposals(name)]
        return self._disposals[kind]

    @cached_property
    def _disposals(self) -> dict[str, list[Disposal]]:
        return {}

    def _find_disposals(self, name: str) -> list[Disposal]:
        calls = {id(call.callee): call for call in self.table.named(name)}
        found: list[Disposal] = []
        for reference in self.reach.references(name):
            if isinstance(reference.expr, Attribute) and self._may_run(reference.place.block):
                found.append(Disposal(reference.expr, reference.place, calls.get(id(reference.expr))))
        return found

    def _may_run(self, block: Block) -> bool:
        scope = block.scope
        if isinstance(scope, Function):
            return self.reach.is_possibly_reached(scope)
        return not block.inside(frozenset({BlockKind.TYPE_CHECKING}))
