"""Lifespans as rules change or make them when they mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Needed
from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project.application import Trigger
from async_db_lint.project.project import Project
from async_db_lint.rules.mending.walking import executed, inside
from async_db_lint.source import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

ASYNC_ITERATOR, MANAGER = ("collections.abc", "AsyncIterator"), ("contextlib", "asynccontextmanager")


class Home(NamedTuple):
    """Where the end of an application is written, or can be: its lifespan, or the call that makes it."""

    path: str
    lifespan: Function | None
    maker: Call


def home_of(project: Project) -> Home | None:
    """The home of the project's one application; None when there are several, or its end is written elsewhere."""
    application = project.application
    makers = [call for call in application.makers if project.role(call) is Role.APPLICATION]
    if len(makers) != 1 or project.name_of(makers[0]) != "fastapi.FastAPI":
        return None
    maker = makers[0]
    if project.table.targets("lifespan_context"):
        return None
    found = [item for item in application.registrations if item.trigger in (Trigger.LIFESPAN, Trigger.SHUTDOWN)]
    lifespans = [item.function for item in found if item.trigger is Trigger.LIFESPAN and item.call is maker]
    if len(found) == len(lifespans) == 1:
        return Home(lifespans[0].module.path, lifespans[0], maker)
    if found or maker.keyword("lifespan") is not None or maker.splats:
        return None
    events = any(True for name in ("on_event", "add_event_handler") for _ in project.table.named(name))
    return None if events or maker.keyword("on_startup") is not None else Home(path_of(maker), None, maker)


def path_of(call: Call) -> str:
    """The path of the file in which a call stands."""
    return call.block.scope.module.path


def ended(function: cst.FunctionDef, statement: str) -> cst.FunctionDef | None:
    """A lifespan with one more statement at its end; None when its `yield` does not stand in its own body."""
    import libcst as cst

    body = function.body
    if not isinstance(body, cst.IndentedBlock) or not body.body or leaves(body) or count_yields(body) != 1:
        return None
    last = body.body[-1]
    line = cst.parse_statement(statement)
    if isinstance(last, cst.SimpleStatementLine) and is_yield(last):
        tried = cst.Try(body=cst.IndentedBlock([last.with_changes(leading_lines=())]),
                        finalbody=cst.Finally(cst.IndentedBlock([line])),
                        leading_lines=last.leading_lines)  # fmt: skip
        return function.with_changes(body=body.with_changes(body=[*body.body[:-1], tried]))
    if isinstance(last, cst.Try) and last.finalbody is not None and count_yields(last.body):
        block = last.finalbody.body
        if not isinstance(block, cst.IndentedBlock):
            return None
        final = last.finalbody.with_changes(body=block.with_changes(body=[*block.body, line]))
        return function.with_changes(body=body.with_changes(body=[*body.body[:-1], last.with_changes(finalbody=final)]))
    if any(count_yields(item) for item in body.body):
        return function.with_changes(body=body.with_changes(body=[*body.body, line]))
    return None


def leaves(node: cst.CSTNode) -> bool:
    """Whether a `return` or `raise` stands inside of a node, in the same function: what follows may not be reached."""
    import libcst as cst

    if isinstance(node, (cst.FunctionDef, cst.Lambda)):
        return False
    if isinstance(node, cst.ExceptHandler):  # what fails, fails
        return any(leaves(child) for child in node.children if not isinstance(child, cst.IndentedBlock)) or returns(
            node
        )
    return isinstance(node, (cst.Return, cst.Raise)) or any(leaves(child) for child in node.children)


def returns(node: cst.CSTNode) -> bool:
    """Whether a `return` stands inside of a node."""
    import libcst as cst

    return any(isinstance(item, cst.Return) for item in inside(node))


def count_yields(node: cst.CSTNode) -> int:
    """How many `yield`s stand inside of a node, in the same function."""
    import libcst as cst

    return sum(isinstance(item, cst.Yield) for item in executed(node))


def in_place_of_half(function: cst.FunctionDef, name: str) -> cst.FunctionDef | None:
    """A lifespan that disposes an engine where it disposed only its synchronous half; None where it did not."""
    import libcst as cst

    for node in executed(function.body):
        if isinstance(node, cst.Expr) and cst.Module(body=()).code_for_node(node) == f"{name}.sync_engine.dispose()":
            whole = cst.Expr(cst.parse_expression(f"await {name}.dispose()"))
            return cst.ensure_type(function.deep_replace(node, whole), cst.FunctionDef)
    return None


def is_yield(node: cst.CSTNode) -> bool:
    """Whether a statement is a bare `yield`."""
    import libcst as cst

    return (
        isinstance(node, cst.SimpleStatementLine)
        and len(node.body) == 1
        and isinstance(node.body[0], cst.Expr)
        and isinstance(node.body[0].value, cst.Yield)
    )


def new_lifespan(before: Sequence[str], after: Sequence[str], blank_above: int) -> cst.FunctionDef:
    """A lifespan that runs some statements at start-up and others at shutdown, two empty lines below what is above."""
    import libcst as cst

    lines = "".join(f"    {line}\n" for line in (*before, "yield", *after))
    text = f"@asynccontextmanager\nasync def lifespan(app: FastAPI) -> AsyncIterator[None]:\n{lines}"
    found = cst.ensure_type(cst.parse_module(text).body[0], cst.FunctionDef)
    return found.with_changes(leading_lines=[cst.EmptyLine(indent=False)] * (2 - blank_above))


def needed_for(path: str) -> tuple[Needed, ...]:
    """What a file must import to have a lifespan."""
    return Needed(path, *ASYNC_ITERATOR), Needed(path, *MANAGER)


def with_lifespan(
    statement: cst.SimpleStatementLine, maker: cst.Call, function: cst.FunctionDef
) -> cst.FlattenSentinel[cst.CSTNode] | None:
    """The statement that makes the application, given a lifespan that is defined before it."""
    import libcst as cst

    from async_db_lint.rules.mending.rewriting import with_keyword

    changed = with_keyword(maker, "lifespan", "lifespan")
    if changed is None:
        return None
    line = cst.ensure_type(statement.deep_replace(maker, changed), cst.SimpleStatementLine)
    blank = cst.EmptyLine(indent=False)
    comments = [item for item in statement.leading_lines if item.comment is not None]
    return cst.FlattenSentinel([function, line.with_changes(leading_lines=[blank, blank, *comments])])


def binds_lifespan(maker: Call) -> bool:
    """Whether a file already has something that is called `lifespan`, or does not call FastAPI by that name."""
    bindings = maker.block.scope.module.bindings
    return "lifespan" in bindings or "FastAPI" not in bindings
