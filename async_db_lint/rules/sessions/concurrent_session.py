"""ADB207."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from async_db_lint.rule import *

GATHER = frozenset(("asyncio.gather", "asyncio.wait", "asyncio.as_completed"))
TOGETHER = LOOPS | {BlockKind.COMPREHENSION}


class _Use(NamedTuple):
    """A task that uses a session: how it is written there, what starts the task, the coroutine, and its origin."""

    text: str
    start: Call
    coroutine: Call
    origin: Origin


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

    Read are arguments of `gather`, also collected in a list before, in `wait_for` and the like, by `map`,
    and inner functions that use the session around them; tasks; and `start_soon`.

    Silent: when only one of the tasks uses the session, when each opens its own, when the factory is
    passed, when the called function ignores the session or works under a lock.
    """

    code = "ADB207"
    name = "concurrent-session"
    severity = Severity.ERROR
    consequence = Consequence.FAILS
    guide = "Creating global session instances"
    yields_to = ("ADB208",)

    def suspects(self, project: Project) -> Suspects:
        for call in project.calls("gather", "wait", "as_completed"):
            if call.library_name in GATHER:
                for uses in _gathered(project, call.call).values():
                    if len(uses) > 1:
                        related = related_calls(dict.fromkeys(use.coroutine for use in uses), "used here")
                        yield suspect(call, _message(uses[0].origin, uses)).with_related(related)
        for (_, origin), uses in _spawned(project).items():
            together = [use for use in uses if _is_repeated(use)] or _overlapping(uses)
            if together:
                related = related_calls([use.coroutine for use in together], "used here")
                yield suspect(together[0].start, _message(origin, together)).with_related(related)


def _gathered(project: Project, call: Call) -> dict[Subject | Origin, list[_Use]]:
    """The uses of each session among the awaitables of one `gather`; one in a comprehension counts twice."""
    found: dict[Subject | Origin, list[_Use]] = defaultdict(list)
    for item in gathered(project, call):
        for carried in handed_over(project, item.call) if item.is_mapped else carried_by(project, item.call):
            if not item.is_repeated or _is_outside(carried, item.call):
                key = project.effects.session_in(carried.expr, place_of(item.call)) or carried.origin
                use = _Use(carried.text, call, item.call, carried.origin)
                found[key] += [use] * (2 if item.is_repeated else 1)
    return found


def _is_outside(carried: Carried, item: Call) -> bool:
    """Whether a session comes from outside the comprehension that repeats a call."""
    names = {name for block in item.block.outward() for name in block.names}
    return not any(isinstance(part, Name) and part.name in names for part in walk(carried.expr))


def _spawned(project: Project) -> dict[tuple[Scope, Origin], list[_Use]]:
    """The uses of each session by the tasks that one function starts."""
    found: dict[tuple[Scope, Origin], list[_Use]] = defaultdict(list)
    for call, coroutine in tasks(project):
        for carried in carried_by(project, coroutine):
            here = Origin(call.block.scope, carried.text)  # two objects may run one after the other
            found[call.block.scope, here].append(_Use(carried.text, call, coroutine, here))
    for site in project.calls("start_soon"):
        if site.callee is not None and site.callee.name.startswith("anyio."):
            for carried in handed_over(project, site.call):
                here = Origin(site.scope, carried.text)
                found[site.scope, here].append(_Use(carried.text, site.call, site.call, here))
    return found


def _message(origin: Origin, uses: list[_Use]) -> str:
    """That several tasks use one thing, or several that share a session."""
    distinct = list(dict.fromkeys(use.text for use in uses))
    if len(distinct) == 1:
        return f"`{distinct[0]}` is used by several tasks at once"
    named = " and ".join(f"`{text}`" for text in distinct)
    return f"{named} share the session `{origin.text}`, which several tasks use at once"


def _is_repeated(use: _Use) -> bool:
    """Whether a task is started again and again with a session from outside the loop."""
    for block in use.coroutine.block.outward():
        if block.kind in TOGETHER:
            return not _binds(block, use.text.partition(".")[0])
    return False


def _binds(block: Block, name: str) -> bool:
    """Whether a loop binds a name in its header or body, so that each turn has its own."""
    if name in block.names:
        return True
    bindings = block.scope.bindings.get(name, [])
    return any(item.block.within(block) or item.statement is block.opener for item in bindings)


def _overlapping(uses: list[_Use]) -> list[_Use]:
    """The tasks that may run while another does; empty when each ends before the next starts."""
    pairs = [(one, other) for number, one in enumerate(uses) for other in uses[number + 1 :]]
    together = [pair for pair in pairs if _may_overlap(pair[0].start, pair[1].start)]
    return [use for use in uses if any(use is item for pair in together for item in pair)]


def _may_overlap(first: Call, second: Call) -> bool:
    """Whether two tasks are started in one run of the function, and the first may still run when the second starts."""
    is_one_run = dominates(first.block, second.block) or dominates(second.block, first.block)
    return is_one_run and not has_ended(first, second)
