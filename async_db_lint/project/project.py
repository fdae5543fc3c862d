"""The project as rules see it: a few words that read like sentences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Await, Call, Expr, Name
from async_db_lint.index.scopes import Function, Module, Scope
from async_db_lint.project import library
from async_db_lint.project.definitions import bindings_of
from async_db_lint.project.engines import Engine, engines
from async_db_lint.project.hints import Hints
from async_db_lint.project.infer import NO_HINTS
from async_db_lint.project.kinds import Value
from async_db_lint.project.loop import Loop, OnLoop
from async_db_lint.project.options import Option, option
from async_db_lint.project.places import Place, place_of
from async_db_lint.project.unreadable import Unreadable
from async_db_lint.project.versions import Versions
from async_db_lint.project.view import View
from async_db_lint.source import Role


class BlockingCall(NamedTuple):
    """A synchronous database call on the event loop: what it is called on, and the proof that it runs there."""

    call: Call
    owner: Value | None
    proof: OnLoop


class Project(View):
    """All modules together, with their roles and the versions that they target."""

    def __init__(
        self,
        modules: dict[str, Module],
        roles: dict[str, Role],
        versions: Versions,
        unreadable: tuple[Unreadable, ...] = (),
        settings: tuple[tuple[str, str], ...] = (),
        files: Iterable[str] = (),
        root: str = "",
        hints: Hints = NO_HINTS,
    ) -> None:
        """Take modules by path, roles, versions, unreadable and settings files, all paths, the root's name, hints."""
        super().__init__(modules, roles, files, root, hints)
        self.versions = versions
        self.unreadable = unreadable
        self.settings = settings

    @cached_property
    def engines(self) -> list[Engine]:
        """Every engine and pool that is made by a call in the project."""
        return engines(self)

    @cached_property
    def loop(self) -> Loop:
        """What runs on the event loop while the application serves."""
        return Loop(self)

    @cached_property
    def blocking_calls(self) -> list[BlockingCall]:
        """The synchronous database calls that are proven to run on the event loop."""
        found: list[BlockingCall] = []
        for call, owner in self.loop.blocking_calls():
            function = enclosing_function(call.block.scope)
            if function is None or call.block.scope is not function:
                continue
            proof = self.loop.of(function)
            if proof is not None and self.loop.is_taken(proof, call):
                found.append(BlockingCall(call, owner, proof))
        return found

    @cached_property
    def is_on_sqlalchemy_2(self) -> bool:
        """Whether the project is known to run on SQLAlchemy 2: by its files, or by a name that 1.4 lacks."""
        if "sqlalchemy" in self.versions.ranges:
            return self.versions.is_sqlalchemy_2
        new = {"async_sessionmaker", "DeclarativeBase", "mapped_column"}
        return any(not new.isdisjoint(module.mentions) for module in self.modules.values())

    @cached_property
    def is_async(self) -> bool:
        """Whether the project makes an async engine, or has an async session at all."""
        if any(engine.is_async and engine.role is not Role.TEST for engine in self.engines):
            return True
        return any(True for _ in self.makers_of(library.FACTORY, library.SESSION, library.POOL))

    def methods(self, names: Iterable[str], *classes: str) -> Iterator[tuple[Call, Value]]:
        """The calls of methods by name on objects of some classes, each with its object."""
        for name in names:
            for call in self.table.named(name):
                owner = self.receiver(call)
                if owner is not None and call.method == name and self.inference.is_a(owner, *classes):
                    yield call, owner

    def receiver(self, call: Call) -> Value | None:
        """What the method of a call is called on."""
        return None if call.receiver is None else self.inference.value(call.receiver, place_of(call))

    def value(self, expr: Expr | None, at: Call | Await) -> Value | None:
        """What an expression is where a call or an `await` stands."""
        return self.inference.value(expr, place_of(at))

    def value_at(self, expr: Expr | None, place: Place) -> Value | None:
        """What an expression is at a place."""
        return self.inference.value(expr, place)

    def option(self, call: Call, name: str) -> Option:
        """A keyword argument of a call, also from a splatted dict."""
        return option(self.inference, call, name)

    def role(self, item: Call | Function) -> Role:
        """The role of the file in which something stands."""
        return self.application.role_of(item)

    def is_session(self, value: Value | None) -> bool:
        """Whether a value is an async session."""
        return self.inference.is_a(value, *library.SESSIONS)

    def is_sync_session(self, value: Value | None) -> bool:
        """Whether a value is a synchronous session."""
        return self.inference.is_a(value, *library.SYNC_SESSIONS)

    def is_on_session_of_module(self, call: Call) -> bool:
        """Whether a call is a method of a session that is bound outside the function."""
        if not isinstance(call.receiver, Name) or not self.is_session(self.receiver(call)):
            return False
        found = bindings_of(call.receiver.name, place_of(call))
        return found is not None and not isinstance(found[0], Function)

    def scopes(self) -> Iterator[Scope]:
        """Every module, class and function of the project."""
        for module in self.modules.values():
            yield from module.inner()

    def functions(self) -> Iterator[Function]:
        """Every function of the project, methods and lambdas included."""
        return iter(self.table.functions)

    def name_of(self, call: Call) -> str | None:
        """The canonical name of the library's function or class that is called."""
        return self.inference.library_name(self.inference.callee(call))


def enclosing_function(scope: Scope) -> Function | None:
    """The function in which a scope stands: itself, or the one around a lambda."""
    current: Scope | None = scope
    while isinstance(current, Function) and current.name == "<lambda>":
        current = current.parent
    return current if isinstance(current, Function) else None
