"""What the parts of inference ask each other, and what the user has declared about names.

The questions recurse: a call asks for its callee, the callee for an import, the import for a binding, the binding
for a call. The parts name this interface; `infer` implements it, and no part imports `infer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from async_db_lint.index.expressions import Call, Expr
from async_db_lint.index.scopes import Binding, Function
from async_db_lint.project.names.call_table import CallTable
from async_db_lint.project.names.names import Names
from async_db_lint.project.names.places import Place
from async_db_lint.project.names.values import Value


@dataclass(frozen=True, slots=True)
class Hints:
    """Dotted names that the configuration explains, spelled as modules import them.

    `markers` wrap an injected type, as dishka's `FromDishka[AsyncSession]` does. `sessions` are annotations,
    dependencies or providers that give an async session. `decorators` do not change what a function is.
    """

    markers: frozenset[str] = frozenset()
    sessions: frozenset[str] = frozenset()
    decorators: frozenset[str] = frozenset()


class Inference(Protocol):
    """Answers what expressions are. Every method returns None (or nothing) for what is not known."""

    names: Names
    table: CallTable
    hints: Hints

    def once(self, question: str, subject: object, answer: Callable[[], Value | None]) -> Value | None:
        """The answer to a question about a scope or parameter, computed once; None while it is being computed."""

    def value(self, expr: Expr | None, place: Place) -> Value | None:
        """What an expression is when it is read at a place."""

    def afresh(self, answer: Callable[[], Value | None]) -> Value | None:
        """An answer that does not depend on how many steps the question around it took."""

    def alias(self, expr: Expr, place: Place) -> Value | None:
        """What the alias of a type stands for; None while that is being answered."""

    def call(self, call: Call) -> Value | None:
        """What a call returns."""

    def callee(self, call: Call) -> Value | None:
        """What is called."""

    def callers(self, function: Function) -> list[Call]:
        """The calls in the project that are known to call a function, or to construct the class it initialises."""

    def is_a(self, value: Value | None, *names: str) -> bool:
        """Whether a value is an object of a library's class, or of a project's class that inherits from it."""

    def library_name(self, value: Value | None) -> str | None:
        """The canonical name when a value is a library's module, class or function."""

    def function(self, value: Value | None) -> Function | None:
        """The project's function that a value is."""

    def function_behind(self, value: Value | None) -> Function | None:
        """The function that runs when a framework calls a value: itself, or a class's or object's own."""

    def returned(self, function: Function) -> Value | None:
        """What a function returns or yields, before decorators change it."""

    def given_to_framework(self, value: Value) -> Value | None:
        """What calling a value returns, when a framework makes the call."""

    def value_of_parameter(self, function: Function, binding: Binding) -> Value | None:
        """What a parameter of a function is."""

    def member(self, value: Value, name: str) -> Value | None:
        """An attribute of a value."""

    def with_origin(self, value: Value, call: Call) -> Value:
        """A value that a call has just made."""
