"""What runs on the application's event loop while it serves: proven by calls from a route or dependency."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Literal, Name, Usage
from async_db_lint.index.scopes import CONDITIONS, Block, BlockKind, Function, Scope
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import dominates, place_of
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.read.source import Role

MAX_CONDITIONS = 2
MAX_HELPERS = 3  # plain helpers between an `async def` and what blocks in them

BLOCKING_METHODS = {
    library.SYNC_SESSION: frozenset(
        """
        execute scalar scalars get get_one commit flush refresh merge exec
        bulk_save_objects bulk_insert_mappings bulk_update_mappings connection
        """.split()
    ),
    library.SYNC_ENGINE: frozenset(("connect", "begin", "raw_connection")),
    library.SYNC_CONNECTION: frozenset(("execute", "scalar", "scalars", "commit", "exec_driver_sql")),
    "sqlalchemy.Query": frozenset(["all", "first", "one", "one_or_none", "scalar", "count", "get", "update", "delete"]),
}
# Methods of an async session after which it certainly holds a connection.
STATEMENTS = frozenset("execute scalar scalars get get_one refresh connection stream stream_scalars exec".split())
SYNCHRONOUS = frozenset(
    "Session sessionmaker create_engine engine_from_config Engine Connection scoped_session".split()
)
DRIVERS = frozenset(("psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect"))


class OnLoop(NamedTuple):
    """A function that runs on the loop: the `async def` it runs in, and the calls from there down to it."""

    root: Function
    helpers: tuple[Call, ...]

    def call_in_root(self, call: Call) -> Call:
        """The call in the `async def` itself that leads to a call in the function, or that call."""
        return self.helpers[0] if self.helpers else call


class Loop:
    """Answers whether code runs on the event loop while the application serves."""

    def __init__(self, codebase: Codebase) -> None:
        """Take what is known of the project."""
        self.codebase = codebase
        self._serves: dict[Function, bool] = {}
        self._on_loop: dict[Function, tuple[OnLoop, ...]] = {}

    def of(self, function: Function) -> tuple[OnLoop, ...]:
        """The proofs that a function runs on the loop, one for each `async def` that leads to it, nearest first."""
        if function not in self._on_loop:
            self._on_loop[function] = tuple(self._of(function))
        return self._on_loop[function]

    def _of(self, function: Function) -> Iterator[OnLoop]:
        rows: list[tuple[Function, tuple[Call, ...]]] = [(function, ())]
        seen: set[Scope] = {function}
        for current, calls in rows:
            if self.codebase.application.role_of(current) is not Role.APPLICATION:
                continue
            if current.is_async:
                if self.serves(current):
                    yield OnLoop(current, calls)
                continue
            if current.is_generator or len(calls) >= MAX_HELPERS:
                continue
            for call in self.codebase.inference.callers(current):
                scope = call.block.scope
                if isinstance(scope, Function) and not scope.is_lambda and scope not in seen:
                    seen.add(scope)
                    rows.append((scope, (call, *calls)))

    def serves(self, function: Function) -> bool:
        """Whether an `async def` certainly runs for requests, in the loop that serves them."""
        if function not in self._serves:
            chain = self.codebase.reach.chain_to(function, self._is_served)
            self._serves[function] = chain is not None and not any(self._leaves(call) for call in chain)
        return self._serves[function]

    def _is_served(self, scope: Scope) -> bool:
        return isinstance(scope, Function) and scope.is_async and self.codebase.is_per_request(scope)

    def _leaves(self, call: Call) -> bool:
        """Whether a call hands its coroutine to another loop: `asyncio.run(work())`."""
        return call.usage is Usage.ARGUMENT and any(
            item.method in ("run", "run_until_complete", "run_coroutine_threadsafe")
            and any(argument.value is call for argument in item.arguments)
            for item in call.block.scope.calls
        )

    def is_taken(self, proof: OnLoop, call: Call) -> bool:
        """Whether the way from the `async def` to a call is one that requests take.

        Not behind a parameter that is off unless somebody switches it on, and not behind two conditions
        or more, one in each of two functions: that they hold together is not known.
        """
        links = (*proof.helpers, call)
        if any(_is_switched_off(link) for link in links):
            return False
        return sum(link.block.inside(CONDITIONS) for link in links) < MAX_CONDITIONS

    def connection_held_at(self, call: Call) -> str | None:
        """The name of an async session that certainly holds a connection at a call; None when none is known to.

        A session has none before its first statement, and gives it back when it commits, rolls back or is closed.
        """
        name = self.session_held_at(call)
        if name is None:
            return None
        before = [item for item in call.block.scope.calls if item.statement.index < call.statement.index]
        asked = [item for item in before if item.receiver == Name(name) and item.usage is Usage.AWAITED]
        last = max(asked, key=lambda item: item.statement.index, default=None)
        is_held = last is not None and last.method in STATEMENTS and dominates(last.block, call.block)
        return name if is_held else None

    def session_held_at(self, call: Call) -> str | None:
        """The name of an async session that is open around a call in its function; None when none is known."""
        scope = call.block.scope
        for block in call.block.outward():
            if block.kind is BlockKind.ASYNC_WITH and self._is_session(block.heads[0], block):
                return _bound_in(scope, block)
        if isinstance(scope, Function):
            for parameter in scope.parameters:
                binding = scope.bindings[parameter.name][0]
                value = self.codebase.inference.value_of_parameter(scope, binding)
                if self.codebase.inference.is_a(value, *library.SESSIONS) and value is not None and value.chain:
                    return parameter.name
        return None

    def _is_session(self, expr: object, block: Block) -> bool:
        if not isinstance(expr, Call):
            return False
        value = self.codebase.inference.call(expr)
        if value is not None and value.kind is Kind.ASYNC_MANAGER:
            value = value.inner
        return self.codebase.inference.is_a(value, *library.SESSIONS)

    def blocking_calls(self) -> list[tuple[Call, Value | None]]:
        """Every call of the project that waits for the database in a thread's own time."""
        found: list[tuple[Call, Value | None]] = []
        for cls, names in BLOCKING_METHODS.items() if self._has_synchronous() else ():
            for name in sorted(names):
                for call in self.codebase.inference.table.named(name):
                    if call.receiver is None or call.usage is Usage.AWAITED:  # awaited: async, whatever it is annotated
                        continue
                    owner = self.codebase.inference.value(call.receiver, place_of(call))
                    if self.codebase.inference.is_a(owner, cls):
                        found.append((call, owner))
        for call in self.codebase.inference.table.named("connect"):
            if self.codebase.inference.library_name(self.codebase.inference.callee(call)) in DRIVERS:
                found.append((call, None))
        return found

    def _has_synchronous(self) -> bool:
        """Whether any file imports what synchronous sessions and engines are made of, or annotated with."""
        return any(
            (item.name in SYNCHRONOUS and item.module.partition(".")[0] in ("sqlalchemy", "sqlmodel"))
            or (item.name is None and item.module in ("sqlalchemy", "sqlalchemy.orm", "sqlmodel"))
            or item.name == "orm"
            for module in self.codebase.modules.values()
            for item in module.imports
        )


def _is_switched_off(call: Call) -> bool:
    """Whether a call is under `if parameter:` when the parameter's default is False or None."""
    scope = call.block.scope
    if not isinstance(scope, Function):
        return False
    for block in call.block.outward():
        head = block.heads[0] if block.kind is BlockKind.IF and block.heads else None
        parameter = scope.parameter(head.name) if isinstance(head, Name) else None
        if parameter is not None and isinstance(parameter.default, Literal) and not parameter.default.value:
            return True
    return False


def _bound_in(scope: Scope, block: Block) -> str | None:
    for bindings in scope.bindings.values():
        for binding in bindings:
            if binding.block is block and binding.statement is block.opener:
                return binding.name
    return None
