"""Whether a function asks something about a name before it uses it: what does not pass may never get further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from async_db_lint.index.expressions import (
    Attribute,
    Call,
    Element,
    Expr,
    Literal,
    Mapping,
    Name,
    Opaque,
    PythonComparison,
    Subscript,
    walk,
)
from async_db_lint.index.scopes import BlockKind, ExitKind, Function, Scope
from async_db_lint.project.inference.parameters import argument_for
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.uses import expressions

EXECUTING = frozenset("execute scalar scalars fetch fetchrow fetchval".split())
HARMLESS = ("builtins.", "logging.", "loguru.", "structlog.", "sqlalchemy.")
"""Functions that are given a name without judging it."""
FILLING = frozenset("format join replace append".split())
"""Methods of texts and lists that put a name into something."""
JUDGING = frozenset("startswith endswith".split())
MAX_DEPTH = 2  # functions of the project that are asked what they do with a name


class CheckedNames:
    """Answers whether functions ask something about names."""

    def __init__(self, inference: Inference, depth: int = MAX_DEPTH) -> None:
        """Take what resolves names, and how many functions of the project are asked one after the other."""
        self.inference = inference
        self.depth = depth

    def is_checked(self, name: str, scope: Scope, binder: Scope) -> bool:
        """Whether a scope, or one up to the scope that binds a name, asks something about what the name holds."""
        current: Scope | None = scope
        while current is not None:
            if _is_matched(current, name) or any(self._asks(expr, Name(name)) for expr in _read_in(current)):
                return True
            if current is binder:
                return False
            current = current.parent
        return False

    def _asks(self, expr: Expr, name: Name) -> bool:
        """Whether an expression that a function keeps asks something about a name."""
        return any(self._judges(part, name) for part in walk(expr))

    def _judges(self, part: Expr, name: Name) -> bool:
        match part:
            case PythonComparison(_, operands):
                return Literal(None) not in operands and any(_is_in(name, walk(item)) for item in operands)
            case Opaque(children):
                return _is_in(name, children) and Literal("") not in children
            case Subscript(_, key):
                return _is_in(name, (key,))
            case Element(value, _):
                return _is_in(name, (value,))
            case Call():
                return self._call_judges(part, name)
        return False

    def _call_judges(self, call: Call, name: Name) -> bool:
        """Whether a call may refuse a name, or tell something of it."""
        if isinstance(call.callee, Attribute) and _is_in(name, (call.callee.value,)):
            return call.callee.name in JUDGING or call.callee.name.startswith("is")
        given = [item.value for item in call.arguments]
        if call.method in EXECUTING:
            return _is_in(
                name, [part for item in given for part in (walk(item) if isinstance(item, Mapping) else (item,))]
            )
        if not _is_in(name, given) or call.method in FILLING:
            return False
        callee = self.inference.callee(call)
        if callee is not None and callee.name.startswith(HARMLESS):
            return False
        function = self.inference.function(callee)
        return function is None or (self.depth > 0 and self._function_judges(call, function, name))

    def _function_judges(self, call: Call, function: Function, name: Name) -> bool:
        """Whether a function of the project refuses what it is given under a name, or answers yes or no to it."""
        exits = function.exits
        answers = any(isinstance(item.value, (PythonComparison, Opaque)) or _is_flag(item.value) for item in exits)
        if not answers and all(item.kind is not ExitKind.RAISE for item in exits):
            return False
        inner = CheckedNames(self.inference, self.depth - 1)
        for item in function.parameters:
            is_given = _is_in(name, (argument_for(self.inference, call, function, item),))
            if is_given and inner.is_checked(item.name, function, function):
                return True
        return False


def _read_in(scope: Scope) -> Iterator[Expr]:
    yield from expressions(scope)
    yield from scope.loose
    for block in scope.blocks:
        if block.kind in (BlockKind.FOR, BlockKind.ASYNC_FOR):
            yield from block.heads


def _is_in(name: Name, parts: Iterable[Expr | None]) -> bool:
    """Whether a name is among expressions; a string with the same letters is equal to it, and is none."""
    return any(isinstance(part, Name) and part.name == name.name for part in parts)


def _is_flag(expr: Expr | None) -> bool:
    return isinstance(expr, Literal) and isinstance(expr.value, bool)


def _is_matched(scope: Scope, name: str) -> bool:
    """Whether a function tells cases of a name apart."""
    return any(block.kind is BlockKind.CASE and _is_in(Name(name), block.heads) for block in scope.blocks)
