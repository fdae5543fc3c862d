"""One file's bytes turned into a `Module`: the walk over CPython's statements.

`statements` and `convert` say what is noted for each kind of node.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from async_db_lint.index.convert import annotation, convert, part, span_of
from async_db_lint.index.expressions import NOTHING, Call, Expr, Literal, Name, Span, Usage
from async_db_lint.index.scopes import (
    Binding,
    Block,
    BlockKind,
    Bound,
    Function,
    Module,
    Parameter,
    ParameterKind,
    Scope,
    Statement,
    TargetBinding,
)
from async_db_lint.index.statements import COMPOUND, SIMPLE, header_span
from async_db_lint.read.newer_syntax.parse import syntax_tree

START = Span(1, 0, 1, 0)


def index(path: str, data: bytes) -> Module:
    """The index of one file.

    Takes the path to give it and the file's bytes, whose encoding CPython finds. Raises what
    `ast.parse` raises: SyntaxError, ValueError, RecursionError, MemoryError.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = syntax_tree(data)
    return Builder(path, data.count(b"\n") + 1).module(tree)


class Builder:
    """The walk: where it is (scope, block, statement) and what it has noted."""

    def __init__(self, path: str, lines: int) -> None:
        self.root = Module(path, None, START, path=path, lines=lines)
        self.scope: Scope = self.root
        self.block: Block = self.root.body
        self.statement = Statement(START, -1, self.block, "module")
        self.mentions = self.root.mentions
        self.names: dict[str, Name] = {}
        self.nonlocal_bindings: list[tuple[Scope, Binding]] = []
        self.count = 0
        self.tests: tuple[Expr, ...] = ()

    def module(self, tree: ast.Module) -> Module:
        """The whole tree, walked."""
        self.statements(tree.body)
        for scope, binding in self.nonlocal_bindings:
            _bind_in_enclosing_function(scope, binding)
        return self.root

    def statements(self, nodes: Sequence[ast.stmt]) -> None:
        """A run of statements in the current block."""
        for node in nodes:
            kind = type(node)
            if kind is ast.Expr and type(node.value) is ast.Constant:  # type: ignore[attr-defined]
                convert(self, node.value)  # type: ignore[attr-defined]  # a docstring: only its lines are noted
                continue
            handler = SIMPLE.get(kind)
            if handler is None:
                handler = COMPOUND.get(kind)
                if handler is None:
                    continue
                span = header_span(node)
            else:
                span = span_of(node)
            self.begin(span, kind.__name__)
            handler(self, node)

    def begin(self, span: Span, keyword: str) -> None:
        """Make the code in a span the current statement."""
        self.count += 1
        self.statement = Statement(span, self.count, self.block, keyword)

    @contextmanager
    def entered(self, scope: Scope) -> Iterator[None]:
        """Walk inside a scope, then come back."""
        outer = self.scope, self.block, self.statement, self.tests
        self.scope, self.block, self.tests = scope, scope.body, ()
        yield
        self.scope, self.block, self.statement, self.tests = outer

    def run(
        self, kind: BlockKind, opener: Statement, nodes: Sequence[ast.stmt], heads: tuple[Expr, ...] = ()
    ) -> Block | None:
        """Walk statements in a block of their own; None where there are none."""
        if not nodes:
            return None
        outer = self.block
        block = self.block = Block(kind, self.scope, outer, opener, heads)
        self.scope.blocks.append(block)
        self.statements(nodes)
        self.block = outer
        return block

    def bind(self, name: str, value: Bound | None, note: Expr | None = None) -> None:
        """Note a binding of a name: in the current scope, or in the one that `global` or `nonlocal` means."""
        scope = self.scope
        binding = Binding(name, value, note, self.statement, self.block)
        if name in scope.outer_names:
            scope.bound_outside = (*scope.bound_outside, binding)
            if name in scope.nonlocal_names:
                self.nonlocal_bindings.append((scope, binding))
                return
            scope = self.root
        scope.bindings.setdefault(name, []).append(binding)

    def assign(self, target: ast.expr, value: Expr, note: Expr | None = None) -> None:
        """Note what an assignment binds: names, attributes, items, or parts of an unpacked value."""
        match target:
            case ast.Name():
                self.mentions.add(target.id)
                self.bind(target.id, value, note)
            case ast.Attribute():
                self.mentions.add(target.attr)
                self.target(convert(self, target.value), target.attr, value, note)
            case ast.Subscript():
                self.keep(convert(self, target.slice))
                self.target(convert(self, target.value), "", value, note)
            case ast.Tuple() | ast.List():
                starred = any(isinstance(item, ast.Starred) for item in target.elts)
                for position, item in enumerate(target.elts):
                    self.assign(item, part(value, None if starred else position))
            case ast.Starred():
                self.assign(target.value, part(value, None))

    def keep(self, value: Expr) -> None:
        """Note an expression that nothing else refers to."""
        if not isinstance(value, (Literal, Call)) and value is not NOTHING:
            self.scope.loose.append(value)

    def target(self, owner: Expr, name: str, value: Expr, note: Expr | None) -> None:
        """Note `owner.name = value`."""
        self.scope.targets.append(TargetBinding(owner, name, value, note, self.statement, self.block))

    def parameters(self, arguments: ast.arguments, function: Function) -> tuple[Parameter, ...]:
        """The parameters of a function, bound in it; defaults are converted in the scope around it."""
        found: list[Parameter] = []
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        defaults += arguments.defaults
        rows = [(item, default, ParameterKind.POSITIONAL) for item, default in zip(positional, defaults, strict=True)]
        if arguments.vararg:
            rows.append((arguments.vararg, None, ParameterKind.REST))
        rows += [
            (item, default, ParameterKind.KEYWORD)
            for item, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        ]
        if arguments.kwarg:
            rows.append((arguments.kwarg, None, ParameterKind.KEYWORDS))
        for position, (item, default, kind) in enumerate(rows):
            value = None if default is None else convert(self, default, Usage.ARGUMENT)
            parameter = Parameter(item.arg, annotation(self, item.annotation), value, kind, position)
            found.append(parameter)
            binding = Binding(item.arg, parameter, parameter.annotation, self.statement, function.body)
            function.bindings.setdefault(item.arg, []).append(binding)
        return tuple(found)


def _bind_in_enclosing_function(scope: Scope, binding: Binding) -> None:
    """Note what `nonlocal` binds, in the nearest outer function that binds the name anywhere."""
    outer = scope.parent
    while outer is not None:
        if isinstance(outer, Function) and binding.name in outer.bindings:
            outer.bindings[binding.name].append(binding)
            outer.bindings[binding.name].sort(key=lambda item: item.statement.index)
            return
        outer = outer.parent
    scope.bindings.setdefault(binding.name, []).append(binding)  # no such function: Python refuses the file
