"""What the walk notes for each kind of statement of CPython's tree.

The builder gets the statements' handlers by their node class, and the handlers get the builder: they are one walk
in two files, as the expressions are in a third.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from async_db_lint.index.convert import annotation, convert, span_of
from async_db_lint.index.expressions import Element, Enter, Join, Span, Usage
from async_db_lint.index.scopes import Block, BlockKind, Class, Exit, ExitKind, Function, Import
from async_db_lint.read.newer_syntax.nodes import TypeAlias

if TYPE_CHECKING:
    from async_db_lint.index.build import Builder


def header_span(node: ast.AST) -> Span:
    """The span of a compound statement up to where its body starts."""
    body = getattr(node, "body", None) or getattr(node, "cases")  # noqa: B009  # of `match`
    return Span(*_start(node), *_start(body[0]))


def _start(node: ast.AST) -> tuple[int, int]:
    """Where a statement starts, its decorators included."""
    decorators = getattr(node, "decorator_list", None)
    if decorators:
        return decorators[0].lineno, max(decorators[0].col_offset - 1, 0)
    if isinstance(node, ast.match_case):
        return node.pattern.lineno, node.pattern.col_offset
    assert isinstance(node, (ast.stmt, ast.expr))
    return node.lineno, node.col_offset


def _function(builder: Builder, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function = Function(node.name, builder.scope, span_of(node), builder.statement)
    function.is_async = isinstance(node, ast.AsyncFunctionDef)
    function.decorators = tuple(convert(builder, item, Usage.DECORATOR) for item in node.decorator_list)
    function.parameters = builder.parameters(node.args, function)
    function.returns = annotation(builder, node.returns)
    builder.scope.functions.append(function)
    builder.bind(node.name, function)
    with builder.entered(function):
        builder.statements(node.body)


def _class(builder: Builder, node: ast.ClassDef) -> None:
    found = Class(node.name, builder.scope, span_of(node), builder.statement)
    found.bases = tuple(convert(builder, item, Usage.ARGUMENT) for item in node.bases)
    found.keywords = tuple((item.arg or "**", convert(builder, item.value)) for item in node.keywords)
    found.decorators = tuple(convert(builder, item, Usage.DECORATOR) for item in node.decorator_list)
    builder.scope.classes.append(found)
    builder.bind(node.name, found)
    with builder.entered(found):
        builder.statements(node.body)


def _assign(builder: Builder, node: ast.Assign) -> None:
    value = convert(builder, node.value, Usage.BOUND)
    for target in node.targets:
        builder.assign(target, value)


def _annotated(builder: Builder, node: ast.AnnAssign) -> None:
    note = annotation(builder, node.annotation)
    if node.value is not None:
        builder.assign(node.target, convert(builder, node.value, Usage.BOUND), note)
    elif isinstance(node.target, ast.Name):
        builder.bind(node.target.id, None, note)


def _augmented(builder: Builder, node: ast.AugAssign) -> None:
    value = convert(builder, node.value)
    target = convert(builder, node.target)
    builder.assign(node.target, Join(type(node.op).__name__, target, value))


def _alias(builder: Builder, node: TypeAlias) -> None:
    builder.bind(node.name.id, annotation(builder, node.value))


def _with(builder: Builder, node: ast.With | ast.AsyncWith) -> None:
    is_async = isinstance(node, ast.AsyncWith)
    opener = builder.statement
    outer = builder.block
    kind = BlockKind.ASYNC_WITH if is_async else BlockKind.WITH
    for item in node.items:
        value = convert(builder, item.context_expr, Usage.ENTERED if is_async else Usage.ENTERED_SYNC)
        builder.block = Block(kind, builder.scope, builder.block, opener, (value,))
        builder.scope.blocks.append(builder.block)
        if item.optional_vars is not None:
            builder.assign(item.optional_vars, Enter(value, is_async))
    builder.statements(node.body)
    builder.block = outer


def _for(builder: Builder, node: ast.For | ast.AsyncFor) -> None:
    is_async = isinstance(node, ast.AsyncFor)
    opener = builder.statement
    usage = Usage.ASYNC_ITERATED if is_async else Usage.ITERATED
    iterable = convert(builder, node.iter, usage)
    builder.assign(node.target, Element(iterable, is_async))
    kind = BlockKind.ASYNC_FOR if is_async else BlockKind.FOR
    builder.run(kind, opener, node.body, (iterable,))
    builder.run(BlockKind.ELSE, opener, node.orelse)


def _while(builder: Builder, node: ast.While) -> None:
    opener = builder.statement
    test = convert(builder, node.test)
    builder.run(BlockKind.WHILE, opener, node.body, (test,))
    builder.run(BlockKind.ELSE, opener, node.orelse)


def _if(builder: Builder, node: ast.If) -> None:
    opener = builder.statement
    test = convert(builder, node.test)
    kind = _guard(node.test)
    if kind is BlockKind.MAIN_GUARD:
        builder.root.has_main_guard = True
    builder.run(kind, opener, node.body, (test,))
    orelse = node.orelse
    if len(orelse) == 1 and isinstance(orelse[0], ast.If) and orelse[0].col_offset == node.col_offset:
        outer = builder.block
        builder.block = Block(BlockKind.ELSE, builder.scope, outer, opener, (test,))
        builder.scope.blocks.append(builder.block)
        builder.begin(header_span(orelse[0]), "elif")
        _if(builder, orelse[0])
        builder.block = outer
        return
    builder.run(BlockKind.ELSE, opener, orelse, (test,))


def _guard(test: ast.expr) -> BlockKind:
    """Which kind of `if` this is."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), comparators=[ast.Constant(value="__main__")]):
            return BlockKind.MAIN_GUARD
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return BlockKind.TYPE_CHECKING
    return BlockKind.IF


def _try(builder: Builder, node: ast.Try) -> None:
    opener = builder.statement
    builder.run(BlockKind.TRY, opener, node.body)
    for handler in node.handlers:
        caught = () if handler.type is None else (convert(builder, handler.type),)
        if handler.name:
            builder.bind(handler.name, None)
        block = builder.run(BlockKind.EXCEPT, opener, handler.body, caught)
        if block is not None and handler.type is not None:
            several = handler.type.elts if isinstance(handler.type, ast.Tuple) else ()
            block.caught = span_of(several[0] if several else handler.type)
    builder.run(BlockKind.TRY_ELSE, opener, node.orelse)
    builder.run(BlockKind.FINALLY, opener, node.finalbody)


def _match(builder: Builder, node: ast.Match) -> None:
    opener = builder.statement
    subject = convert(builder, node.subject)
    builder.keep(subject)
    for case in node.cases:
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
            if isinstance(name, str):
                builder.bind(name, None)
        if case.guard is not None:
            builder.keep(convert(builder, case.guard))
        builder.run(BlockKind.CASE, opener, case.body, (subject,))


def _import(builder: Builder, node: ast.Import) -> None:
    for item in node.names:
        builder.mentions.add(item.name)
        found = Import(item.name, None, 0)
        builder.root.imports.append(found)
        root = item.name.partition(".")[0]
        builder.bind(item.asname or root, found if item.asname else Import(root, None, 0))


def _import_from(builder: Builder, node: ast.ImportFrom) -> None:
    for item in node.names:
        found = Import(node.module or "", item.name, node.level)
        builder.root.imports.append(found)
        if item.name == "*":
            builder.root.stars.append(found)
        else:
            builder.mentions.add(item.name)
            builder.bind(item.asname or item.name, found)


def _return(builder: Builder, node: ast.Return) -> None:
    value = None if node.value is None else convert(builder, node.value, Usage.RETURNED)
    builder.scope.exits.append(Exit(ExitKind.RETURN, value, builder.statement, builder.block))


def _raise(builder: Builder, node: ast.Raise) -> None:
    value = None if node.exc is None else convert(builder, node.exc)
    if node.cause is not None:
        builder.keep(convert(builder, node.cause))
    builder.scope.exits.append(Exit(ExitKind.RAISE, value, builder.statement, builder.block))


def _leave(builder: Builder, node: ast.Break | ast.Continue) -> None:
    kind = ExitKind.BREAK if isinstance(node, ast.Break) else ExitKind.CONTINUE
    builder.scope.exits.append(Exit(kind, None, builder.statement, builder.block))


def _expression(builder: Builder, node: ast.Expr) -> None:
    builder.keep(convert(builder, node.value, Usage.STATEMENT))


def _global(builder: Builder, node: ast.Global) -> None:
    builder.scope.outer_names.update(node.names)


def _nonlocal(builder: Builder, node: ast.Nonlocal) -> None:
    builder.scope.outer_names.update(node.names)
    builder.scope.nonlocal_names |= set(node.names)


def _others(builder: Builder, node: ast.stmt) -> None:
    for item in ast.iter_child_nodes(node):
        if isinstance(item, ast.expr):
            builder.keep(convert(builder, item))


Handlers = dict[type[ast.AST], Callable[["Builder", Any], None]]
SIMPLE: Handlers = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _leave,
    ast.Continue: _leave,
    ast.Expr: _expression,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Assert: _others,
    ast.Delete: _others,
    TypeAlias: _alias,
}
if hasattr(ast, "TypeAlias"):  # since Python 3.12
    SIMPLE[ast.TypeAlias] = _alias
COMPOUND: Handlers = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.If: _if,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Match: _match,
}
