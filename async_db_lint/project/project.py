"""The project as rules see it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Module
from async_db_lint.project import file_roles
from async_db_lint.project.application.call_site import enclosing_function
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.application.loop import Loop, OnLoop
from async_db_lint.project.engines.engines import Engine, engines
from async_db_lint.project.libraries import library
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.uses import names_of
from async_db_lint.project.names.values import Value
from async_db_lint.project.surroundings import Surroundings
from async_db_lint.read.source import Role


class BlockingCall(NamedTuple):
    """A synchronous database call on the event loop: what it is called on, and the proof that it runs there."""

    call: Call
    owner: Value | None
    proof: OnLoop


class Project(Codebase):
    """A project's code, with its engines, its event loop and the versions that it targets."""

    def __init__(
        self, modules: dict[str, Module], roles: dict[str, Role], names: Names, surroundings: Surroundings
    ) -> None:
        """Take the modules by path, the role of each path, how names resolve, and what else is known."""
        super().__init__(modules, roles, names, surroundings)
        self.versions = surroundings.versions
        self.settings = surroundings.settings
        self.unreadable = surroundings.unreadable

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
            found += (BlockingCall(call, owner, proof) for proof in self.proofs_on_loop(call))
        return found

    def proofs_on_loop(self, call: Call) -> list[OnLoop]:
        """The proofs that requests lead to a call on the event loop: one for each `async def` that they enter."""
        function = enclosing_function(call.block.scope)
        if function is None or call.block.scope is not function:
            return []
        return [proof for proof in self.loop.of(function) if self.loop.is_taken(proof, call)]

    @property
    def has_unknown_handlers(self) -> bool:
        """Whether something that is not understood runs when an application starts or stops."""
        return self.application.has_unknown_handlers

    def may_be_unread(self, word: str, made: Call) -> bool:
        """Whether a file that was not read has a word, and a name of what a call makes or of the module that makes it.

        Example: `if project.may_be_unread("remove", call.call):`.
        """
        names = (*names_of(made), file_roles.stem(made.path))
        return any(self.unread.mentions(word, name) for name in names)

    @cached_property
    def unread_imports(self) -> list[str]:
        """The paths of files that were not read, and that code which may run imports."""
        modules = self.counted.values()
        imported = {path for module in modules for item in module.imports for path in self.names.paths(module, item)}
        return [path for path in self.unread.files if path.removesuffix(".py").removesuffix("/__init__") in imported]

    @cached_property
    def has_alembic(self) -> bool:
        """Whether the project has an Alembic environment."""
        if any(path.endswith("alembic.ini") for path, _ in self.settings):
            return True
        return any(role is Role.MIGRATION for role in self.roles.values())

    @cached_property
    def is_on_sqlalchemy_2(self) -> bool:
        """Whether the project is known to run on SQLAlchemy 2: by its files, or by a name that 1.4 lacks."""
        if "sqlalchemy" in self.versions.ranges:
            return self.versions.is_sqlalchemy_2
        new = {"async_sessionmaker", "DeclarativeBase", "mapped_column"}
        return any(not new.isdisjoint(module.mentions) for module in self.modules.values())

    @cached_property
    def is_async(self) -> bool:
        """Whether the project makes an async engine outside of tests, or an async session anywhere."""
        if any(engine.is_async and engine.role is not Role.TEST for engine in self.engines):
            return True
        return any(True for _ in self.calls_to(library.FACTORY, library.SESSION, library.POOL))
