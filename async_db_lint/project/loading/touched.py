"""Whether code between loading and reading may have set or loaded an attribute of an object itself."""

from __future__ import annotations

from collections.abc import Iterator, Set

from async_db_lint.index.expressions import Attribute, Call, Expr, Literal, Name, Usage, children, walk
from async_db_lint.index.scopes import CONDITIONS, BlockKind, Class, Function, Read, Scope, is_expression
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.loading.between import Moment
from async_db_lint.project.loading.results import FROM_RESULT, FROM_SCALARS
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind

LOOKING = frozenset({"inspect", "hasattr", "__dict__", "unloaded", "is_attribute_loaded", "instance_state"})
KEEPING = frozenset("append extend add info debug warning error exception print".split())
CAUGHT = frozenset({"MissingGreenlet", "StatementError", "InvalidRequestError", "DetachedInstanceError"})
AWAITABLE = "awaitable_attrs"
FILLING = frozenset("append extend insert add update".split())
SETTING = frozenset({"setattr", "vars", "set_committed_value", "set_attribute", "run_sync"})
COPIES = tuple(Name(name) for name in "sorted list tuple set reversed enumerate".split())
MAX_NAMES = 6  # names that an object came through


class Touches:
    """Answers what a function does to objects by their names."""

    def __init__(self, codebase: Codebase) -> None:
        """Take the project's code."""
        self.codebase = codebase
        self.inference = codebase.inference

    def may_have(self, names: set[str], attribute: str, cls: Class, moment: Moment) -> bool:
        """Whether a function may have set or loaded an attribute of an object, known by names, before a moment."""
        scope = moment.block.scope
        last = moment.statement.index
        for target in scope.targets:
            if is_one_of(target.owner, names) and target.name in (attribute, "") and target.statement.index <= last:
                return True
        for read in scope.reads:
            if read.expr.name == AWAITABLE and is_one_of(read.expr.value, names):
                return True
        calls = (call for call in scope.calls if call.statement.index <= last and not _holds(call, moment))
        return any(self._may_touch(call, names, attribute, cls) for call in calls)

    def fills(self, names: set[str], attribute: str, moment: Moment) -> bool:
        """Whether a new object's collection is filled before a moment: by its methods, or as the other side of one."""
        last = moment.statement.index
        calls = [call for call in moment.block.scope.calls if call.statement.index <= last and not _holds(call, moment)]
        return any(_is_filled(call, attribute, names) or self._is_given(call, names) for call in calls)

    def _is_given(self, call: Call, names: set[str]) -> bool:
        """Whether a constructor is given an object, which may be put into the object's collection by that."""
        if not any(_passes(argument.value, names) for argument in call.arguments if argument.keyword):
            return False
        callee = self.inference.callee(call)
        return callee is None or callee.kind is Kind.CLASS

    def _may_touch(self, call: Call, names: set[str], attribute: str, cls: Class) -> bool:
        is_own = call.receiver is not None and is_one_of(call.receiver, names)
        if is_own:
            method = cls.bindings.get(call.method or "", ())
            function = method[-1].value if method else None
            return isinstance(function, Function) and (function.is_async or self.sets(function, attribute))
        if not any(_passes(argument.value, names) for argument in call.arguments):
            return False
        callee = self.inference.callee(call)
        if callee is None:
            return call.method not in KEEPING
        match callee.kind:
            case Kind.METHOD:
                return not self.codebase.is_session(callee.inner)
            case Kind.CLASS:
                return False
            case Kind.FUNCTION if isinstance(callee.definition, Function):
                return self.sets(callee.definition, attribute)
            case Kind.LIBRARY | Kind.FOREIGN:
                dotted = self.inference.library_name(callee) or callee.name
                return call.usage is Usage.AWAITED or dotted.startswith("sqlalchemy.") or call.method in SETTING
        return True

    def sets(self, function: Scope, attribute: str) -> bool:
        """Whether a function sets an attribute of something, or may load it in a way of its own."""
        if any(target.name == attribute for target in function.targets):
            return True
        if any(read.expr.name == AWAITABLE for read in function.reads):
            return True
        return any(call.method in SETTING or _is_filled(call, attribute) for call in function.calls)


def _is_filled(call: Call, attribute: str, names: set[str] | None = None) -> bool:
    """Whether a call fills a collection of an object: `author.books.append(…)`."""
    filled = call.receiver
    if call.method not in FILLING or not isinstance(filled, Attribute) or filled.name != attribute:
        return False
    return names is None or is_one_of(filled.value, names)


def is_guarded(moment: Moment) -> bool:
    """Whether a read is made only where code has looked whether the attribute is there, or catches its absence."""
    for block in moment.block.outward():
        if block.kind in CONDITIONS | {BlockKind.COMPREHENSION} and any(_looks(head) for head in block.heads):
            return True
        if block.kind is BlockKind.TRY and any(
            other.opener is block.opener and other.kind is BlockKind.EXCEPT and _catches(other.heads)
            for other in moment.block.scope.blocks
        ):
            return True
    return any(map(_looks, moment.tests)) if isinstance(moment, Read) else False


def _looks(expr: Expr) -> bool:
    return any(getattr(part, "name", None) in LOOKING for part in walk(expr))


def _catches(heads: tuple[Expr, ...]) -> bool:
    return any(getattr(part, "name", None) in CAUGHT for head in heads for part in walk(head))


def names_behind(expr: Expr, place: Place) -> set[str]:
    """The names by which a function knows an object, or what it was taken from."""
    found: set[str] = set()
    pending = [expr]
    for item in pending:
        for name in _roots(item):
            if name not in found and len(found) < MAX_NAMES:
                found.add(name)
                pending += _bound(name, place)
    return found


def _bound(name: str, place: Place) -> Iterator[Expr]:
    for block in place.block.outward():
        if name in block.names:
            yield block.names[name]
            return
    known = bindings_of(name, place)
    if known is not None and known[0] is place.scope:
        yield from (row.value for row in known[1] if is_expression(row.value))


def _roots(expr: Expr) -> Iterator[str]:
    """The names that an expression takes something from, without what calls are given: but for `sorted(authors)`."""
    if isinstance(expr, Name):
        yield expr.name
    elif isinstance(expr, Call) and expr.callee not in COPIES:
        is_taken = expr.method in FROM_RESULT or expr.method in FROM_SCALARS
        yield from _roots(expr.receiver) if is_taken and expr.receiver is not None else ()
    elif isinstance(expr, Call):
        for item in expr.positional:
            yield from _roots(item)
    else:
        for item in children(expr):
            yield from _roots(item)


def is_one_of(expr: Expr, names: Set[str]) -> bool:
    """Whether an expression is one of some names."""
    return isinstance(expr, Name) and expr.name in names


def _passes(expr: Expr, names: set[str]) -> bool:
    """Whether an argument is one of the objects itself, or a display of them, rather than something read from one."""
    if isinstance(expr, Name):
        return expr.name in names
    return not isinstance(expr, (Call, Attribute, Literal)) and any(_passes(item, names) for item in children(expr))


def _holds(call: Call, moment: Moment) -> bool:
    """Whether a moment is inside of a call, which is made later then."""
    span = getattr(moment, "span", None)
    return span is not None and call.span[:2] <= span[:2] and span[2:] <= call.span[2:]


def place_of_moment(moment: Moment) -> Place:
    """The place from which names are looked up at a moment."""
    return Place(moment.block, moment.statement.index)
