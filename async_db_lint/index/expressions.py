"""Symbolic expressions: the few shapes of code that some rule asks about, and `Opaque` for the rest.

They are plain values without a node of `ast` in them. Named tuples rather than frozen dataclasses:
an index of a large server holds some hundred thousand of them, and a named tuple is made three times
as fast. `Call` alone has an identity, because calls are what findings, origins and edges are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from async_db_lint.index.scopes import Block, Function, Statement


class Span(NamedTuple):
    """Where code is: lines from 1, columns from 0 in UTF-8 bytes, as CPython's `ast` counts them."""

    line: int
    column: int
    end_line: int
    end_column: int


class Usage(Enum):
    """What the code around a call does with the call's value."""

    STATEMENT = "statement"
    AWAITED = "awaited"
    ENTERED = "async with"
    ENTERED_SYNC = "with"
    ITERATED = "for"
    ASYNC_ITERATED = "async for"
    RETURNED = "return"
    YIELDED = "yield"
    BOUND = "bound"
    ARGUMENT = "argument"
    RECEIVER = "receiver"
    CALLED = "called"
    ELEMENT = "element"
    DECORATOR = "decorator"
    OTHER = "other"


class Name(NamedTuple):
    """`engine`."""

    name: str


class Attribute(NamedTuple):
    """`value.name`."""

    value: Expr
    name: str


class Literal(NamedTuple):
    """A string, number, bytes, `True`, `False`, `None` or `...`."""

    value: object


class Template(NamedTuple):
    """An f-string: `Literal` parts and the expressions in braces."""

    parts: tuple[Expr, ...]


class Join(NamedTuple):
    """`left + right`, or another binary operator named by `operator`."""

    operator: str
    left: Expr
    right: Expr


class Subscript(NamedTuple):
    """`value[key]`."""

    value: Expr
    key: Expr


class Sequence(NamedTuple):
    """A list, tuple or set display."""

    items: tuple[Expr, ...]


class Mapping(NamedTuple):
    """A dict display; the key of `**other` is None."""

    items: tuple[tuple[Expr | None, Expr], ...]


class Starred(NamedTuple):
    """`*value`."""

    value: Expr


class Either(NamedTuple):
    """One of several: `a if test else b`, `a or b`, `a and b`. Example: `if isinstance(choice, Either):`."""

    options: tuple[Expr, ...]


class Await(NamedTuple):
    """`await value`, and the place of the whole."""

    value: Expr
    span: Span
    statement: Statement
    block: Block

    @property
    def path(self) -> str:
        """The file that holds it, as a path from the project's root."""
        return self.block.scope.module.path


class Enter(NamedTuple):
    """What `with value as …` binds."""

    value: Expr
    is_async: bool


class Element(NamedTuple):
    """What `for … in value` binds."""

    value: Expr
    is_async: bool


class Part(NamedTuple):
    """Item `position` of an unpacked `value`; None when a star makes the position uncertain."""

    value: Expr
    position: int | None


class Comprehension(NamedTuple):
    """A list, set or generator of `element`."""

    element: Expr


class Lambda(NamedTuple):
    """A lambda: a function with one return."""

    function: Function


class PythonComparison(NamedTuple):
    """`left is right`, `left in right` or a chain of comparisons: what Python decides, whatever it compares.

    `operators` are the names of CPython's nodes. Other comparisons are `Opaque`.
    """

    operators: tuple[str, ...]
    operands: tuple[Expr, ...]


class Not(NamedTuple):
    """`not value`."""

    value: Expr


class Slice(NamedTuple):
    """The `first:last` of `rows[first:last]`, which gives some of them and not one."""

    bounds: tuple[Expr, ...]


class Opaque(NamedTuple):
    """Anything else; the expressions in it that are more than names and literals."""

    children: tuple[Expr, ...]


class Argument(NamedTuple):
    """One argument of a call: positional when `keyword` is None, `**value` when it is `**`."""

    keyword: str | None
    value: Expr


@dataclass(slots=True, eq=False)
class Call:
    """A call, with everything around it that rules ask about. Compared by identity."""

    callee: Expr
    arguments: tuple[Argument, ...]
    span: Span
    statement: Statement
    block: Block
    usage: Usage

    @property
    def path(self) -> str:
        """The file that holds it, as a path from the project's root."""
        return self.block.scope.module.path

    @property
    def method(self) -> str | None:
        """The last name of the callee: `execute` in `session.execute(…)`, `f` in `f(…)`."""
        callee = self.callee
        return callee.name if isinstance(callee, (Attribute, Name)) else None

    @property
    def receiver(self) -> Expr | None:
        """The expression before the last dot of the callee."""
        return self.callee.value if isinstance(self.callee, Attribute) else None

    def keyword(self, name: str) -> Expr | None:
        """The value of a keyword argument that is written out."""
        return next((argument.value for argument in self.arguments if argument.keyword == name), None)

    @property
    def positional(self) -> tuple[Expr, ...]:
        """The positional arguments up to the first `*splat`, after which positions are not known."""
        values: list[Expr] = []
        for argument in self.arguments:
            if argument.keyword is not None:
                continue
            if isinstance(argument.value, Starred):
                break
            values.append(argument.value)
        return tuple(values)

    def argument(self, name: str, position: int | None = None) -> Expr | None:
        """An argument by keyword, or by position where it may be positional."""
        value = self.keyword(name)
        if value is not None or position is None:
            return value
        positional = self.positional
        return positional[position] if position < len(positional) else None

    @property
    def splats(self) -> tuple[Expr, ...]:
        """The dicts splatted into the call: `options` in `f(**options)`."""
        return tuple(argument.value for argument in self.arguments if argument.keyword == "**")


Expr = (
    Name
    | Attribute
    | Literal
    | Template
    | Join
    | Subscript
    | Sequence
    | Mapping
    | Starred
    | Either
    | Await
    | Enter
    | Element
    | Part
    | Comprehension
    | Lambda
    | PythonComparison
    | Slice
    | Not
    | Opaque
    | Call
)
"""Any expression: the shapes that some rule asks about, and `Opaque` for the rest."""

NOTHING = Opaque(())


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside an expression, in source order; the inside of a lambda is another scope."""
    match expr:
        case Name() | Literal() | Lambda():
            return ()
        case Attribute(value, _) | Starred(value) | Not(value) | Enter(value, _) | Element(value, _) | Part(value, _):
            return (value,)
        case Await():
            return (expr.value,)
        case Comprehension(element):
            return (element,)
        case (
            Template(items)
            | Sequence(items)
            | Either(items)
            | Opaque(items)
            | PythonComparison(_, items)
            | Slice(items)
        ):
            return items
        case Join(_, left, right) | Subscript(left, right):
            return (left, right)
        case Mapping(pairs):
            return tuple(item for pair in pairs for item in pair if item is not None)
        case Call():
            return (expr.callee, *(argument.value for argument in expr.arguments))


def walk(expr: Expr) -> list[Expr]:
    """An expression and all that is inside it, outermost first."""
    found = [expr]
    for item in found:
        found.extend(children(item))
    return found


def is_nothing(expr: object) -> bool:
    """Whether an expression is `None`.

    Example: `if given is None or is_nothing(given):`.
    """
    return isinstance(expr, Literal) and expr.value is None
