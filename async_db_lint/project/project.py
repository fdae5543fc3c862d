"""The project as rules see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr
from async_db_lint.index.scopes import Function, Module
from async_db_lint.project import file_roles
from async_db_lint.project.application.call_site import enclosing_function
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.application.loop import Loop, OnLoop
from async_db_lint.project.effects.caught import CaughtErrors
from async_db_lint.project.effects.effects import EffectsOfFunctions
from async_db_lint.project.effects.events import Event
from async_db_lint.project.effects.held import Held, events_before, events_of_rounds, held_after
from async_db_lint.project.effects.requests import Request, Requests
from async_db_lint.project.engines.engines import Engine, engines
from async_db_lint.project.libraries import library
from async_db_lint.project.loading.loading import Loading
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.uses import names_of
from async_db_lint.project.names.values import Value
from async_db_lint.project.sql.assembled import SqlText
from async_db_lint.project.sql.sql_texts import SqlTexts
from async_db_lint.project.sql.value_sources import ValueSources
from async_db_lint.project.surroundings import Surroundings
from async_db_lint.read.source import Role

PSYCOPG_3 = re.compile(r"\bpsycopg(?!2)")  # psycopg2 cannot be the driver of an async engine
ISOLATING = ("create_async_engine", "create_engine", "execution_options", "async_engine_from_config")


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
        self.sql_files = surroundings.sql_files

    @cached_property
    def engines(self) -> list[Engine]:
        """Every engine and pool that is made by a call in the project."""
        return engines(self)

    @cached_property
    def effects(self) -> EffectsOfFunctions:
        """What functions do to sessions and connections."""
        return EffectsOfFunctions(self)

    @cached_property
    def requests(self) -> tuple[Request, ...]:
        """What happens for each route: what is injected, the route itself, and what follows.

        Example: `for request in project.requests:`.
        """
        return tuple(Requests(self, self.effects).all())

    @cached_property
    def errors(self) -> CaughtErrors:
        """The errors of sessions that are caught, and what happens then.

        Example: `for item in project.errors.all():`.
        """
        return CaughtErrors(self, self.effects)

    @cached_property
    def loading(self) -> Loading:
        """What is mapped, and what is loaded of it where.

        Example: `project.loading.unloaded`.
        """
        return Loading(self, self.effects, self.requests)

    @cached_property
    def sql_texts(self) -> tuple[SqlText, ...]:
        """The SQL that is given as text, with something put into it.

        Example: `for item in project.sql_texts:`.
        """
        return tuple(SqlTexts(self).all())

    @cached_property
    def sources(self) -> ValueSources:
        """Where values come from.

        Example: `project.sources.of(piece.expr, piece.place)`.
        """
        return ValueSources(self)

    def is_on_asyncpg(self, engine: Engine) -> bool:
        """Whether an engine certainly runs on asyncpg: by its URL, or since the project has no other async driver."""
        if engine.driver is not None:
            return engine.driver.driver == "asyncpg"
        if engine.guard is not None:
            return engine.guard.driver == "asyncpg"
        texts = [text for _, text in self.settings]
        return any("asyncpg" in text for text in texts) and not any(PSYCOPG_3.search(text) for text in texts)

    @cached_property
    def is_on_asyncpg_alone(self) -> bool:
        """Whether the application has async engines, and all of them certainly run on asyncpg.

        Example: `if project.is_on_asyncpg_alone:`.
        """
        found = [engine for engine in self.engines if engine.role is Role.APPLICATION and not engine.is_pool]
        return bool(found) and all(engine.is_async and self.is_on_asyncpg(engine) for engine in found)

    def held_at(self, call: Call, before: Sequence[Event] = ()) -> list[Held]:
        """The sessions that certainly hold a connection when a call is made; `before` is what its caller did.

        Example: `project.held_at(call.call, request.before)`.
        """
        events = self._events_around(call)
        return held_after(events_before(events, call), call.block, before)

    def held_after(self, request: Request) -> list[Held]:
        """The sessions that certainly hold a connection when a route returns at its end.

        Example: `project.held_after(request)`.
        """
        return held_after(request.own.events, request.route.body, request.before)

    @cached_property
    def isolation_levels(self) -> tuple[Expr, ...]:
        """The isolation levels that engines, connections and sessions of the project are given."""
        calls = (call for name in ISOLATING for call in self.table.named(name))
        found = (call.keyword("isolation_level") for call in calls)
        return tuple(item for item in found if item is not None)

    def held_in_loop_at(self, call: Call, before: Sequence[Event] = ()) -> list[Held]:
        """As `held_at`, when a call in a loop is made again.

        Example: `project.held_in_loop_at(call, request.before)`.
        """
        events = self._events_around(call)
        return held_after(events_of_rounds(events, call), call.block, before)

    def _events_around(self, call: Call) -> Sequence[Event]:
        scope = call.block.scope
        return self.effects.of(scope).events if isinstance(scope, Function) else ()

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
