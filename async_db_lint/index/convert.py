"""CPython's expression nodes turned into symbolic expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from async_db_lint.index.expressions import (
    NOTHING,
    Argument,
    Attribute,
    Await,
    Call,
    Comprehension,
    Either,
    Element,
    Expr,
    Join,
    Lambda,
    Literal,
    Mapping,
    Name,
    Not,
    Opaque,
    Part,
    PythonComparison,
    Sequence,
    Slice,
    Span,
    Starred,
    Subscript,
    Template,
    Usage,
)
from async_db_lint.index.scopes import LAMBDA, Block, BlockKind, Exit, ExitKind, Function, Read

if TYPE_CHECKING:
    from async_db_lint.index.build import Builder

NONE = Literal(None)
OTHER, ARGUMENT, RECEIVER = Usage.OTHER, Usage.ARGUMENT, Usage.RECEIVER  # looked up once: this is the hot path
new = tuple.__new__  # what a named tuple's own constructor calls, without the call around it
DECIDED = frozenset({ast.Is, ast.IsNot, ast.In, ast.NotIn})  # by Python, whatever is compared
Convert = Callable[["Builder", Any, Usage], Expr]


def span_of(node: ast.expr | ast.stmt) -> Span:
    """The place of a node."""
    return new(Span, (node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0))


def convert(builder: Builder, node: ast.expr, usage: Usage = OTHER) -> Expr:
    """The symbolic form of a node; its calls are noted in the builder's current scope."""
    kind = type(node)
    if kind is ast.Name:  # the two shapes that most expressions have, without another call
        found = builder.names.get(node.id)  # type: ignore[attr-defined]
        if found is not None:
            return found
    elif kind is ast.Constant and node.end_lineno == node.lineno:
        value = node.value  # type: ignore[attr-defined]
        return NONE if value is None else new(Literal, (value,))
    handler = HANDLERS.get(kind)
    return handler(builder, node, usage) if handler is not None else _opaque(builder, node, usage)


def _name(builder: Builder, node: ast.Name, usage: Usage) -> Expr:
    name = builder.names.get(node.id)
    if name is None:
        builder.mentions.add(node.id)
        builder.names[node.id] = name = Name(node.id)
    return name


def _attribute(builder: Builder, node: ast.Attribute, usage: Usage) -> Expr:
    builder.mentions.add(node.attr)
    found: Attribute = new(Attribute, (convert(builder, node.value, RECEIVER), node.attr))
    builder.scope.reads.append(new(Read, (found, span_of(node), builder.statement, builder.block, builder.tests)))
    return found


def _constant(builder: Builder, node: ast.Constant, usage: Usage) -> Expr:
    return Literal(node.value) if node.value is not None else NONE


def _call(builder: Builder, node: ast.Call, usage: Usage) -> Expr:
    func = node.func
    callee: Expr
    if type(func) is ast.Attribute:
        builder.mentions.add(func.attr)
        callee = new(Attribute, (convert(builder, func.value, RECEIVER), func.attr))
    elif type(func) is ast.Name:
        callee = convert(builder, func)
    else:
        callee = convert(builder, func, Usage.CALLED)
    arguments: list[Argument] = [new(Argument, (None, convert(builder, item, ARGUMENT))) for item in node.args]
    arguments += [
        new(Argument, (item.arg if item.arg is not None else "**", convert(builder, item.value, ARGUMENT)))
        for item in node.keywords
    ]
    call = Call(callee, tuple(arguments), span_of(node), builder.statement, builder.block, usage)
    builder.scope.calls.append(call)
    return call


def _await(builder: Builder, node: ast.Await, usage: Usage) -> Expr:
    value = convert(builder, node.value, Usage.AWAITED)
    awaited = Await(value, span_of(node), builder.statement, builder.block)
    builder.scope.awaits.append(awaited)
    return awaited


def _template(builder: Builder, node: ast.JoinedStr, usage: Usage) -> Expr:
    parts = [convert(builder, item.value if isinstance(item, ast.FormattedValue) else item) for item in node.values]
    return Template(tuple(parts))


def _join(builder: Builder, node: ast.BinOp, usage: Usage) -> Expr:
    left = convert(builder, node.left)
    right = convert(builder, node.right)
    return Join(type(node.op).__name__, left, right)


def _subscript(builder: Builder, node: ast.Subscript, usage: Usage) -> Expr:
    return Subscript(convert(builder, node.value, Usage.RECEIVER), convert(builder, node.slice))


def _slice(builder: Builder, node: ast.Slice, usage: Usage) -> Expr:
    return Slice(tuple(convert(builder, item) for item in (node.lower, node.upper, node.step) if item is not None))


def _sequence(builder: Builder, node: ast.List | ast.Tuple | ast.Set, usage: Usage) -> Expr:
    return Sequence(tuple(convert(builder, item, Usage.ELEMENT) for item in node.elts))


def _mapping(builder: Builder, node: ast.Dict, usage: Usage) -> Expr:
    pairs = [
        (None if key is None else convert(builder, key), convert(builder, value, Usage.ELEMENT))
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    return Mapping(tuple(pairs))


def _starred(builder: Builder, node: ast.Starred, usage: Usage) -> Expr:
    return Starred(convert(builder, node.value, usage))


def _conditional(builder: Builder, node: ast.IfExp, usage: Usage) -> Expr:
    outer = builder.tests
    test = convert(builder, node.test)
    builder.keep(test)
    builder.tests = (*outer, test)
    found = Either((convert(builder, node.body, usage), convert(builder, node.orelse, usage)))
    builder.tests = outer
    return found


def _boolean(builder: Builder, node: ast.BoolOp, usage: Usage) -> Expr:
    outer = builder.tests
    found: list[Expr] = []
    for item in node.values:
        builder.tests = (*outer, *found)
        found.append(convert(builder, item, usage))
    builder.tests = outer
    return Either(tuple(found))


def _compare(builder: Builder, node: ast.Compare, usage: Usage) -> Expr:
    is_plain = len(node.ops) == 1 and type(node.ops[0]) not in DECIDED
    if is_plain:
        return _opaque(builder, node, usage)
    operands = tuple(convert(builder, item) for item in (node.left, *node.comparators))
    return PythonComparison(tuple(type(item).__name__ for item in node.ops), operands)


def _unary(builder: Builder, node: ast.UnaryOp, usage: Usage) -> Expr:
    return Not(convert(builder, node.operand)) if type(node.op) is ast.Not else _opaque(builder, node, usage)


def _walrus(builder: Builder, node: ast.NamedExpr, usage: Usage) -> Expr:
    value = convert(builder, node.value, Usage.BOUND)
    builder.bind(node.target.id, value)
    return value


def _yield(builder: Builder, node: ast.Yield, usage: Usage) -> Expr:
    value = None if node.value is None else convert(builder, node.value, Usage.YIELDED)
    builder.scope.exits.append(Exit(ExitKind.YIELD, value, builder.statement, builder.block))
    return NOTHING


def _yield_from(builder: Builder, node: ast.YieldFrom, usage: Usage) -> Expr:
    value = convert(builder, node.value, Usage.YIELDED)
    builder.scope.exits.append(Exit(ExitKind.YIELD_FROM, value, builder.statement, builder.block))
    return NOTHING


def _lambda(builder: Builder, node: ast.Lambda, usage: Usage) -> Expr:
    function = Function(LAMBDA, builder.scope, span_of(node), builder.statement)
    builder.scope.functions.append(function)
    function.parameters = builder.parameters(node.args, function)
    with builder.entered(function):
        value = convert(builder, node.body, Usage.RETURNED)
        function.exits.append(Exit(ExitKind.RETURN, value, builder.statement, builder.block))
    return Lambda(function)


def _comprehension(
    builder: Builder, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, usage: Usage
) -> Expr:
    outer, tests = builder.block, builder.tests
    block = Block(BlockKind.COMPREHENSION, builder.scope, outer, builder.statement)
    builder.scope.blocks.append(block)
    for generator in node.generators:
        kind = Usage.ASYNC_ITERATED if generator.is_async else Usage.ITERATED
        iterable = convert(builder, generator.iter, kind)
        builder.block = block
        for name, value in targets(generator.target, Element(iterable, bool(generator.is_async))):
            block.names[name] = value
        for test in generator.ifs:
            condition = convert(builder, test)
            builder.keep(condition)
            builder.tests = (*builder.tests, condition)
    if isinstance(node, ast.DictComp):
        builder.keep(convert(builder, node.key))
        element = convert(builder, node.value, Usage.ELEMENT)
    else:
        element = convert(builder, node.elt, Usage.ELEMENT)
    builder.block, builder.tests = outer, tests
    return Comprehension(element)


def targets(node: ast.expr, value: Expr) -> list[tuple[str, Expr]]:
    """The names that an unpacking target binds, each with its part of the value."""
    if isinstance(node, ast.Name):
        return [(node.id, value)]
    if isinstance(node, ast.Starred):
        return targets(node.value, NOTHING)
    if not isinstance(node, (ast.Tuple, ast.List)):
        return []
    starred = any(isinstance(item, ast.Starred) for item in node.elts)
    found: list[tuple[str, Expr]] = []
    for position, item in enumerate(node.elts):
        found += targets(item, part(value, None if starred else position))
    return found


def part(value: Expr, position: int | None) -> Expr:
    """Item `position` of a value, taken out at once where the value is a display."""
    if isinstance(value, Sequence) and position is not None and position < len(value.items):
        if not any(isinstance(item, Starred) for item in value.items[: position + 1]):
            return value.items[position]
    return Part(value, position)


def _opaque(builder: Builder, node: ast.AST, usage: Usage) -> Expr:
    found: list[Expr] = []
    for item in ast.iter_child_nodes(node):
        if isinstance(item, ast.expr):
            value = convert(builder, item)
            if not isinstance(value, Literal) and value is not NOTHING:
                found.append(value)
    return Opaque(tuple(found)) if found else NOTHING


HANDLERS: dict[type[ast.AST], Convert] = {
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Await: _await,
    ast.JoinedStr: _template,
    ast.BinOp: _join,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.Dict: _mapping,
    ast.Starred: _starred,
    ast.IfExp: _conditional,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.UnaryOp: _unary,
    ast.NamedExpr: _walrus,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Lambda: _lambda,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
}


def annotation(builder: Builder, node: ast.expr | None) -> Expr | None:
    """An annotation; one in quotes is read as the code it holds."""
    if node is None:
        return None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.copy_location(ast.parse(node.value.strip(), mode="eval").body, node)
        except (SyntaxError, ValueError):
            return None
        for item in ast.walk(node):
            ast.copy_location(item, node)
    return convert(builder, node)
