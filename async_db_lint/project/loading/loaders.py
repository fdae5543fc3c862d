"""What the options of a statement load: `selectinload(Author.books).joinedload(Book.publisher)`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import (
    Attribute,
    Call,
    Either,
    Expr,
    Join,
    Literal,
    Name,
    Sequence,
    Starred,
    is_nothing,
    walk,
)
from async_db_lint.index.scopes import Class, ExitKind, Function, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.names.places import Place, place_of

JOINED = frozenset({"joinedload"})
LOADING = JOINED | {"selectinload", "subqueryload", "immediateload", "contains_eager", "noload"}
"""The options by which a relationship is there, or counts as empty, when the statement has been executed."""
PASSING = frozenset({"defaultload", "lazyload", "raiseload"})
"""The options that name a relationship without loading it."""
STAYING = frozenset("defer undefer undefer_group load_only with_expression selectin_polymorphic".split())
HARMLESS = frozenset({"with_loader_criteria", *STAYING})
NARROWING = frozenset({"and_", "of_type"})
GROWING = frozenset({"append", "extend", "insert"})
MAX_HOPS = 8  # names, helpers and lists followed

Names = tuple[str, ...]


class Loads(NamedTuple):
    """The relationships that may be loaded, as paths of names from what is selected.

    `joined` are those that are joined. `is_open` is true where something that is not understood may load more, and
    `has_options` where options may switch off what the classes load by themselves.
    """

    paths: frozenset[Names] = frozenset()
    joined: frozenset[Names] = frozenset()
    is_open: bool = False
    has_options: bool = False

    def plus(self, other: Loads) -> Loads:
        """What either of two loads."""
        return Loads(
            self.paths | other.paths,
            self.joined | other.joined,
            self.is_open or other.is_open,
            self.has_options or other.has_options,
        )

    def below(self, path: Names) -> Loads:
        """The same, starting further down."""
        return Loads(
            frozenset(path + item for item in self.paths),
            frozenset(path + item for item in self.joined),
            self.is_open,
        )

    def has(self, path: Names) -> bool:
        """Whether a relationship may be loaded."""
        return self.is_open or path in self.paths


NOTHING = Loads()
ANYTHING = Loads(is_open=True)


class Loaders:
    """Reads the options of statements."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference

    def of(self, expr: Expr | None, place: Place, hops: int = MAX_HOPS) -> Loads:
        """What an option, or a list of options, may load."""
        if expr is None or is_nothing(expr):
            return NOTHING
        match expr:
            case _ if not hops:
                return ANYTHING
            case Call():
                return self._of_call(expr, place, hops)
            case Name(name):
                return self._of_name(name, expr, place, hops)
            case Attribute():
                known = definitions(self.inference, expr, place)
                return self._of_all(known, hops) if known else ANYTHING
            case Starred(value):
                return self.of(value, place, hops)
            case Sequence(items) | Either(items):
                return self._of_all([(item, place) for item in items], hops)
            case Join("Add", left, right):
                return self._of_all([(left, place), (right, place)], hops)
        return ANYTHING

    def _of_all(self, items: list[tuple[Expr, Place]], hops: int) -> Loads:
        found = NOTHING
        for item, place in items:
            found = found.plus(self.of(item, place, hops - 1))
        return found

    def _of_name(self, name: str, expr: Name, place: Place, hops: int) -> Loads:
        """The options in a list that a name is bound to, and what is appended to it."""
        found = bindings_of(name, place)
        if found is None or any(name in block.names for block in place.block.outward()):
            return ANYTHING
        scope, rows = found
        if not all(is_expression(row.value) for row in rows):
            known = definitions(self.inference, expr, place)
            return self._of_all(known, hops) if known else ANYTHING
        items = [(row.value, place_of(row)) for row in rows if is_expression(row.value)]
        for call in scope.calls:
            if call.method in GROWING and call.receiver == expr:
                items += [(argument.value, place_of(call)) for argument in call.arguments]
        return self._of_all(items, hops)

    def _of_call(self, call: Call, place: Place, hops: int) -> Loads:
        found = self._chain(call, place, hops)
        if found is not None:
            return found[1]
        callee = self.inference.callee(call)
        name = self.inference.library_name(callee)
        if name is not None and name.rpartition(".")[2] in HARMLESS:
            return NOTHING
        function = self.inference.function(callee)
        if function is None or function.is_generator or self._is_overridden(function):
            return ANYTHING
        returned = [(row.value, place_of(row)) for row in function.exits if row.kind is ExitKind.RETURN and row.value]
        return self._of_all(returned, hops)

    def _is_overridden(self, function: Function) -> bool:
        """Whether an heir of a method's class has its own, which may be the one that is called."""
        if not isinstance(function.owner, Class):
            return False
        return any(
            function.name in item.bindings and function.owner in attributes.ancestry(self.inference, item)[1:]
            for item in self.codebase.table.classes
            if item.bases
        )

    def _chain(self, call: Call, place: Place, hops: int) -> tuple[Names, Loads] | None:
        """Where a chain of loaders has got to, and what it loads; None for what is no such chain."""
        name = (self.inference.library_name(self.inference.callee(call)) or "").removeprefix("sqlalchemy.")
        if name == "Load":
            return (), NOTHING
        if name in LOADING or name in PASSING:
            return self._step(name, (), NOTHING, call)
        inner = call.receiver
        before = self._chain(inner, place, hops) if isinstance(inner, Call) else None
        if before is None or call.method is None or call.method in STAYING:
            return before
        if call.method == "options":
            path, loads = before
            return path, loads.plus(self._of_options(call, place, hops).below(path))
        if call.method in LOADING or call.method in PASSING:
            return self._step(call.method, *before, call)
        return before[0], ANYTHING

    def _of_options(self, call: Call, place: Place, hops: int) -> Loads:
        return self._of_all([(argument.value, place) for argument in call.arguments], hops)

    def _step(self, name: str, path: Names, loads: Loads, call: Call) -> tuple[Names, Loads]:
        """One loader, after what comes before it in a chain."""
        if not call.arguments:  # by a name that stands for `functools.partial(selectinload, …)`
            return path, ANYTHING
        named = [_relationship(item) for item in call.positional]
        if any(item is None for item in named) or len(named) != len(_given(call)):
            return path, loads if name in PASSING else ANYTHING
        for item in named:
            path = (*path, str(item))
            if name in LOADING:
                joined = {path} if name in JOINED else set()
                loads = loads.plus(Loads(frozenset({path}), frozenset(joined)))
        return path, loads


def _given(call: Call) -> list[Expr]:
    """The positional arguments of a call, also those behind a star."""
    return [argument.value for argument in call.arguments if argument.keyword is None]


def _relationship(expr: Expr) -> str | None:
    """The name of a relationship as an option is given it: `Author.books`, `Author.books.and_(…)`."""
    if isinstance(expr, Call) and expr.method in NARROWING and expr.receiver is not None:
        return _relationship(expr.receiver)
    return expr.name if isinstance(expr, Attribute) else None


def names_in_options(codebase: Codebase) -> Iterator[str]:
    """The names of all relationships that options of a project load."""
    for name in LOADING:
        for call in codebase.table.named(name):
            for item in call.positional:
                yield from (part.name for part in walk(item) if isinstance(part, Attribute))
                yield from (str(part.value) for part in walk(item) if isinstance(part, Literal))


def names_loaded_later(codebase: Codebase) -> Iterator[str]:
    """The names of all attributes that refreshes and `awaitable_attrs` of a project load."""
    for call in codebase.table.named("refresh"):
        names = call.argument("attribute_names", 1)
        yield from (str(part.value) for part in walk(names) if isinstance(part, Literal)) if names is not None else ()
    for scope in codebase.scopes():
        for read in scope.reads:
            if isinstance(read.expr.value, Attribute) and read.expr.value.name == "awaitable_attrs":
                yield read.expr.name
