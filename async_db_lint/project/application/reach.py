"""Who calls whom, asked backwards: from a function to what starts it.

Two questions with opposite cautions. *Certainly* reached: through calls that are known to call the
function; a rule that reports what runs once per request asks this. *Possibly* reached: through anything
that may be a reference to it; a rule that reports what nobody does asks this, and is silent on a maybe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Name, walk
from async_db_lint.index.scopes import BlockKind, Class, Function, Module, Scope, is_expression
from async_db_lint.project.application.application import Application
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.decorators import shape_of
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import END, Place, place_of
from async_db_lint.project.names.values import Kind
from async_db_lint.read.unread import Unread

MAX_CALLS = 6  # calls followed from a function back to what starts it
MAX_FUNCTIONS = 400  # functions looked at for one question

CALLED_BY_PYTHON = frozenset({"__aenter__", "__aexit__", "__enter__", "__exit__", "__del__", "__init__", "__call__"})


class Reference(NamedTuple):
    """A place where a name is read, called or not."""

    expr: Expr
    place: Place


class Reach:
    """Backward reachability over one project."""

    def __init__(
        self, inference: Inference, application: Application, modules: dict[str, Module], unread: Unread
    ) -> None:
        """Take inference, the application, the modules in which references count, and the files that were not read."""
        self.inference = inference
        self.application = application
        self.modules = modules
        self.unread = unread
        self._references: dict[str, list[Reference]] = {}
        self._meanings: dict[Function, list[Reference]] = {}
        self._possibly: dict[Function, bool] = {}

    def chain_to(
        self, function: Function, is_root: Callable[[Scope], bool], leads: Callable[[Call], bool] = lambda call: True
    ) -> list[Call] | None:
        """The calls from the nearest root down to a function, outermost first; None when no call chain is known.

        Empty when the function is itself a root. Only calls that `leads` accepts are followed.
        """
        if is_root(function):
            return []
        seen: set[Scope] = {function}
        rows: list[tuple[Function, list[Call]]] = [(function, [])]
        for current, calls in rows:
            if len(calls) >= MAX_CALLS or len(seen) > MAX_FUNCTIONS:
                continue
            for call in self.inference.callers(current):
                scope = call.block.scope
                if scope in seen or not leads(call):
                    continue
                seen.add(scope)
                chain = [call, *calls]
                if is_root(scope):
                    return chain
                if isinstance(scope, Function):
                    rows.append((scope, chain))
        return None

    def is_possibly_reached(self, function: Function) -> bool:
        """Whether anything that counts may call a function, now or by way of others.

        Searches all functions that may lead to it. When none of them is a start, none of them is reached: that
        answer is whole for each, also for those that call each other in a circle, and only whole answers are kept.
        """
        found = [function]
        seen = {function}
        for current in found:
            if self._possibly.get(current) or self._is_start(current):
                self._possibly[function] = True
                return True
            referring = () if current in self._possibly else self._referring(current)
            for other in referring:
                if other not in seen:
                    seen.add(other)
                    found.append(other)
        self._possibly.update(dict.fromkeys(found, False))
        return False

    def _is_start(self, function: Function) -> bool:
        """Whether something other than another function of the project may call a function."""
        if function.module.path not in self.modules:
            return False
        if function in self.application.triggers or self._is_handed_over(function):
            return True
        if function.name in CALLED_BY_PYTHON and _called_name(function) == function.name:
            return True
        if any(_function_around(item) is None and _is_run(item) for item in self._meaning(function)):
            return True
        return self.unread.mentions(_called_name(function))

    def _referring(self, function: Function) -> Iterator[Function]:
        """The other functions that refer to a function."""
        if function.module.path not in self.modules:
            return
        for reference in self._meaning(function):
            around = _function_around(reference)
            if around is not None and around is not function:
                yield around

    def _meaning(self, function: Function) -> list[Reference]:
        """The references that may mean a function, each looked at once."""
        if function not in self._meanings:
            references = self.references(_called_name(function))
            self._meanings[function] = [item for item in references if self._may_mean(item, function)]
        return self._meanings[function]

    def _is_handed_over(self, function: Function) -> bool:
        """Whether a decorator that is not understood has the function, or it is a lambda passed on."""
        if function.is_lambda:
            return True
        return shape_of(self.inference, function) is None

    def _may_mean(self, reference: Reference, function: Function) -> bool:
        value = self.inference.value(reference.expr, reference.place)
        if value is None:
            return isinstance(reference.expr, Attribute) or self._is_seen(reference, function)
        if value.definition is function or value.definition is function.owner:
            return value.definition is not None
        if value.kind is Kind.FUNCTION and isinstance(value.definition, Function):
            return self._overrides(function, value.definition)
        return False

    def _is_seen(self, reference: Reference, function: Function) -> bool:
        """Whether a bare name that is not understood could be a function defined elsewhere."""
        return function.owner is None or reference.place.scope.module is function.module

    def _overrides(self, function: Function, other: Function) -> bool:
        """Whether a subclass overrides the method that is called on the base."""
        if function.owner is None or other.owner is None or function.name != other.name:
            return False
        return other.owner in attributes.ancestry(self.inference, function.owner)

    def references(self, name: str) -> list[Reference]:
        """Every place in the counted modules where a name is read, whatever it means there."""
        if name not in self._references:
            self._references[name] = [
                reference
                for module in self.modules.values()
                if name in module.mentions
                for scope in module.inner()
                for reference in _read_in(scope, name)
            ]
        return self._references[name]


def _called_name(function: Function) -> str:
    """The name by which a function is called: a constructor by its class's."""
    is_constructor = function.name in ("__init__", "__new__") and function.owner is not None
    return function.owner.name if is_constructor and function.owner is not None else function.name


def _function_around(reference: Reference) -> Function | None:
    """The function that contains a reference; None at the top of a module or class."""
    scope: Scope | None = reference.place.scope
    while scope is not None and not isinstance(scope, Function):
        scope = scope.parent
    return scope


def _is_run(reference: Reference) -> bool:
    """Whether a reference at the top of a module is there at run time."""
    return not reference.place.block.inside(frozenset({BlockKind.TYPE_CHECKING}))


def _read_in(scope: Scope, name: str) -> Iterator[Reference]:
    for expr, place in _expressions(scope):
        for item in walk(expr):
            if isinstance(item, (Name, Attribute)) and item.name == name:
                yield Reference(item, place)


def _expressions(scope: Scope) -> Iterator[tuple[Expr, Place]]:
    """The outermost expressions of a scope. A call inside another is met twice, which does no harm."""
    for call in scope.calls:
        place = place_of(call)
        yield call.callee, place
        for argument in call.arguments:
            if not isinstance(argument.value, Call):
                yield argument.value, place
    for bindings in scope.bindings.values():
        for binding in bindings:
            if is_expression(binding.value) and not isinstance(binding.value, Call):
                yield binding.value, place_of(binding)
    for target in scope.targets:
        yield target.value, place_of(target)
    for item in scope.exits:
        if item.value is not None:
            yield item.value, place_of(item)
    if isinstance(scope, (Function, Class)) and scope.statement is not None:
        outer = Place(scope.statement.block, END)
        for decorator in scope.decorators:
            yield decorator, outer
    if isinstance(scope, Function) and scope.statement is not None:
        for parameter in scope.parameters:
            if parameter.default is not None:
                yield parameter.default, Place(scope.statement.block, END)
