"""ADB207."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Comprehension, Expr, Name, Sequence, Starred, walk
from async_db_lint.index.scopes import LOOPS, Block, BlockKind, Scope
from async_db_lint.project.carriers import Carried, Carriers
from async_db_lint.project.places import dominates
from async_db_lint.project.project import Project
from async_db_lint.project.roots import Root
from async_db_lint.rule import Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.rules.tasks import has_ended, tasks

GATHER = frozenset(("asyncio.gather", "asyncio.wait", "asyncio.as_completed"))
TOGETHER = LOOPS | {BlockKind.COMPREHENSION}


class ConcurrentSession(Rule):
    """Several tasks use one session or connection at the same time.

    Happens: a session is one transaction on one connection and cannot do two things at once. One
    that has to connect raises `InvalidRequestError: This session is provisioning a new connection`,
    flushes raise `Session is already flushing`, commits `IllegalStateChangeError`. When it goes well
    it gains nothing: three queries of 0.1 s took 0.3 s, one after the other.

    Instead: a session for each task, from the factory:

        async def load(query):
            async with SessionLocal() as session:
                return (await session.scalars(query)).all()
        await asyncio.gather(load(first), load(second))

    Silent: when only one of the tasks uses the session, when each opens its own, when the factory is
    passed, when the called function ignores the session or works under a lock.
    """

    code = "ADB207"
    name = "concurrent-session"
    severity = Severity.ERROR
    guide = "Creating global session instances"
    yields_to = ("ADB208",)

    def suspects(self, project: Project) -> Iterator[Suspect]:
        carriers = Carriers(project)
        for name in ("gather", "wait", "as_completed"):
            for call in project.table.named(name):
                if project.name_of(call) in GATHER:
                    yield from _gathered(carriers, call)
        yield from _spawned(project, carriers)


def _gathered(carriers: Carriers, call: Call) -> Iterator[Suspect]:
    """A session in two awaitables of one `gather`, or in every item of a comprehension."""
    users: dict[Root, list[tuple[str, Call]]] = defaultdict(list)
    for argument in call.arguments:
        if argument.keyword is not None:
            continue
        for item, is_repeated in _awaitables(argument.value):
            for carried in carriers.carried(item):
                if is_repeated and not _is_outside(carried, item):
                    continue
                users[carried.root] += [(carried.text, item)] * (2 if is_repeated else 1)
    for root, rows in users.items():
        if len(rows) > 1:
            distinct = list(dict.fromkeys(item for _, item in rows))
            yield at_call(call, _message(root, [text for text, _ in rows]), calls_as_related(distinct, "used here"))


def _awaitables(expr: Expr) -> Iterator[tuple[Call, bool]]:
    """The coroutine calls in an argument of `gather`; True for one that a comprehension repeats."""
    match expr:
        case Call():
            yield expr, False
        case Starred(value):
            yield from _awaitables(value)
        case Sequence(items):
            for item in items:
                yield from _awaitables(item)
        case Comprehension(Call() as element):
            yield element, True


def _is_outside(carried: Carried, item: Call) -> bool:
    """Whether a session comes from outside the comprehension that repeats a call."""
    names = {name for block in item.block.outward() for name in block.names}
    return not any(isinstance(part, Name) and part.name in names for part in walk(carried.expr))


def _spawned(project: Project, carriers: Carriers) -> Iterator[Suspect]:
    """A session that several tasks of one function are made with."""
    users: dict[tuple[Scope, Root], list[tuple[str, Call, Call]]] = defaultdict(list)
    for call, coroutine in tasks(project):
        for carried in carriers.carried(coroutine):
            here = Root(call.block.scope, carried.text)  # two objects may run one after the other
            users[call.block.scope, here].append((carried.text, call, coroutine))
    for (_, root), rows in users.items():
        repeated = [row for row in rows if _is_repeated(row[2], row[0])]
        together = repeated or _overlapping(rows)
        if together:
            related = calls_as_related([coroutine for _, _, coroutine in together], "used here")
            yield at_call(together[0][1], _message(root, [text for text, _, _ in together]), related)


def _message(root: Root, texts: list[str]) -> str:
    """That several tasks use one thing, or several that share a session."""
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == 1:
        return f"`{distinct[0]}` is used by several tasks at once"
    named = " and ".join(f"`{text}`" for text in distinct)
    return f"{named} share the session `{root.text}`, which several tasks use at once"


def _is_repeated(coroutine: Call, text: str) -> bool:
    """Whether a task is started again and again with a session from outside the loop."""
    for block in coroutine.block.outward():
        if block.kind in TOGETHER:
            return not _binds(block, text.partition(".")[0])
    return False


def _binds(block: Block, name: str) -> bool:
    """Whether a loop, or what stands in it, binds a name anew in each turn."""
    if name in block.names:
        return True
    bindings = block.scope.bindings.get(name, [])
    return any(item.block.within(block) or item.statement is block.opener for item in bindings)


def _overlapping(rows: list[tuple[str, Call, Call]]) -> list[tuple[str, Call, Call]]:
    """The tasks that may run while another does; empty when each ends before the next starts."""
    pairs = [(one, other) for number, one in enumerate(rows) for other in rows[number + 1 :]]
    together = [pair for pair in pairs if _may_overlap(pair[0][1], pair[1][1])]
    return [row for row in rows if any(row is item for pair in together for item in pair)]


def _may_overlap(first: Call, second: Call) -> bool:
    """Whether two tasks are started in one run of the function, and the first may still run when the second starts."""
    is_one_run = dominates(first.block, second.block) or dominates(second.block, first.block)
    return is_one_run and not has_ended(first, second)
