"""A route's own session, given by the project's dependency instead."""

from __future__ import annotations

from async_db_lint.fixes.nodes.walk import code_of
from async_db_lint.rule import Change, Fixer, Injection, Needed, Orphan, Safety, Syntax, cst


def injecting(injection: Injection) -> Fixer[cst.Call]:
    """The fix that gives a route a parameter in place of its `async with`: `fix=injecting(injection)`."""
    return lambda call, syntax: _injected(injection, syntax)


def _injected(injection: Injection, syntax: Syntax) -> Change | None:
    function = syntax.function(injection.route)
    call = None if function is None else syntax.at(function, injection.call.span, cst.Call)
    opened = None if call is None else syntax.around(call, cst.With)
    if function is None or call is None or opened is None or syntax.parent(opened) is not function.body:
        return None
    name = _only_name(opened, call)
    body = None if name is None else _unwrapped(function, opened)
    parameters = None if name is None else _with_parameter(function.params, name, injection.dependency)
    if body is None or parameters is None:
        return None
    changed = function.with_changes(params=parameters, body=body)
    path = injection.route.path
    needed = (
        *injection.needed,
        Needed(path, "typing", "Annotated"),
        Needed(path, "fastapi", "Depends"),
        Needed(path, "sqlalchemy.ext.asyncio", "AsyncSession"),
    )
    orphans = (Orphan(path, call.func.value),) if isinstance(call.func, cst.Name) else ()
    return Change("Let the dependency give the session", Safety.UNSAFE, ((function, changed),), needed, orphans)


def _only_name(opened: cst.With, call: cst.Call) -> str | None:
    """The name to which `async with call as name` binds; None for more items, or another target."""
    match opened.items:
        case [cst.WithItem(item=item, asname=cst.AsName(name=cst.Name(value=name)))] if item is call:
            return name
    return None


def _unwrapped(function: cst.FunctionDef, opened: cst.With) -> cst.IndentedBlock | None:
    """The function's body with the statements of the `async with` in its place."""
    if not isinstance(function.body, cst.IndentedBlock) or not isinstance(opened.body, cst.IndentedBlock):
        return None
    if opened.body.header.comment is not None:
        return None
    first, *others = opened.body.body
    lines = (*opened.leading_lines, *getattr(first, "leading_lines", ()))
    inner = [first.with_changes(leading_lines=lines), *others]
    body: list[cst.BaseStatement] = []
    for statement in function.body.body:
        body += inner if statement is opened else [statement]
    return function.body.with_changes(body=body)


def _with_parameter(params: cst.Parameters, name: str, dependency: str) -> cst.Parameters | None:
    """Parameters with one more, before those that have defaults; None where a list of another kind would need one."""
    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    if params.posonly_params or any(item.name.value == name for item in every):
        return None
    if any(isinstance(item.comma, cst.Comma) and "#" in code_of(item.comma) for item in every):
        return None
    note = cst.Annotation(cst.parse_expression(f"Annotated[AsyncSession, Depends({dependency})]"))
    new = cst.Param(cst.Name(name), note)
    place = sum(1 for item in params.params if item.default is None)
    rows = list(params.params)
    comma = rows[0].comma if len(rows) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    if not rows or place < len(rows):
        is_followed = bool(rows) or not isinstance(params.star_arg, cst.MaybeSentinel)
        added = new.with_changes(comma=comma) if is_followed else new
        return params.with_changes(params=[*rows[:place], added, *rows[place:]])
    last = rows[-1]
    return params.with_changes(params=[*rows[:-1], last.with_changes(comma=comma), new.with_changes(comma=last.comma)])
