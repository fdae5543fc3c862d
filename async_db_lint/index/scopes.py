"""What a file defines: modules, classes, functions, their bindings, calls and blocks.

Built once by `build.py` and not changed afterwards. The classes compare by identity: two functions
with the same text are two functions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple, TypeGuard

from async_db_lint.index.expressions import Attribute, Await, Call, Expr, Span


class BlockKind(Enum):
    """What opens a block of statements."""

    BODY = "body"
    WITH = "with"
    ASYNC_WITH = "async with"
    FOR = "for"
    ASYNC_FOR = "async for"
    WHILE = "while"
    IF = "if"
    ELSE = "else"
    MAIN_GUARD = "if __name__ == '__main__'"
    TYPE_CHECKING = "if TYPE_CHECKING"
    TRY = "try"
    EXCEPT = "except"
    TRY_ELSE = "try-else"
    FINALLY = "finally"
    CASE = "case"
    COMPREHENSION = "comprehension"


LAMBDA = "<lambda>"  # the name that CPython gives to a lambda
LOOPS = frozenset({BlockKind.FOR, BlockKind.ASYNC_FOR, BlockKind.WHILE})
"""Blocks that may run more than once."""
CONDITIONS = frozenset({BlockKind.IF, BlockKind.ELSE, BlockKind.CASE})
"""Blocks that may not run at all."""


@dataclass(slots=True, eq=False)
class Block:
    """A run of statements, or the inside of a comprehension.

    `heads` are the expressions that open it: the items of a `with`, the test of an `if`, the iterable
    of a `for`, the class of an `except`. `names` holds what a comprehension binds. All the blocks of
    one `try`, or of one `if`, share their `opener`. `caught` is where an `except` names the first of
    what it catches.
    """

    kind: BlockKind
    scope: Scope
    parent: Block | None
    opener: Statement | None
    heads: tuple[Expr, ...] = ()
    names: dict[str, Expr] = field(default_factory=dict)
    caught: Span | None = None

    def outward(self) -> Iterator[Block]:
        """This block and the ones around it, up to the body of its scope."""
        block: Block | None = self
        while block is not None:
            yield block
            block = block.parent

    def inside(self, kinds: frozenset[BlockKind]) -> bool:
        """Whether this block or one around it, within the scope, is of one of the kinds."""
        return any(block.kind in kinds for block in self.outward())

    def within(self, other: Block) -> bool:
        """Whether `other` is this block or one around it."""
        return any(block is other for block in self.outward())


@dataclass(slots=True, eq=False)
class Statement:
    """A simple statement, or the header of a compound one, up to where its body starts."""

    span: Span
    index: int
    block: Block
    keyword: str


class Binding(NamedTuple):
    """One thing bound to a name: by assignment, `with`, `for`, `def`, `class`, `import` or as a parameter."""

    name: str
    value: Bound | None
    annotation: Expr | None
    statement: Statement
    block: Block


class TargetBinding(NamedTuple):
    """`owner.name = value`, or `owner[…] = value` with an empty name."""

    owner: Expr
    name: str
    value: Expr
    annotation: Expr | None
    statement: Statement
    block: Block


class Import(NamedTuple):
    """What `import a.b` or `from a import b` brings: the module, the name in it, the dots before it."""

    module: str
    name: str | None
    level: int


class ParameterKind(Enum):
    """How a parameter receives arguments."""

    POSITIONAL = "positional"
    KEYWORD = "keyword only"
    REST = "*"
    KEYWORDS = "**"


class Parameter(NamedTuple):
    """A parameter of a function."""

    name: str
    annotation: Expr | None
    default: Expr | None
    kind: ParameterKind
    position: int


class ExitKind(Enum):
    """How control or a value leaves a block."""

    RETURN = "return"
    YIELD = "yield"
    YIELD_FROM = "yield from"
    RAISE = "raise"
    BREAK = "break"
    CONTINUE = "continue"


class Exit(NamedTuple):
    """A statement or expression by which control or a value leaves a block, with the value."""

    kind: ExitKind
    value: Expr | None
    statement: Statement
    block: Block


class Read(NamedTuple):
    """`owner.name` that is read, and is not what a call calls.

    `tests` are the conditions inside its statement on which it is read: of `a if test else b`, `test and a`, and of
    comprehensions.
    """

    expr: Attribute
    span: Span
    statement: Statement
    block: Block
    tests: tuple[Expr, ...] = ()

    @property
    def path(self) -> str:
        """The file that holds it, as a path from the project's root."""
        return self.block.scope.module.path


YIELDS = (ExitKind.YIELD, ExitKind.YIELD_FROM)


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function: what is bound, called and left in it, in source order.

    `loose` holds the expressions that are nowhere else: asserted, deleted, tested in passing.
    `outer_names` are those that `global` or `nonlocal` declares, `nonlocal_names` the latter; what the scope binds
    to them is in `bound_outside`, and among the bindings of the scope that the name belongs to.
    """

    name: str
    parent: Scope | None
    span: Span
    statement: Statement | None = None
    module: Module = field(init=False)
    body: Block = field(init=False)
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    targets: list[TargetBinding] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    awaits: list[Await] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    exits: list[Exit] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    loose: list[Expr] = field(default_factory=list)
    outer_names: set[str] = field(default_factory=set)
    nonlocal_names: frozenset[str] = frozenset()
    bound_outside: tuple[Binding, ...] = ()

    def __post_init__(self) -> None:
        self.body = Block(BlockKind.BODY, self, None, None)
        if self.parent is not None:
            self.module = self.parent.module
        else:
            assert isinstance(self, Module)
            self.module = self

    def inner(self) -> Iterator[Scope]:
        """This scope and all scopes inside it."""
        yield self
        for scope in (*self.functions, *self.classes):
            yield from scope.inner()

    def inner_calls(self) -> Iterator[Call]:
        """The calls of this scope and of all scopes inside it."""
        for scope in self.inner():
            yield from scope.calls


@dataclass(slots=True, eq=False)
class Function(Scope):
    """A `def`, `async def` or lambda."""

    is_async: bool = False
    parameters: tuple[Parameter, ...] = ()
    decorators: tuple[Expr, ...] = ()
    returns: Expr | None = None

    @property
    def path(self) -> str:
        """The file that holds it, as a path from the project's root."""
        return self.module.path

    @property
    def is_lambda(self) -> bool:
        """Whether this is a lambda, which has no name of its own."""
        return self.name == LAMBDA

    @property
    def is_generator(self) -> bool:
        """Whether the body yields."""
        return any(item.kind in YIELDS for item in self.exits)

    @property
    def owner(self) -> Class | None:
        """The class whose method this is."""
        return self.parent if isinstance(self.parent, Class) else None

    def parameter(self, name: str) -> Parameter | None:
        """A parameter by name."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)


@dataclass(slots=True, eq=False)
class Class(Scope):
    """A class statement."""

    bases: tuple[Expr, ...] = ()
    keywords: tuple[tuple[str, Expr], ...] = ()
    decorators: tuple[Expr, ...] = ()


@dataclass(slots=True, eq=False)
class Module(Scope):
    """One file's index. `path` is relative to the project's root, with `/`."""

    path: str = ""
    imports: list[Import] = field(default_factory=list)
    stars: list[Import] = field(default_factory=list)
    mentions: set[str] = field(default_factory=set)
    has_main_guard: bool = False
    lines: int = 0
    _binding_statements: dict[int, Statement] = field(default_factory=dict, init=False, repr=False)

    @property
    def binding_statements(self) -> dict[int, Statement]:
        """The statements that bind a name, by their position in the file."""
        if not self._binding_statements:
            rows = (row for scope in self.inner() for bindings in scope.bindings.values() for row in bindings)
            self._binding_statements = {row.statement.index: row.statement for row in rows}
        return self._binding_statements


Bound = Expr | Function | Class | Import | Parameter


def is_expression(bound: Bound | None) -> TypeGuard[Expr]:
    """Whether what a name is bound to is an expression, rather than a definition, an import or a parameter."""
    return bound is not None and not isinstance(bound, (Function, Class, Import, Parameter))
