"""The option that lets a statement load a relationship, added where the statement stands."""

from __future__ import annotations

from async_db_lint.fixes.nodes.statement_step import read_call, with_step
from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Call, Change, Expr, Fixer, Needed, Safety, Syntax, Unloaded, cst, keyword_of

LOADER = "selectinload"


def loading(item: Unloaded, statement: Expr | None) -> Fixer[cst.CSTNode] | None:
    """The fix that adds `selectinload(…)` to a statement: `fix=loading(item, statement)`.

    `statement` is the code of the statement where it is written out. None where the relationship is not one of what
    is selected itself, or where an object is made rather than loaded.
    """
    loaded = item.loaded
    if loaded.is_new or loaded.path:
        return None
    if loaded.call.method in ("get", "get_one"):
        return lambda node, syntax: _in_get(item, syntax)
    if not isinstance(statement, Call) or statement.block.scope is not loaded.call.block.scope:
        return None
    return lambda node, syntax: _in_statement(item, statement, syntax)


def _in_get(item: Unloaded, syntax: Syntax) -> Change | None:
    """`session.get(Author, 1, options=[selectinload(Author.books)])`."""
    call = read_call(item.loaded.call, syntax)
    if call is None or keyword_of(call, "options") is not None or not call.args or len(call.args) > 2:
        return None
    model = call.args[0].value
    if not isinstance(model, (cst.Name, cst.Attribute)):
        return None
    given = cst.parse_expression(f"[{LOADER}({code_of(model)}.{item.relationship.name})]")
    equal = cst.AssignEqual(cst.SimpleWhitespace(""), cst.SimpleWhitespace(""))
    option = cst.Arg(given, keyword=cst.Name("options"), equal=equal)
    last = call.args[-1].with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))
    return _change(item, call, call.with_changes(args=[*call.args[:-1], last, option]))


def _in_statement(item: Unloaded, statement: Call, syntax: Syntax) -> Change | None:
    """`select(Author).options(selectinload(Author.books))`."""
    call = read_call(statement, syntax)
    model = None if call is None else _selected(call)
    if call is None or model is None:
        return None
    option = f"{LOADER}({code_of(model)}.{item.relationship.name})"
    return _change(item, call, with_step(call, "options", option))


def _selected(call: cst.Call) -> cst.Name | cst.Attribute | None:
    """The one class that a chain on `select(…)` selects, as it is written there."""
    inner: cst.BaseExpression = call
    while isinstance(inner, cst.Call) and isinstance(inner.func, cst.Attribute) and inner.func.attr.value != "select":
        inner = inner.func.value
    if not isinstance(inner, cst.Call) or len(inner.args) != 1:
        return None
    model = inner.args[0].value
    return model if isinstance(model, (cst.Name, cst.Attribute)) and inner.args[0].star == "" else None


def _change(item: Unloaded, call: cst.Call, changed: cst.Call) -> Change:
    name = f"{item.cls.name}.{item.relationship.name}"
    needed = (Needed(item.loaded.call.path, "sqlalchemy.orm", LOADER),)
    return Change(f"Load `{name}` with the statement", Safety.UNSAFE, ((call, changed),), needed)
