"""ADB205."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Needed, Safety
from async_db_lint.index.expressions import Attribute, Call, Expr, Name, Usage, children
from async_db_lint.index.scopes import Exit, Function, Module, Scope, is_expression
from async_db_lint.project.application import Trigger
from async_db_lint.project.dependencies import is_depends
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Related, Rule, Severity, Suspect, at_call
from async_db_lint.rules.mending.closing import Opened, around, count, entered
from async_db_lint.rules.mending.walking import inside
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class DependencyReturnsSession(Rule):
    """A dependency returns the session that it opened.

    Happens: after `async with … : return session` the session is closed before the route gets it. Its
    next use opens it again, silently, and nobody closes it any more. After `return SessionLocal()`
    nobody ever did. Each request keeps a connection: with a pool of 3 the fourth answers 500.

    Instead: `yield` it.

        async def get_db() -> AsyncIterator[AsyncSession]:
            async with SessionLocal() as session:
                yield session

    Silent: for a session that the dependency did not open: of `request.state`, of a unit of work.
    """

    code = "ADB205"
    name = "dependency-returns-session"
    severity = Severity.ERROR
    fix = Safety.UNSAFE
    guide = "Use dependency injection for sessions (`Depends(get_db)`)"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for function, triggers in project.application.triggers.items():
            if Trigger.DEPENDENCY not in triggers or function.is_generator or project.role(function) is Role.TEST:
                continue
            for item in function.exits:
                call = _opened(project, function, item)
                if call is not None:
                    state = "already closed" if call.usage is Usage.ENTERED else "never closed"
                    related = [Related(function.module.path, item.statement.span, "returned here: `yield` it")]
                    message = f"`{function.name}` returns the session that it opens: it is {state}"
                    yield at_call(call, message, related, facts=_facts(project, function, call))

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        function = None if suspect.facts is None else eye.function(suspect.facts.function)
        changed = None if function is None else yielding(function, suspect.facts, eye)
        if function is None or changed is None:
            return None
        is_new = function.returns is not None and not _is_iterator(function.returns.annotation)
        needed = (Needed(suspect.path, "collections.abc", "AsyncIterator"),) if is_new else ()
        return Change("Yield the session", Safety.UNSAFE, ((function, changed),), needed)


def _facts(project: Project, function: Function, call: Call) -> Opened | None:
    """The function, when nothing but FastAPI calls it and it has one way out."""
    ends = [item for item in function.exits if item.kind == "return"]
    if len(ends) != 1 or len(function.exits) != 1 or function.decorators or not _is_only_injected(project, function):
        return None
    value = ends[0].value
    return Opened(function, value.name if isinstance(value, Name) else "", call)


def _is_only_injected(project: Project, function: Function) -> bool:
    """Whether a function of a module is used for nothing but `Depends(…)`."""
    if not isinstance(function.parent, Module):
        return False
    for module in project.modules.values():
        if function.name in module.mentions:
            for scope in module.inner():
                if any(_is_named(item, function.name) for item in _others(project, scope)):
                    return False
    return True


def _others(project: Project, scope: Scope) -> Iterator[Expr]:
    """What a scope calls, passes on, binds, stores and returns, but for what it depends on."""
    for call in scope.calls:
        yield call.callee
        if not is_depends(project.inference, call):
            yield from (argument.value for argument in call.arguments)
    for bindings in scope.bindings.values():
        yield from (item.value for item in bindings if is_expression(item.value))
    for target in scope.targets:
        yield target.owner
        yield target.value
    yield from (item.value for item in scope.exits if item.value is not None)


def _is_named(expr: Expr, name: str) -> bool:
    """Whether an expression is a name, or holds it in a list or dict, or is an attribute of it."""
    if isinstance(expr, Call):  # a call is looked at by itself
        return False
    if isinstance(expr, (Name, Attribute)) and expr.name == name:
        return True
    return any(_is_named(child, name) for child in children(expr))


def is_at_end(function: cst.FunctionDef) -> bool:
    """Whether a function ends with its `return`, in nothing but `with` blocks: nothing runs after it, or again."""
    import libcst as cst

    body: cst.BaseSuite = function.body
    while isinstance(body, cst.IndentedBlock) and body.body:
        last = body.body[-1]
        if isinstance(last, cst.With):
            body = last.body
            continue
        return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)
    return False


def yielding(function: cst.FunctionDef, opened: Opened, eye: Eye) -> cst.FunctionDef | None:
    """A function that yields the session which it returned, inside of an `async with`."""
    import libcst as cst

    if opened.call.usage not in (Usage.ENTERED, Usage.RETURNED, Usage.BOUND) or not is_at_end(function):
        return None
    if opened.call.usage is Usage.BOUND:
        pair = entered(opened, eye)
        changed = None if pair is None else pair[1]
    elif opened.call.usage is Usage.RETURNED and not count([function], "session"):
        changed = _opened_in_place(function, opened, eye)
    else:
        changed = function if opened.call.usage is Usage.ENTERED else None
    end = None if changed is None else _last_return(changed)
    if changed is None or end is None:
        return changed if changed is not None and opened.call.usage is Usage.RETURNED else None
    value = cst.ensure_type(end, cst.Return).value
    changed = cst.ensure_type(changed.deep_replace(end, cst.Expr(cst.Yield(value))), cst.FunctionDef)
    return _annotated(changed)


def _opened_in_place(function: cst.FunctionDef, opened: Opened, eye: Eye) -> cst.FunctionDef | None:
    """`return SessionLocal()` as `async with SessionLocal() as session: return session`."""
    import libcst as cst

    call = eye.at(function, opened.call.span, cst.Call)
    line = None if call is None else eye.around(call, cst.SimpleStatementLine)
    if call is None or line is None or len(line.body) != 1:
        return None
    end = cst.SimpleStatementLine([cst.Return(cst.Name("session"))])
    return cst.ensure_type(function.deep_replace(line, around(call, "session", [end], line)), cst.FunctionDef)


def _last_return(function: cst.FunctionDef) -> cst.Return | None:
    """The one `return` of a function."""
    import libcst as cst

    found = [node for node in inside(function.body) if isinstance(node, cst.Return)]
    return found[0] if len(found) == 1 else None


def _is_iterator(annotation: cst.BaseExpression) -> bool:
    """Whether an annotation says already that something is yielded."""
    import libcst as cst

    text = cst.Module(body=()).code_for_node(annotation)
    return "Iterator" in text or "Generator" in text


def _annotated(function: cst.FunctionDef) -> cst.FunctionDef:
    """An `async def` whose annotation says that it yields what it returned."""
    import libcst as cst

    changed = function.with_changes(asynchronous=function.asynchronous or cst.Asynchronous())
    if function.returns is None or _is_iterator(function.returns.annotation):
        return changed
    item = cst.SubscriptElement(cst.Index(function.returns.annotation))
    iterator = cst.Subscript(cst.Name("AsyncIterator"), [item])
    return changed.with_changes(returns=function.returns.with_changes(annotation=iterator))


def _opened(project: Project, function: Function, item: Exit) -> Call | None:
    """The call in a function that opened the session which it returns."""
    if item.kind != "return" or item.value is None:
        return None
    value = project.inference.value(item.value, place_of(item))
    if not project.is_session(value) or value is None:
        return None
    opened = [call for call in value.origins if call.block.scope is function]
    return opened[0] if len(opened) == len(value.origins) == 1 else None
