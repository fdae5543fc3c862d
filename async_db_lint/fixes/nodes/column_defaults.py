"""Defaults of columns, written so that each row gets its own."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import (
    Change,
    Class,
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
    whole,
)
from async_db_lint.rule import Name as IndexName


def changeable(keyword: str) -> Pointer[cst.Call]:
    """The argument that holds a default, unless it is a tuple, which nobody can change: `at=changeable("default")`."""

    def find(call: cst.Call) -> cst.CSTNode | None:
        given = _given(call, keyword)
        return None if given is None or isinstance(given.value, cst.Tuple) else given

    return find if keyword else whole


def _given(call: cst.Call, keyword: str) -> cst.Arg | None:
    """The argument of a default, by its keyword; of SQLModel's `Field`, also the first."""
    named = keyword_of(call, keyword)
    is_first = named is None and keyword == "default" and bool(call.args) and call.args[0].keyword is None
    return call.args[0] if is_first and code_of(call.func).endswith("Field") else named


def working_out(item: WrongDefault) -> Fixer[cst.Call] | None:
    """The fix that passes a function, or SQL: `fix=working_out(item)`. None where names of the class are in it."""
    scope = item.call.block.scope
    named = {part.name for part in walk(item.given) if isinstance(part, IndexName)}
    if not item.keyword or (isinstance(scope, Class) and named & scope.bindings.keys()):
        return None

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        given = keyword_of(call, item.keyword)
        if given is None:
            return None
        if item.kind in (DefaultKind.UNWRITTEN, DefaultKind.QUOTED):
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
    if isinstance(given, cst.Attribute) and code_of(given).startswith("func."):
        return Change("Call it", Safety.SAFE, ((given, cst.Call(given)),))
    if not isinstance(given, (cst.Integer, cst.Float)):
        return None
    code = f'"{code_of(given)}"'
    return Change(f"Write `{code}`", Safety.SAFE, ((given, cst.parse_expression(code)),))
