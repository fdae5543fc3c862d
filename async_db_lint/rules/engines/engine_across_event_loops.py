"""ADB111."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

RUNNERS = frozenset({"asyncio.run", "anyio.run", "trio.run", "uvloop.run"})
WRAPPERS = frozenset({"asyncer.runnify", "asgiref.sync.async_to_sync"})
UNTIL_COMPLETE = "run_until_complete"
QUEUES = ("celery", "dramatiq", "rq", "huey", "apscheduler")
TASKS = frozenset({"task", "shared_task", "actor", "job", "periodic_task", "scheduled_job"})
FIXTURES = frozenset({"pytest_asyncio.fixture", "pytest.fixture"})
OWN_LOOP = frozenset({"event_loop", "anyio_backend", "event_loop_policy"})
"""Fixtures of the user's that say which loop tests have."""
WIDE = frozenset({"session", "package", "module"})


class EngineAcrossEventLoops(Rule):
    """One pooled engine is used in several event loops.

    Happens: a pool keeps connections that belong to the loop in which they were made. Each `asyncio.run`, each run of
    a Celery task, each test of pytest has a loop of its own. The first works; the second takes a connection from the
    pool and fails: `got Future attached to a different loop`, or `Event loop is closed`. `pool_pre_ping=True` does
    not help.

    Instead: make the engine inside of each run, or with `poolclass=NullPool`, which keeps no connections from
    loop to loop.

        engine = create_async_engine(url, poolclass=NullPool)

    Or dispose the engine at the end of each run, in its loop. In tests, let fixtures and tests share a loop:
    `asyncio_default_fixture_loop_scope` and `asyncio_default_test_loop_scope` in the settings of pytest.

    Silent: for one `asyncio.run` in a program; with `NullPool` or `StaticPool`; when each run disposes the engine;
    where tests have a fixture `event_loop` or `anyio_backend` of their own.
    """

    code = "ADB111"
    name = "engine-across-event-loops"
    severity = Severity.ERROR
    consequence = Consequence.FAILS

    def suspects(self, project: Project) -> Suspects:
        pooled = {engine.call: engine for engine in project.engines if engine.is_async and not engine.is_unpooled}
        shared = {call for call in pooled if isinstance(call.block.scope, Module)}
        reported: set[Call] = set()
        for run, function in _runs(project) if shared else ():
            is_ended = any(call.method == "dispose" for call in run.block.scope.calls) or _disposes(project, function)
            for made in set() if is_ended else shared & _used(project, function):
                if made not in reported:
                    reported.add(made)
                    found = suspect(made, "this engine's pool is used in a new event loop each time: the second fails")
                    yield found.with_related([Related(run.path, run.span, "each run makes a loop of its own")])
        yield from _fixtures(project, set(pooled))


def _runs(project: Project) -> Iterator[tuple[Call, Function]]:
    """The calls that run a coroutine in a new loop, again and again, and the function that they run."""
    names = {name.rpartition(".")[2] for name in (*RUNNERS, *WRAPPERS)}
    for call in project.calls(*sorted(names), UNTIL_COMPLETE):
        scope = call.scope
        is_again = isinstance(scope, Function) and (_is_in_loop(call) or _is_task(project, scope))
        given = call.call.positional[0] if call.call.positional else None
        if not is_again or given is None or not call.is_in_application:
            continue
        if call.library_name not in RUNNERS | WRAPPERS and not _has_new_loop(project, call):
            continue
        value = project.value_at(given.callee if isinstance(given, Call) else given, call.place)
        function = project.inference.function(value)
        if function is not None:
            yield call.call, function


def _is_in_loop(call: CallSite) -> bool:
    """Whether a call is made again and again in a loop, and not once before the loop is left."""
    loop = next((block for block in call.block.outward() if block.kind in LOOPS), None)
    leaves = (item for item in call.scope.exits if item.kind in (ExitKind.BREAK, ExitKind.RETURN))
    after = (item for item in leaves if call.block.within(item.block) and item.statement.index > call.place.at)
    return loop is not None and not any(item.block.within(loop) for item in after)


def _has_new_loop(project: Project, call: CallSite) -> bool:
    """Whether `loop.run_until_complete(…)` runs in a loop that is made for it each time."""
    receiver = call.call.receiver
    rows = call.scope.bindings.get(receiver.name, []) if isinstance(receiver, Name) else []
    if call.name != UNTIL_COMPLETE or len(rows) != 1 or not isinstance(rows[0].value, Call):
        return False
    loop = next((block for block in call.block.outward() if block.kind in LOOPS), None)
    return rows[0].value.method == "new_event_loop" and (loop is None or rows[0].block.within(loop))


def _is_task(project: Project, function: Function) -> bool:
    """Whether a queue runs a function as a task, each time anew."""
    for item in function.decorators:
        named = item.callee if isinstance(item, Call) else item
        value = project.value_at(named, Place(function.body, -1))
        root = "" if value is None else value.name.partition(".")[0]
        if root in QUEUES and isinstance(named, (Name, Attribute)) and named.name in TASKS:
            return True
    return False


def _used(project: Project, function: Function) -> set[Call]:
    """The calls that make the engines whose connections a function uses."""
    found: set[Call] = set()
    for event in project.effects.of(function).events:
        if event.subject is not None:
            found |= project.effects.engines_of(event.subject)
    return found


def _disposes(project: Project, function: Function) -> bool:
    """Whether a run disposes an engine, itself or by what it calls."""
    functions, _ = run_by(project, function)
    return any(call.method == "dispose" for item in (function, *functions) for call in item.inner_calls())


def _fixtures(project: Project, pooled: set[Call]) -> Suspects:
    """The fixtures that keep an engine for many tests, each of which has a loop of its own."""
    is_own = not OWN_LOOP.isdisjoint(project.table.function_names)
    if is_own or any("loop_scope" in text for _, text in project.settings):
        return
    for site in project.calls_to(*FIXTURES):
        scope = site.call.keyword("scope")
        is_wide = isinstance(scope, Literal) and scope.value in WIDE
        if not is_wide or site.call.keyword("loop_scope") is not None or site.usage is not Usage.DECORATOR:
            continue
        function = next((item for item in site.scope.functions if site.call in item.decorators), None)
        module = site.scope.module
        if function is None or not function.is_async or "loop_scope" in module.mentions:
            continue
        if _yields(function, pooled):
            message = f"`{function.name}` keeps a pool for tests that each have an event loop: the second test fails"
            yield suspect(site, message)


def _yields(function: Function, pooled: set[Call]) -> bool:
    """Whether a fixture gives an engine with a pool to the tests."""
    for item in function.exits:
        rows = function.bindings.get(item.value.name, []) if isinstance(item.value, Name) else []
        if item.kind is not ExitKind.RAISE and any(row.value is call for row in rows for call in pooled):
            return True
    return False
