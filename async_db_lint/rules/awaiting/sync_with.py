"""ADB304."""

from __future__ import annotations

from async_db_lint.fixes.nodes.headers import make_async, make_plain, of_header
from async_db_lint.rule import *

ENTERED = (
    *SESSIONS,
    CONNECTION,
    POOL,
    "sqlalchemy.AsyncTransaction",
    "sqlalchemy.AsyncSessionTransaction",
    "asyncpg.Transaction",
)
ASYNC_ROWS = ("sqlalchemy.AsyncResult", "sqlalchemy.AsyncScalarResult", "sqlalchemy.AsyncMappingResult")
ROWS = ("sqlalchemy.Result", "sqlalchemy.ScalarResult", "sqlalchemy.MappingResult")
OF_RESULTS = frozenset({"scalars", "mappings", "unique", "tuples", "columns", "partitions", "execute", "stream"})
HEADERS = (BlockKind.WITH, BlockKind.FOR, BlockKind.ASYNC_FOR)


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
    consequence = Consequence.FAILS
    fix = Safety.SAFE
    guide = "Not closing connections"
    yields_to = ("ADB211", "ADB301")

    def suspects(self, project: Project) -> Suspects:
        for block in project.blocks():
            if block.kind not in HEADERS or block.opener is None:
                continue
            head = block.heads[0]
            if block.kind is not BlockKind.WITH and not _may_be_rows(block, head):
                continue
            place = Place(block.parent or block, block.opener.index)
            message = _message(project, block, head, project.value_at(head, place))
            if message is None:
                continue
            if isinstance(head, (Call, Await)):  # the head has a place of its own, also behind other items
                fix = _fix(block)
                yield suspect(head, message, fix=None if fix is None else of_header(fix))
            else:
                yield suspect_header(block, message, _fix(block))


def _fix(block: Block) -> Fixer[cst.With | cst.For] | None:
    """What makes the header right: in a plain `def`, nothing does."""
    if block.kind is BlockKind.ASYNC_FOR:
        return make_plain
    return make_async if isinstance(block.scope, Function) and block.scope.is_async else None


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
        is_manager = value.kind is Kind.ASYNC_MANAGER and project.is_a(value.inner, *ENTERED)
        return f"`{text}` needs `async with`" if is_manager or _is(project, value, ENTERED) else None
    if block.kind is BlockKind.FOR:
        return f"`{text}` gives rows asynchronously: use `async for`" if _is(project, value, ASYNC_ROWS) else None
    return f"`{text}` holds rows that are already here: use plain `for`" if _is(project, value, ROWS) else None


def _is(project: Project, value: Value, names: tuple[str, ...]) -> bool:
    return value.kind is Kind.INSTANCE and project.is_a(value, *names)
