"""A route's own session turned into one that the project's dependency gives, by the rule about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Change, Needed, Orphan, Safety
from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import Function, Module
from async_db_lint.project.application import Trigger
from async_db_lint.project.imports import local_name, spelling_for
from async_db_lint.project.kinds import Kind
from async_db_lint.project.project import Project

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class Injection(NamedTuple):
    """The route and its call, the dependency by its name there, and what has to be imported."""

    route: Function
    call: Call
    dependency: str
    needed: tuple[Needed, ...]


def injection_for(project: Project, route: Function, call: Call) -> Injection | None:
    """The one dependency of the project that yields a session of the same factory; None: no such, or several."""
    factory = project.inference.callee(call)
    if factory is None or factory.kind is not Kind.INSTANCE or call.usage is not Usage.ENTERED or not route.is_async:
        return None
    found = [
        function
        for function, triggers in project.application.triggers.items()
        if Trigger.DEPENDENCY in triggers and _gives(project, function, factory.origins)
    ]
    if len(found) != 1 or found[0].name in route.bindings:
        return None
    user, source = route.module, found[0].module
    known = local_name(project, user, found[0].name, source)
    if known is not None:
        return Injection(route, call, known, ())
    spelling = spelling_for(project, user, source)
    if spelling is None or user in project.imported(source):
        return None
    return Injection(route, call, found[0].name, (Needed(user.path, spelling, found[0].name),))


def _gives(project: Project, function: Function, factories: frozenset[Call]) -> bool:
    """Whether a plain dependency yields a session that it opens from some factory."""
    if function.parameters or not function.is_generator or not function.is_async:
        return False
    if not isinstance(function.parent, Module):
        return False
    session = project.inference.returned(function)
    if session is None or not project.is_session(session):
        return False
    callees = [project.inference.callee(call) for call in session.origins]
    return bool(callees) and all(item is not None and item.origins == factories for item in callees)


def injected(found: Injection, eye: Eye) -> Change | None:
    """The change that gives the route a parameter in place of its `async with`."""
    import libcst as cst

    function = eye.function(found.route)
    call = None if function is None else eye.at(function, found.call.span, cst.Call)
    opened = None if call is None else eye.around(call, cst.With)
    block = None if opened is None else eye.parent(opened)
    if function is None or call is None or opened is None or block is not function.body:
        return None
    item = opened.items[0]
    if (
        len(opened.items) != 1
        or item.item is not call
        or item.asname is None
        or not isinstance(item.asname.name, cst.Name)
    ):
        return None
    name = item.asname.name.value
    body = _unwrapped(function, opened)
    parameters = None if body is None else _with_parameter(function.params, name, found.dependency)
    if body is None or parameters is None:
        return None
    changed = function.with_changes(params=parameters, body=body)
    path = found.route.module.path
    needed = (
        *found.needed,
        Needed(path, "typing", "Annotated"),
        Needed(path, "fastapi", "Depends"),
        Needed(path, "sqlalchemy.ext.asyncio", "AsyncSession"),
    )
    orphans = (Orphan(path, call.func.value),) if isinstance(call.func, cst.Name) else ()
    return Change("Let the dependency give the session", Safety.UNSAFE, ((function, changed),), needed, orphans)


def _unwrapped(function: cst.FunctionDef, opened: cst.With) -> cst.IndentedBlock | None:
    """The function's body with the statements of the `async with` in its place."""
    import libcst as cst

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
    import libcst as cst

    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    if params.posonly_params or any(item.name.value == name for item in every):
        return None
    if any(
        isinstance(item.comma, cst.Comma) and "#" in cst.Module(body=()).code_for_node(item.comma) for item in every
    ):
        return None
    note = cst.Annotation(cst.parse_expression(f"Annotated[AsyncSession, Depends({dependency})]"))
    new = cst.Param(cst.Name(name), note)
    place = sum(1 for item in params.params if item.default is None)
    rows = list(params.params)
    if not rows or place < len(rows):
        is_followed = bool(rows) or not isinstance(params.star_arg, cst.MaybeSentinel)
        comma = rows[0].comma if len(rows) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
        return params.with_changes(
            params=[*rows[:place], new.with_changes(comma=comma) if is_followed else new, *rows[place:]]
        )
    last = rows[-1]
    between = rows[0].comma if len(rows) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    return params.with_changes(
        params=[*rows[:-1], last.with_changes(comma=between), new.with_changes(comma=last.comma)]
    )
