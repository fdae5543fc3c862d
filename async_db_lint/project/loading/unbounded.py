"""Statements that load a whole table for one row of it, or for the number of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Name
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.loading.arguments import class_selected
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.results import LoadedShape
from async_db_lint.project.loading.statement_chains import StatementChain, chains_of
from async_db_lint.project.loading.statements import SELECTS
from async_db_lint.project.loading.unique_rows import UniqueRows
from async_db_lint.project.names.places import place_of
from async_db_lint.project.names.uses import uses_of

KNOWN = frozenset("where filter filter_by order_by options join outerjoin select_from".split())
LOCKING = "with_for_update"
CONDITIONS = ("where", "filter", "filter_by")
JOINS = ("join", "outerjoin")
TAKING_ALL = ("all", "fetchall")
RESULTS = (LoadedShape.RESULT, LoadedShape.SCALARS)
MANY = (LoadedShape.OBJECTS, LoadedShape.ROWS)


class Unbounded(NamedTuple):
    """The call that takes one row, or counts; the chain that selects more; the class. Example: `item.chain`."""

    call: Call
    chain: StatementChain
    cls: Class
    is_count: bool


class UnboundedStatements:
    """Finds statements that load more than is taken."""

    def __init__(self, models: Models, objects: Objects) -> None:
        """Take the mapped classes, and what follows results."""
        self.models = models
        self.objects = objects
        self.inference = models.inference
        self.unique = UniqueRows(models)

    def all(self) -> Iterator[Unbounded]:
        """The calls that take the first row of an ordered statement without a limit, or count what was loaded."""
        for name in ("first", "scalar"):
            for call in self.objects.codebase.table.named(name):
                if call.receiver is not None and call.method == name:
                    yield from self._taken(call)
        for call in self.objects.codebase.table.named("len"):
            if len(call.positional) == 1 and call.receiver is None and not _is_shadowed(call):
                yield from self._counted(call)

    def _taken(self, call: Call) -> Iterator[Unbounded]:
        executed = self._execution(call)
        for chains, cls in self._selected(executed, KNOWN | {LOCKING}) if executed is not None else ():
            is_open = all(_is_open(chain) for chain in chains)
            if is_open and not any(self.unique.may_be_one(chain.steps_named(*CONDITIONS), cls) for chain in chains):
                yield Unbounded(call, chains[0], cls, False)

    def _execution(self, call: Call) -> Call | None:
        """The call that executes the statement whose first row a call takes, where nothing else takes others."""
        loaded = self.objects.of(call.receiver, place_of(call))
        if loaded is not None:
            is_stream = (loaded.call.method or "").startswith("stream")
            is_alone = _is_alone(call) and loaded.shape in RESULTS and not loaded.through
            return loaded.call if is_alone and not is_stream else None
        value = self.inference.value(call.receiver, place_of(call))
        return call if call.method == "scalar" and self.objects.codebase.is_session(value) else None

    def _counted(self, call: Call) -> Iterator[Unbounded]:
        given = call.positional[0]
        loaded = self.objects.of(given, place_of(call))
        if loaded is None or loaded.shape not in MANY or loaded.through or loaded.path:
            return
        if loaded.taken is not None and loaded.taken.method == "fetchmany":
            return
        code = written(self.inference, given, place_of(call))
        if _method(code) not in TAKING_ALL:
            return
        if isinstance(given, Name):
            is_used = not _is_only_counted(given.name, call)
        else:
            is_used = any(row.value is given for rows in call.block.scope.bindings.values() for row in rows)
        for chains, cls in self._selected(loaded.call, KNOWN) if not is_used else ():
            if not any(chain.steps_named(*CONDITIONS, *JOINS) for chain in chains):
                yield Unbounded(call, chains[0], cls, True)

    def _selected(self, executed: Call, known: frozenset[str]) -> Iterator[tuple[list[StatementChain], Class]]:
        """The chains that a call may execute, and the class that they select; nothing where one may be bounded."""
        chains = list(chains_of(self.inference, executed.argument("statement", 0), place_of(executed)))
        starts = {chain.start for chain in chains}
        start = starts.pop() if len(starts) == 1 else None
        if start is None or self.inference.library_name(self.inference.callee(start)) not in SELECTS:
            return
        is_known = all(step.method in known for chain in chains for step in chain.steps)
        is_one = len(start.positional) == 1
        cls = class_selected(self.inference, start.positional[0], place_of(start)) if is_one else None
        if is_known and cls is not None and self.models.of(cls) is not None:
            yield chains, cls


def _is_open(chain: StatementChain) -> bool:
    """Whether a statement certainly selects more than one row: it orders them, or has nothing that may choose."""
    return bool(chain.steps_named("order_by") or not chain.steps_named(*CONDITIONS, *JOINS))


def _method(expr: Expr | None) -> str | None:
    inner = expr.value if isinstance(expr, Await) else expr
    return inner.method if isinstance(inner, Call) else None


def _is_shadowed(call: Call) -> bool:
    """Whether `len` is the project's own."""
    scope = call.block.scope
    return "len" in scope.module.bindings or "len" in scope.bindings


def _is_only_counted(name: str, call: Call) -> bool:
    """Whether what a name holds is used for nothing but its length."""
    scope = call.block.scope
    if not isinstance(scope, Function) or len(scope.bindings.get(name, ())) != 1:
        return False
    return all(isinstance(around, Call) and around.callee == Name("len") for around in uses_of(name, scope))


def _is_alone(call: Call) -> bool:
    """Whether a result is written out where its first row is taken, or has a name that is used for nothing else."""
    root = call.receiver
    while isinstance(root, (Call, Attribute)):
        root = root.receiver if isinstance(root, Call) else root.value
    if not isinstance(root, Name):
        return True
    return sum(1 for _ in uses_of(root.name, call.block.scope)) == 1
