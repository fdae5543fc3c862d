"""Defaults of columns, written so that each row gets its own."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import (
    Change,
    DefaultKind,
    Fixer,
    Needed,
    Pointer,
    Safety,
    Syntax,
    WrongDefault,
    cst,
    keyword_of,
    walk,
)
from async_db_lint.rule import Name as IndexName


def changeable(keyword: str) -> Pointer[cst.Call]:
    """The argument that holds a default, unless it is a tuple, which nobody can change: `at=changeable("default")`."""

    def find(call: cst.Call) -> cst.CSTNode | None:
        given = keyword_of(call, keyword)
        return None if given is None or isinstance(given.value, cst.Tuple) else given

    return find


def working_out(item: WrongDefault) -> Fixer[cst.Call] | None:
    """The fix that passes a function, or SQL: `fix=working_out(item)`. None where names of the class are in it."""
    named = {part.name for part in walk(item.given) if isinstance(part, IndexName)}
    if named & item.call.block.scope.bindings.keys() - {item.column.name}:
        return None

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        given = keyword_of(call, item.keyword)
        if given is None:
            return None
        if item.kind is DefaultKind.UNWRITTEN or item.kind is DefaultKind.QUOTED:
            return _in_sql(item, given.value)
        code = _function(given.value)
        if code is None:
            return None
        keyword = "default_factory" if item.is_field and item.keyword == "default" else item.keyword
        changed = given.with_changes(keyword=cst.Name(keyword), value=cst.parse_expression(code))
        return Change(f"Pass `{code}`", Safety.UNSAFE, ((given, changed),))

    return fix


def _function(given: cst.BaseExpression) -> str | None:
    """The code of a function that gives what an expression is."""
    if isinstance(given, (cst.Dict, cst.List)):
        return None if given.elements else "dict" if isinstance(given, cst.Dict) else "list"
    if isinstance(given, cst.Call) and not given.args:
        return code_of(given.func)
    code = code_of(given)
    return None if "\n" in code else f"lambda: {code}"


def _in_sql(item: WrongDefault, given: cst.BaseExpression) -> Change | None:
    """What the database is to use, as SQL: it raises today where it is no string."""
    path = item.call.path
    if isinstance(given, cst.Name) and given.value in ("True", "False"):
        name = given.value.lower()
        return Change(
            f"Write `{name}()`",
            Safety.SAFE,
            ((given, cst.parse_expression(f"{name}()")),),
            (Needed(path, "sqlalchemy", name),),
        )
    if isinstance(given, cst.SimpleString):
        wrapped = cst.Call(cst.Name("text"), [cst.Arg(given)])
        return Change("Wrap it in `text()`", Safety.UNSAFE, ((given, wrapped),), (Needed(path, "sqlalchemy", "text"),))
    code = f'"{code_of(given)}"'
    return Change(f"Write `{code}`", Safety.SAFE, ((given, cst.parse_expression(code)),))
