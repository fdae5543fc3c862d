"""What an expression is: the entrance to inference, and its dispatch over the shapes of code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from async_db_lint.index.expressions import (
    Attribute,
    Await,
    Call,
    Comprehension,
    Either,
    Element,
    Enter,
    Expr,
    Lambda,
    Mapping,
    Name,
    Part,
    Sequence,
    Slice,
    Starred,
    Subscript,
    is_nothing,
)
from async_db_lint.index.scopes import Binding, Class, Function
from async_db_lint.project.inference import attributes, lookup, results
from async_db_lint.project.inference.annotations import annotated
from async_db_lint.project.inference.protocol import Hints
from async_db_lint.project.inference.running import running
from async_db_lint.project.libraries import library
from async_db_lint.project.names.call_table import CallTable
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Kind, Value, merged

Answer = TypeVar("Answer")
NO_HINTS = Hints()
MAX_DEPTH = 60  # expressions, bindings and calls followed one inside the other
MAX_STEPS = 20_000  # expressions looked at for one question from outside
NOWHERE, LIMIT = sys.maxsize, -1  # where an answer was cut short: not at all, or because it took too many steps


class ProjectInference:
    """Answers what expressions are, for one project; every answer is computed once."""

    def __init__(self, names: Names, table: CallTable, hints: Hints = NO_HINTS) -> None:
        """Take how names resolve, the calls and targets of the project, and what the configuration says about names."""
        self.names = names
        self.table = table
        self.hints = hints
        self.depth = 0
        self._memo: dict[tuple[str | int, ...], Any] = {}
        # The questions that are being answered, the outermost first, and the outermost that was met again meanwhile.
        self._active: dict[tuple[str, int], int] = {}
        self._cut = NOWHERE
        self._steps = 0

    def once(self, question: str, subject: object, answer: Callable[[], Value | None]) -> Value | None:
        """The answer to a question about a scope or parameter; None while it is being answered."""
        return self._once((question, id(subject)), answer, None)

    def _once(self, key: tuple[str, int], answer: Callable[[], Answer], unknown: Answer) -> Answer:
        """The answer to a question, kept when it is whole; `unknown` while it is being answered."""
        if key in self._memo:
            found: Answer = self._memo[key]
            return found
        if key in self._active or self.depth > MAX_DEPTH:
            self._cut = min(self._cut, self._active.get(key, LIMIT))
            return unknown
        own = len(self._active)
        self._active[key] = own
        around, self._cut = self._cut, NOWHERE
        try:
            found = answer()
        except RecursionError:
            if own or self.depth:
                raise
            found = unknown
        finally:
            del self._active[key]
            cut, self._cut = self._cut, around
        # A cycle that closes above may have cut this answer short, and then it is asked again; one that closes here
        # or below has not, nor has the limit.
        if cut < own:
            self._cut = min(cut, around)
        if cut >= own or not own or self._steps > MAX_STEPS:
            self._memo[key] = found
        return found

    def _kept(self, key: tuple[str | int, ...], answer: Callable[[], Value | None]) -> Value | None:
        """The answer to a question that may be asked while it is being answered; kept when nothing cut it short."""
        if key in self._memo:
            kept: Value | None = self._memo[key]
            return kept
        around, self._cut = self._cut, NOWHERE
        try:
            found = answer()
        finally:
            cut, self._cut = self._cut, min(self._cut, around)
        if cut == NOWHERE or (not self._active and not self.depth):
            self._memo[key] = found
        return found

    def value(self, expr: Expr | None, place: Place) -> Value | None:
        """What an expression is when it is read at a place; None when that is not known."""
        if expr is None:
            return None
        self._steps = self._steps + 1 if self.depth else 0
        if self.depth > MAX_DEPTH or self._steps > MAX_STEPS:
            self._cut = LIMIT
            return None
        is_outermost = not self._active and not self.depth
        self.depth += 1
        try:
            return self._value(expr, place)
        except RecursionError:  # code nested more deeply than anything that people write
            if not is_outermost:
                raise
            return None
        finally:
            self.depth -= 1

    def afresh(self, answer: Callable[[], Value | None]) -> Value | None:
        """An answer that takes few steps, and must not depend on how many the question around it took."""
        steps, self._steps = self._steps, 0
        try:
            return answer()
        finally:
            self._steps = steps

    def alias(self, expr: Expr, place: Place) -> Value | None:
        """What the alias of a type stands for; None while that is being answered, since aliases may be recursive."""
        where = f"alias at {id(place.block)} {place.at}"  # equal names in two places may be one object
        return self._once((where, id(expr)), lambda: annotated(self, expr, place), None)

    def _value(self, expr: Expr, place: Place) -> Value | None:
        match expr:
            case Name(name):
                return self._kept((name, id(place.block), place.at), lambda: lookup.name_value(self, name, place))
            case Attribute(owner, name):
                return attributes.attribute(self, self.value(owner, place), name)
            case Call():
                return self.call(expr)
            case Await(value):
                return results.awaited(self.value(value, place))
            case Enter(value, is_async):
                return results.entered(self, self.value(value, place), is_async)
            case Element(value, is_async):
                return results.element(self, self.value(value, place), is_async)
            case Subscript(value, index):
                return self.subscript(value, index, place)
            case Either(options):
                return merged([self.value(item, place) for item in options if not is_nothing(item)])
            case Lambda(function):
                return Value(Kind.FUNCTION, definition=function)
            case Sequence() | Mapping() | Comprehension():
                return Value(Kind.COLLECTION, inner=self._inside(expr, place))
            case Part() | Starred():
                return None
        return None

    def _inside(self, expr: Sequence | Mapping | Comprehension, place: Place) -> Value | None:
        match expr:
            case Sequence(items):
                return merged([self.value(item, place) for item in items])
            case Mapping(pairs):
                return merged([self.value(item, place) for _, item in pairs])
            case Comprehension(element):
                # What a comprehension binds is seen from inside it only: its calls carry their own place.
                return self.call(element) if isinstance(element, Call) else None

    def call(self, call: Call) -> Value | None:
        """What a call gives."""
        return self.once("call", call, lambda: results.result(self, call))

    def callee(self, call: Call) -> Value | None:
        """What is called."""
        place = Place(call.block, call.statement.index)
        return self._kept(("callee", id(call)), lambda: self.value(call.callee, place))

    def subscript(self, owner: Expr, index: Expr, place: Place) -> Value | None:
        """`owner[index]`: an item of a collection, some of them, or a class with its parameters."""
        value = self.value(owner, place)
        if value is not None and value.kind in (Kind.LIBRARY, Kind.CLASS):
            return value
        if value is not None and value.kind is Kind.COLLECTION and value.inner is not None:
            return value if isinstance(index, Slice) else value.inner
        return lookup.items_of(self, owner, place)

    def is_a(self, value: Value | None, *names: str) -> bool:
        """Whether a value is an object of a library's class, or of a project's class that inherits from it."""
        if value is None:
            return False
        if value.kind is Kind.INSTANCE:
            return library.is_a(value.name, *names)
        if value.kind is Kind.OBJECT and isinstance(value.definition, Class):
            return any(library.is_a(base, *names) for base in attributes.library_bases(self, value.definition))
        return False

    def library_name(self, value: Value | None) -> str | None:
        """The canonical name when a value is a library's module, class or function."""
        return library.canonical(value.name) if value is not None and value.kind is Kind.LIBRARY else None

    def function(self, value: Value | None) -> Function | None:
        """The project's function that a value is, if it is one."""
        definition = value.definition if value is not None and value.kind is Kind.FUNCTION else None
        return definition if isinstance(definition, Function) else None

    def function_behind(self, value: Value | None) -> Function | None:
        """The function that runs when a framework calls a value: itself, or a class's or object's own."""
        if value is not None and value.kind is Kind.CLASS:
            value = attributes.attribute(self, value, "__init__")
        elif value is not None and value.kind is Kind.OBJECT:
            value = attributes.attribute(self, value, "__call__")
        return self.function(value)

    def returned(self, function: Function) -> Value | None:
        """What a function returns or yields, before decorators make something of it."""
        return results.returned(self, function)

    def given_to_framework(self, value: Value) -> Value | None:
        """What calling a value gives, when a framework makes the call."""
        return results.called(self, value, None)

    def value_of_parameter(self, function: Function, binding: Binding) -> Value | None:
        """What a parameter of a function is."""
        return lookup.binding_value(self, function, binding)

    def member(self, value: Value, name: str) -> Value | None:
        """An attribute of a value."""
        return attributes.attribute(self, value, name)

    def with_origin(self, value: Value, call: Call) -> Value:
        """A value that a call has just made."""
        return replace(value, origins=frozenset((call,)), chain=())

    def callers(self, function: Function) -> list[Call]:
        """The calls in the project that are known to call a function, or to construct the class it initialises."""
        return self._once(("callers", id(function)), lambda: self._calls_of(function), [])

    def _calls_of(self, function: Function) -> list[Call]:
        if function.is_lambda:
            return list(running(self, function))
        return [call for call in self._candidates(function) if self._calls_function(call, function)]

    def _candidates(self, function: Function) -> list[Call]:
        owner = function.owner
        if owner is None or function.name not in ("__init__", "__call__", "__new__"):
            return list(self.table.named(function.name))
        heirs = [
            owner.name,
            *(cls.name for cls in self.table.classes if any(base_name(b) == owner.name for b in cls.bases)),
        ]
        return [call for name in heirs for call in self.table.named(name)]

    def _calls_function(self, call: Call, function: Function) -> bool:
        callee = self.callee(call)
        if callee is None:
            return False
        if callee.kind is Kind.CLASS:
            callee = attributes.attribute(self, callee, "__init__")
        elif callee.kind is Kind.OBJECT:
            callee = attributes.attribute(self, callee, "__call__")
        return callee is not None and callee.definition is function


def base_name(base: Expr) -> str | None:
    """The last name of a base class, without its parameters."""
    if isinstance(base, Subscript):
        base = base.value
    return base.name if isinstance(base, (Name, Attribute)) else None
