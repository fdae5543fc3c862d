"""A call, and what the project knows about it."""

from __future__ import annotations

from functools import cached_property

from async_db_lint.index.expressions import Call, Expr, Span, Usage
from async_db_lint.index.scopes import Block, BlockKind, Function, Scope
from async_db_lint.project.application.application import Application
from async_db_lint.project.inference.definitions import written
from async_db_lint.project.inference.options import Option, option
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind, Value
from async_db_lint.read.source import Role


class CallSite:
    """One call in the project. Two sites are equal when they are of the same call."""

    def __init__(self, call: Call, application: Application) -> None:
        """Take the call of the index, and the application that knows roles and values."""
        self.call = call
        self.application = application
        self.inference = application.inference

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CallSite) and other.call is self.call

    def __hash__(self) -> int:
        return hash(self.call)

    @property
    def name(self) -> str:
        """The last name of what is called: `execute` in `session.execute(…)`; empty when it has no name."""
        return self.call.method or ""

    @property
    def path(self) -> str:
        """The file, as a path from the project's root."""
        return self.call.path

    @property
    def span(self) -> Span:
        """The place of the call in its file."""
        return self.call.span

    @property
    def usage(self) -> Usage:
        """What the code around does with the value: awaits it, enters it, binds it, …"""
        return self.call.usage

    @property
    def block(self) -> Block:
        """The block of statements that holds the call."""
        return self.call.block

    @property
    def scope(self) -> Scope:
        """The module, class, function or lambda that holds the call."""
        return self.call.block.scope

    @property
    def place(self) -> Place:
        """The place from which names in the call are looked up."""
        return place_of(self.call)

    @property
    def function(self) -> Function | None:
        """The function that holds the call; for a lambda, the function around it. None at the top of a module."""
        return enclosing_function(self.scope)

    @property
    def role(self) -> Role:
        """What the file is for: application, test, migration or script."""
        return self.application.role_of(self.call)

    @property
    def is_in_application(self) -> bool:
        """Whether the file belongs to the application, rather than to tests, migrations or scripts."""
        return self.role is Role.APPLICATION

    @property
    def is_imported_by_application(self) -> bool:
        """Whether an application imports the module, directly or through others, or is made in it."""
        return self.scope.module in self.application.served_modules

    @property
    def can_await(self) -> bool:
        """Whether the call may be awaited: it is in an `async def`, outside of comprehensions and lambdas."""
        scope = self.scope
        in_function = isinstance(scope, Function) and scope.is_async and not scope.is_lambda
        return in_function and not self.block.inside(frozenset({BlockKind.COMPREHENSION}))

    @cached_property
    def owner(self) -> Value | None:
        """What the method is called on: the session in `session.execute(…)`."""
        return None if self.call.receiver is None else self.inference.value(self.call.receiver, self.place)

    @cached_property
    def callee(self) -> Value | None:
        """What is called."""
        return self.inference.callee(self.call)

    @property
    def gives(self) -> Value | None:
        """What the call returns."""
        return self.inference.call(self.call)

    @property
    def library_name(self) -> str | None:
        """The canonical name of the library's function or class that is called: `sqlalchemy.create_async_engine`."""
        return self.inference.library_name(self.callee)

    @property
    def method_name(self) -> str | None:
        """The canonical name of the library's method that is called: `sqlalchemy.AsyncSession.commit`."""
        return self.callee.name if self.callee is not None and self.callee.kind is Kind.METHOD else None

    @property
    def target(self) -> Function | None:
        """The function of the project that is called."""
        return self.inference.function(self.callee)

    def argument(self, name: str, position: int | None = None) -> Expr | None:
        """An argument by keyword, or by position where it may be positional. None when it is not written out."""
        return self.call.argument(name, position)

    def option(self, name: str) -> Option:
        """A keyword argument, also from a dict that is splatted into the call, and whether that is certain."""
        return option(self.inference, self.call, name)

    def written(self, expr: Expr | None) -> Expr | None:
        """The expression that a name certainly stands for here; any other expression is itself.

        Example: `statement = call.written(call.argument("statement", 0))`.
        """
        return None if expr is None else written(self.inference, expr, self.place)

    def value_of(self, expr: Expr | None) -> Value | None:
        """What an expression is at the place of the call."""
        return self.inference.value(expr, self.place)


def enclosing_function(scope: Scope) -> Function | None:
    """The function of a scope: itself, or the one around a lambda."""
    current: Scope | None = scope
    while isinstance(current, Function) and current.is_lambda:
        current = current.parent
    return current if isinstance(current, Function) else None
