"""ADB304."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Await, Call, Expr, Name
from async_db_lint.index.scopes import Block, BlockKind, Function, Parameter
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.places import Place
from async_db_lint.project.project import Project
from async_db_lint.project.text import quoted
from async_db_lint.rule import Report, Rule, Severity, Suspect, Unit

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye

ENTERED = (
    *library.SESSIONS,
    library.CONNECTION,
    library.POOL,
    "sqlalchemy.AsyncTransaction",
    "sqlalchemy.AsyncSessionTransaction",
    "asyncpg.Transaction",
)
ASYNC_ROWS = ("sqlalchemy.AsyncResult", "sqlalchemy.AsyncScalarResult", "sqlalchemy.AsyncMappingResult")
ROWS = ("sqlalchemy.Result", "sqlalchemy.ScalarResult", "sqlalchemy.MappingResult")
OF_RESULTS = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "partitions", "execute", "stream"})
SHAPES = {BlockKind.WITH: "With", BlockKind.FOR: "For", BlockKind.ASYNC_FOR: "For"}


class SyncWith(Rule):
    """`with` or `for` where the object needs `async with` or `async for`, or the other way round.

    Happens: `TypeError: 'AsyncSession' object does not support the context manager protocol`, or
    `'AsyncResult' object is not iterable`, each time the line is reached.

    Instead: `async with` for sessions, connections and transactions, `async for` for what `stream()`
    gives, plain `for` for what `execute()` and `scalars()` give.

    Silent: when the object is not known, and for synchronous sessions.
    """

    code = "ADB304"
    name = "sync-with"
    severity = Severity.ERROR
    fix = Safety.SAFE
    guide = "Not closing connections"
    yields_to = ("ADB211", "ADB301")

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for scope in project.scopes():
            for block in scope.blocks:
                if block.kind not in SHAPES or block.opener is None:
                    continue
                head = block.heads[0]
                if block.kind is not BlockKind.WITH and not _may_be_rows(block, head):
                    continue
                place = Place(block.parent or block, block.opener.index)
                message = _message(project, block, head, project.value_at(head, place))
                if message is not None:
                    yield _suspect(block, head, message)

    def confirm(self, node: cst.CSTNode, suspect: Suspect) -> Report | None:
        import libcst as cst

        if isinstance(node, cst.For):
            return Report(node.iter)
        return Report(node.items[0].item if isinstance(node, cst.With) else node)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        import libcst as cst

        header = node if isinstance(node, (cst.With, cst.For)) else eye.around(node, cst.With, cst.For)
        if isinstance(header, cst.With) and len(header.items) == 1 and suspect.facts:
            return Change("Use `async with`", Safety.SAFE, ((header, _asynchronous(header)),))
        if isinstance(header, cst.For) and header.asynchronous is not None:
            return Change("Use `for`", Safety.SAFE, ((header, header.with_changes(asynchronous=None)),))
        if isinstance(header, cst.For) and suspect.facts:
            return Change("Use `async for`", Safety.SAFE, ((header, _asynchronous(header)),))
        return None


def _asynchronous(header: cst.With | cst.For) -> cst.With | cst.For:
    import libcst as cst

    return header.with_changes(asynchronous=cst.Asynchronous(cst.SimpleWhitespace(" ")))


def _may_be_rows(block: Block, head: Expr) -> bool:
    """Whether what a loop runs over may be a result: awaited, made of one, or a name bound to what was awaited."""
    match head:
        case Await():
            return True
        case Call():
            return head.method in OF_RESULTS
        case Name(name):
            bindings = block.scope.bindings.get(name, ())
            return any(isinstance(item.value, (Await, Call, Parameter)) for item in bindings)
    return False


def _message(project: Project, block: Block, head: Expr, value: Value | None) -> str | None:
    """What is wrong with opening a block of this kind over a value; None when nothing is known to be."""
    text = quoted(head)
    if value is None:
        return None
    if block.kind is BlockKind.WITH:
        of_library = value.kind is Kind.ASYNC_MANAGER and project.inference.is_a(value.inner, *ENTERED)
        is_entered = project.inference.is_a(value, *ENTERED) and value.kind is Kind.INSTANCE
        return f"`{text}` needs `async with`" if of_library or is_entered else None
    if block.kind is BlockKind.FOR:
        return f"`{text}` gives rows asynchronously: use `async for`" if _is(project, value, ASYNC_ROWS) else None
    return f"`{text}` holds rows that are already here: use plain `for`" if _is(project, value, ROWS) else None


def _is(project: Project, value: Value, names: tuple[str, ...]) -> bool:
    return value.kind is Kind.INSTANCE and project.inference.is_a(value, *names)


def _suspect(block: Block, head: Expr, message: str) -> Suspect:
    """The head where it has a place of its own, else the statement."""
    assert block.opener is not None
    path = block.scope.module.path
    if isinstance(head, (Call, Await)):
        found = Suspect(path, head.span, Unit.of(block.opener), type(head).__name__, message)
    else:
        found = Suspect(path, block.opener.span, Unit.of(block.opener), SHAPES[block.kind], message)
    scope = block.scope
    return found._replace(facts=isinstance(scope, Function) and scope.is_async)
