"""The engines and pools of a project: where each is made, with what options, and what disposes it."""

from __future__ import annotations

from functools import cached_property

from async_db_lint.index.expressions import Attribute, Call, Name, walk
from async_db_lint.index.scopes import CONDITIONS, Function, Scope
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.engines.disposals import Disposal, Disposals, ending_methods
from async_db_lint.project.engines.ownership import is_handed_out, is_kept, is_used
from async_db_lint.project.engines.url_guards import Guard, guard_of
from async_db_lint.project.engines.urls import Driver, driver_of
from async_db_lint.project.inference.options import Option, option
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.uses import names_of
from async_db_lint.project.names.values import Kind
from async_db_lint.read.source import Role

CREATORS = {
    "create_async_engine": "sqlalchemy.create_async_engine",
    "async_engine_from_config": "sqlalchemy.async_engine_from_config",
    "create_engine": "sqlalchemy.create_engine",
    "engine_from_config": "sqlalchemy.engine_from_config",
    "create_pool": "asyncpg.create_pool",
}
# What connects to a URL without SQLAlchemy's asyncio extension.
CONNECTORS = ("connect", "create_pool", "create_engine", "ConnectionPool", "AsyncConnectionPool")
UNPOOLED = frozenset({"sqlalchemy.NullPool", "sqlalchemy.StaticPool"})


class Engine:
    """One call that makes an engine or an asyncpg pool."""

    def __init__(self, call: Call, kind: str, codebase: Codebase, disposals: Disposals) -> None:
        """Take the call, the canonical class that it makes, the project's code, and every disposal in it."""
        self.call = call
        self.kind = kind
        self.codebase = codebase
        self._disposals = disposals

    @property
    def is_async(self) -> bool:
        """Whether it is an AsyncEngine."""
        return self.kind == library.ENGINE

    @property
    def is_pool(self) -> bool:
        """Whether it is an asyncpg pool, which is closed rather than disposed."""
        return self.kind == library.POOL

    @property
    def role(self) -> Role:
        """The role of the file in which it is made."""
        return self.codebase.application.role_of(self.call)

    @property
    def scope(self) -> Scope:
        """The scope in which it is made."""
        return self.call.block.scope

    def option(self, name: str) -> Option:
        """A keyword argument of the call."""
        return option(self.codebase.inference, self.call, name)

    @cached_property
    def driver(self) -> Driver | None:
        """The dialect and driver that its URL names; None when the URL is not known."""
        url = self.call.argument("url", 0)
        if url is not None:
            return driver_of(self.codebase.inference, url, place_of(self.call))
        option = self.option("url")
        return None if option.value is None else driver_of(self.codebase.inference, option.value, option.place)

    @cached_property
    def guard(self) -> Guard | None:
        """The validator of a setting that gives the URL its driver, where the URL itself is not known."""
        url = self.call.argument("url", 0)
        return None if url is None else guard_of(self.codebase.inference, url, place_of(self.call))

    @cached_property
    def has_shared_url(self) -> bool:
        """Whether a synchronous engine or a driver has the same URL, which it could not use with an async driver."""
        prefix = None if self.driver is None else self.driver.prefix
        statement = None if prefix is None else prefix.statement
        if prefix is None or statement is None:
            return False
        scope = prefix.place.scope
        names = {name for name, rows in scope.bindings.items() if any(row.statement is statement for row in rows)}
        for call in (call for name in CONNECTORS for call in self.codebase.table.named(name)):
            if any(
                isinstance(part, (Name, Attribute)) and part.name in names
                for argument in call.arguments
                for part in walk(argument.value)
            ):
                return True
        others = (other.driver for other in engines(self.codebase) if not other.is_async)
        return any(other is not None and other.prefix.statement is statement for other in others)

    @cached_property
    def is_unpooled(self) -> bool:
        """Whether it keeps no connections, or may keep none: then there is nothing to dispose."""
        given = self.option("poolclass")
        if given.value is not None:
            name = self.codebase.inference.library_name(self.codebase.inference.value(given.value, given.place))
            return name in UNPOOLED or name is None
        mentions = self.scope.module.mentions
        return not given.is_certain and ("NullPool" in mentions or "StaticPool" in mentions)

    @cached_property
    def is_conditional(self) -> bool:
        """Whether it is made under an `if`."""
        return self.call.block.inside(CONDITIONS)

    @cached_property
    def is_in_application(self) -> bool:
        """Whether an application certainly makes it: when its module is imported, when it starts, or as it serves."""
        if self.role is not Role.APPLICATION or self.scope.module not in self.codebase.application.served_modules:
            return False
        scope = self.scope
        if not isinstance(scope, Function):
            return True
        return self.codebase.reach.chain_to(scope, self.codebase.is_started) is not None

    @cached_property
    def per_request(self) -> list[Call] | None:
        """The calls from a route, dependency or middleware to the function that makes a new one each time; or None."""
        scope = self.scope
        if not isinstance(scope, Function) or is_kept(self.codebase, self.call):
            return None
        return self.codebase.reach.chain_to(scope, self.codebase.is_per_request, leads=self._leads)

    def _leads(self, call: Call) -> bool:
        """Whether a call on the way makes an engine each time it is reached: nothing keeps what it gives."""
        return not is_kept(self.codebase, call)

    @cached_property
    def is_one_off(self) -> bool:
        """Whether it connects to what the function is given or works out, and the same function disposes it."""
        scope = self.scope
        url = self.call.argument("url", 0)
        if not isinstance(scope, Function) or not isinstance(url, Name) or url.name not in scope.bindings:
            return False
        return any(call.method in ("dispose", "close") for inner in scope.inner() for call in inner.calls)

    @cached_property
    def disposals(self) -> list[Disposal]:
        """What may dispose this engine and may run: empty when it is certain that nothing does."""
        return [item for item in self._disposals.of(self.kind) if self._is_meant(item)]

    @cached_property
    def early_disposals(self) -> list[Disposal]:
        """Those that do not run when the application stops, but before it serves, or when it fails."""
        return [item for item in self.disposals if not item.ends(self.codebase.application)]

    def _is_meant(self, disposal: Disposal) -> bool:
        receiver = self.codebase.inference.value(disposal.expr.value, disposal.place)
        if receiver is None or receiver.kind is Kind.FOREIGN:
            return True
        if receiver.kind is not Kind.INSTANCE or receiver.name != self.kind:
            return False
        return not receiver.origins or self.call in receiver.origins

    @property
    def endings(self) -> tuple[str, ...]:
        """The methods that end it."""
        return ending_methods(self.kind)

    @cached_property
    def names(self) -> set[str]:
        """The names to which the call's value is bound directly."""
        return names_of(self.call)

    @cached_property
    def is_handed_out(self) -> bool:
        """Whether it is passed to code outside the project that may dispose it."""
        return is_handed_out(self.codebase, self.call, self.kind)

    @cached_property
    def is_used(self) -> bool:
        """Whether anything but a session factory that nobody uses refers to it."""
        return is_used(self.codebase, self.call)

    @property
    def title(self) -> str:
        """What a message calls it: the first name that it has, or the function that makes it."""
        return f"`{sorted(self.names)[0]}`" if self.names else "this engine" if not self.is_pool else "this pool"


def engines(codebase: Codebase) -> list[Engine]:
    """Every engine and pool that the project makes by calling the libraries' functions."""
    found: list[Engine] = []
    disposals = Disposals(codebase)
    for last, name in CREATORS.items():
        for call in codebase.inference.table.named(last):
            if codebase.inference.library_name(codebase.inference.callee(call)) == name:
                found.append(Engine(call, library.MAKES[name], codebase, disposals))
    return found
