"""A dependency that returns its session, written so that it yields it."""

from __future__ import annotations

from async_db_lint.fixes.nodes.async_with import entered, with_around
from async_db_lint.fixes.nodes.walk import code_of, count_name, inside
from async_db_lint.rule import Change, Fixer, Needed, Opened, Safety, Syntax, Usage, cst


def yielding_session(opened: Opened) -> Fixer[cst.Call]:
    """The fix that lets a dependency yield the session that it opens: `fix=yielding_session(opened)`."""

    def fix(call: cst.Call, syntax: Syntax) -> Change | None:
        function = syntax.function(opened.function)
        changed = None if function is None else _yielding(function, opened, syntax)
        if function is None or changed is None:
            return None
        is_new = function.returns is not None and not _is_iterator(function.returns.annotation)
        needed = (Needed(opened.function.path, "collections.abc", "AsyncIterator"),) if is_new else ()
        return Change("Yield the session", Safety.UNSAFE, ((function, changed),), needed)

    return fix


def _yielding(function: cst.FunctionDef, opened: Opened, syntax: Syntax) -> cst.FunctionDef | None:
    """A function that yields the session which it returned, inside of an `async with`."""
    changed = _entered(function, opened, syntax) if _ends_with_return(function) else None
    end = None if changed is None else _only_return(changed)
    if changed is None or end is None:
        return None
    yielded = cst.Expr(cst.Yield(end.value))
    return _annotated(cst.ensure_type(changed.deep_replace(end, yielded), cst.FunctionDef))


def _entered(function: cst.FunctionDef, opened: Opened, syntax: Syntax) -> cst.FunctionDef | None:
    """The function with the session opened by `async with`, however it is opened now."""
    if opened.call.usage is Usage.ENTERED:
        return function
    if opened.call.usage is Usage.BOUND:
        pair = entered(opened, syntax)
        return None if pair is None else pair[1]
    if opened.call.usage is Usage.RETURNED and not count_name((function,), "session"):
        return _opened_in_place(function, opened, syntax)
    return None


def _opened_in_place(function: cst.FunctionDef, opened: Opened, syntax: Syntax) -> cst.FunctionDef | None:
    """`return SessionLocal()` as `async with SessionLocal() as session: return session`."""
    call = syntax.at(function, opened.call.span, cst.Call)
    line = None if call is None else syntax.around(call, cst.SimpleStatementLine)
    if call is None or line is None or len(line.body) != 1:
        return None
    end = cst.SimpleStatementLine([cst.Return(cst.Name("session"))])
    return cst.ensure_type(function.deep_replace(line, with_around(call, "session", [end], line)), cst.FunctionDef)


def _ends_with_return(function: cst.FunctionDef) -> bool:
    """Whether a function ends with its `return`, in nothing but `with` blocks: nothing runs after it, or again."""
    body: cst.BaseSuite = function.body
    while isinstance(body, cst.IndentedBlock) and body.body:
        last = body.body[-1]
        if isinstance(last, cst.With):
            body = last.body
            continue
        return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)
    return False


def _only_return(function: cst.FunctionDef) -> cst.Return | None:
    found = [node for node in inside(function.body) if isinstance(node, cst.Return)]
    return found[0] if len(found) == 1 else None


def _is_iterator(annotation: cst.BaseExpression) -> bool:
    """Whether an annotation already says that something is yielded."""
    text = code_of(annotation)
    return "Iterator" in text or "Generator" in text


def _annotated(function: cst.FunctionDef) -> cst.FunctionDef:
    """An `async def` whose annotation says that it yields what it returned."""
    changed = function.with_changes(asynchronous=function.asynchronous or cst.Asynchronous())
    if function.returns is None or _is_iterator(function.returns.annotation):
        return changed
    item = cst.SubscriptElement(cst.Index(function.returns.annotation))
    iterator = cst.Subscript(cst.Name("AsyncIterator"), [item])
    return changed.with_changes(returns=function.returns.with_changes(annotation=iterator))
