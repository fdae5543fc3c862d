"""SQL that is given as text: read through names, formats, lists of conditions and helpers."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import (
    Call,
    Comprehension,
    Either,
    Expr,
    Join,
    Literal,
    Name,
    Sequence,
    Starred,
    Template,
)
from async_db_lint.index.scopes import Binding, BlockKind, ExitKind, Function, Parameter, Scope, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.definitions import bindings_of, definitions
from async_db_lint.project.inference.parameters import argument_for
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.uses import given_to
from async_db_lint.project.sql.assembled import Assembled, SqlText, joined, piece_of
from async_db_lint.project.sql.formats import formatted, interpolated

BUILDERS = ("sqlalchemy.text", "sqlalchemy.literal_column")
DEFINING = frozenset(f"sqlalchemy.{name}" for name in "mapped_column Column Index CheckConstraint DDL Computed".split())
"""What takes SQL for the definition of a table, where there are no parameters."""
ASYNCPG = "execute executemany fetch fetchrow fetchval prepare cursor".split()
PASSING = frozenset("strip lstrip rstrip".split())
MAX_HOPS = 8  # names and concatenations followed


class SqlTexts:
    """Reads SQL that is put together."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference

    def all(self) -> Iterator[SqlText]:
        """Every call that takes SQL as text, or passes it on as such, with something put into it."""
        for call, given in self._calls():
            if isinstance(given, Literal) or self._defines(call):
                continue
            for outer, expr in self._passed(given, call):
                found = self._read(expr, place_of(outer), MAX_HOPS)
                if found.pieces:
                    yield SqlText(outer, found)

    def _calls(self) -> Iterator[tuple[Call, Expr]]:
        for site in self.codebase.calls_to(*BUILDERS):
            given = site.argument("text", 0)
            if given is not None:
                yield site.call, given
        for site in self.codebase.calls("exec_driver_sql", on=(library.CONNECTION, library.SYNC_CONNECTION)):
            given = site.argument("statement", 0)
            if given is not None:
                yield site.call, given
        for site in self.codebase.calls(*ASYNCPG, on=(library.POOL, library.ASYNCPG_CONNECTION)):
            given = site.argument("query", 0) or site.argument("command", 0)
            if given is not None and site.target is None:
                yield site.call, given

    def _defines(self, call: Call) -> bool:
        """Whether SQL is an argument of what defines a table."""
        return any(self.inference.library_name(self.inference.callee(item)) in DEFINING for item in given_to(call))

    def _passed(self, given: Expr, call: Call) -> Iterator[tuple[Call, Expr]]:
        """A text and the call that is given it; where it is a parameter, also what the callers pass, if it is text."""
        yield call, given
        scope = call.block.scope
        parameter = scope.parameter(given.name) if isinstance(scope, Function) and isinstance(given, Name) else None
        if not isinstance(scope, Function) or parameter is None or len(scope.bindings.get(parameter.name, ())) != 1:
            return
        for outer in self.inference.callers(scope):
            passed = argument_for(self.inference, outer, scope, parameter)
            if passed is not None and not isinstance(passed, Literal) and self._is_text(passed, place_of(outer)):
                yield outer, passed

    def _is_text(self, expr: Expr, place: Place) -> bool:
        """Whether an expression is certainly a text that is put together, itself or by the one name that it has."""
        if isinstance(expr, Name):
            known = definitions(self.inference, expr, place)
            return bool(known) and all(is_assembled(item) for item, _ in known)
        return is_assembled(expr)

    def _read(self, expr: Expr, place: Place, hops: int) -> Assembled:
        """Read an expression that is a text, part by part."""
        if hops <= 0:
            return piece_of(expr, place)
        match expr:
            case Literal(value):
                return Assembled(str(value) if isinstance(value, str) else "x")
            case Template(parts):
                return joined(self._read(part, place, hops - 1) for part in parts)
            case Join("Add", left, right):
                return self._read(left, place, hops - 1).plus(self._read(right, place, hops - 1))
            case Join("Mod", left, right):
                return interpolated(self._read(left, place, hops - 1), right, place) or piece_of(expr, place)
            case Either(options):
                return joined(self._read(option, place, hops - 1) for option in options)
            case Call():
                return self._call(expr, place, hops - 1)
            case Name():
                return self._named(expr, place, hops - 1)
        return piece_of(expr, place)

    def _call(self, call: Call, place: Place, hops: int) -> Assembled:
        """Read what a call gives: a format, a list that is joined, what a helper returns; else it is a piece."""
        receiver = call.receiver
        if call.method == "format" and receiver is not None:
            return formatted(self._read(receiver, place, hops), call, place) or piece_of(call, place)
        if call.method == "join" and isinstance(receiver, Literal) and len(call.positional) == 1:
            return self._items(call.positional[0], place, hops)
        if call.method in PASSING and receiver is not None:
            return self._read(receiver, place, hops)
        if call.method == "dedent" and call.positional:
            return self._read(call.positional[0], place, hops)
        function = self.inference.function(self.inference.callee(call))
        exits = [] if function is None else [row for row in function.exits if row.kind is ExitKind.RETURN and row.value]
        value = exits[0].value if len(exits) == 1 else None
        if value is not None and is_assembled(value) and function is not None and not function.decorators:
            return self._read(value, place_of(exits[0]), hops)
        return piece_of(call, place)

    def _items(self, expr: Expr, place: Place, hops: int) -> Assembled:
        """Read the texts in a list: written out, made by a comprehension, or appended to a name."""
        match expr:
            case Sequence(items):
                return joined(self._read(item, place, hops) for item in items if not isinstance(item, Starred))
            case Comprehension(element) if is_assembled(element):
                return self._read(element, _inside(element, place), hops)
            case Name(name):
                added = [item for item in _added(place.scope, name) if is_assembled(item[0])]
                if added:
                    return joined(self._read(item, where, hops) for item, where in added)
        return piece_of(expr, place)

    def _named(self, name: Name, place: Place, hops: int) -> Assembled:
        """Read what a name was bound to: one text, or one to which others are added; else the name is a piece."""
        found = bindings_of(name.name, place)
        rows: list[Binding] = [] if found is None else found[1]
        is_own = any(name.name in block.names for block in place.block.outward())
        if is_own or any(isinstance(row.value, Parameter) or row.value is None for row in rows):
            return piece_of(name, place)
        texts = [(row.value, place_of(row)) for row in rows if is_expression(row.value)]
        texts = texts if len(texts) == len(rows) else definitions(self.inference, name, place)
        if not texts or not all(is_assembled(text) for text, _ in texts):
            return piece_of(name, place)
        ordered = sorted(texts, key=lambda item: item[1].at)
        return joined(self._read(text, where, hops // len(texts)) for text, where in ordered)


def is_assembled(expr: Expr) -> bool:
    """Whether an expression is certainly a text that is written or put together here."""
    match expr:
        case Literal(value):
            return isinstance(value, str)
        case Template() | Join("Add" | "Mod"):
            return True
        case Either(options):
            return all(is_assembled(option) for option in options)
    return isinstance(expr, Call) and (expr.method in PASSING or expr.method in ("format", "dedent", "join"))


def _inside(element: Expr, place: Place) -> Place:
    """The place inside of the comprehension that makes an element, if there is one in the statement."""
    blocks = [
        block
        for block in place.scope.blocks
        if block.kind is BlockKind.COMPREHENSION and block.opener is not None and block.opener.index == place.at
    ]
    return Place(blocks[-1], place.at) if blocks else place


def _added(scope: Scope, name: str) -> Iterator[tuple[Expr, Place]]:
    """The items of a list that a name holds: those of its display, and those that are appended."""
    for row in scope.bindings.get(name, ()):
        for item in row.value.items if isinstance(row.value, Sequence) else ():
            yield item, place_of(row)
    for call in scope.calls:
        if call.method == "append" and call.receiver == Name(name) and call.positional:
            yield call.positional[0], place_of(call)
