"""What a thing is: the values that inference answers with.

None means *unknown* wherever a `Value` is asked for. Rules act on values only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from async_db_lint.index.expressions import Call, Span
    from async_db_lint.index.scopes import Class, Function, Module
    from async_db_lint.project.names.names import Package

MAX_CHAIN = 8  # steps of provenance kept: more would not be read


class Kind(Enum):
    """The shape of a value."""

    LIBRARY = "a module, class or function of a library"
    INSTANCE = "an object of a library's class that the tables know"
    METHOD = "a method of such an object"
    FOREIGN = "some object of a library that the tables do not know"
    STATE = "the state of an application or of a request"
    MODULE = "a module or package of the project"
    FUNCTION = "a function of the project"
    CLASS = "a class of the project"
    OBJECT = "an object of a class of the project"
    CALLABLE = "something that returns its inner value when called"
    COROUTINE = "something to await"
    GENERATOR = "a generator"
    ASYNC_GENERATOR = "an async generator"
    MANAGER = "a context manager"
    ASYNC_MANAGER = "an async context manager"
    COLLECTION = "a list, dict or other collection"


class Step(NamedTuple):
    """One step of how a value got where it is: the place and the name it has there."""

    path: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """What an expression is known to be.

    `name` is a library's name for LIBRARY, INSTANCE, METHOD and FOREIGN; `definition` the project's own
    module, function or class; `inner` what a wrapper holds, what a factory makes, or the object a method
    is bound to. `origins` are the calls that made an engine, factory, session or connection, and `chain`
    the names through which it came.
    """

    kind: Kind
    name: str = ""
    definition: Module | Package | Function | Class | None = None
    inner: Value | None = None
    origins: frozenset[Call] = frozenset()
    chain: tuple[Step, ...] = ()

    def same_as(self, other: Value) -> bool:
        """Whether two values are the same kind of thing, wherever they came from."""
        if (self.kind, self.name, self.definition) != (other.kind, other.name, other.definition):
            return False
        if self.inner is None or other.inner is None:
            return self.inner is other.inner
        return self.inner.same_as(other.inner)

    def through(self, step: Step) -> Value:
        """This value, after one more step."""
        if len(self.chain) >= MAX_CHAIN or step in self.chain:
            return self
        return replace(self, chain=(*self.chain, step))


def merged(values: list[Value | None]) -> Value | None:
    """One value for several that are possible in the same place: known only when all are known and agree."""
    if not values or values[0] is None:
        return None
    first = values[0]
    for other in values[1:]:
        if other is None or not first.same_as(other):
            return None
        if other.origins != first.origins:
            first = replace(first, origins=first.origins | other.origins)
    return first


def wrapped(kind: Kind, inner: Value | None) -> Value:
    """A coroutine, generator or manager of a value."""
    return Value(kind, inner=inner)
