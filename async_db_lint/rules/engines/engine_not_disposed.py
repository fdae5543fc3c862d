"""ADB104."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from async_db_lint.fix import Change, Needed, Safety
from async_db_lint.project.application import Trigger
from async_db_lint.project.engines import Engine
from async_db_lint.project.imports import is_bound_once, local_name, reaches, spelling_for
from async_db_lint.project.project import Project
from async_db_lint.rule import Related, Rule, Severity, Suspect, at_call
from async_db_lint.rules.mending.lifespans import (
    Home,
    binds_lifespan,
    ended,
    home_of,
    in_place_of_half,
    needed_for,
    new_lifespan,
    with_lifespan,
)
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye


class EngineNotDisposed(Rule):
    """An application makes an engine, and nothing that runs at shutdown disposes it.

    Happens: the pool's connections stay open until the server notices that the process is gone. A
    reload, a test or a second application in the same process keeps them and opens more; asyncpg
    reports `ResourceWarning: unclosed connection`, and PostgreSQL runs towards `too many clients`.
    `engine.sync_engine.dispose()` does not help: it drops asyncpg's connections without closing them,
    and the pool logs a `MissingGreenlet` for each.

    Instead: dispose it where the application stops.

        @asynccontextmanager
        async def lifespan(app: FastAPI):
            yield
            await engine.dispose()

    Silent: when anything that may run disposes it, through wrappers and other files, or may do so
    (a receiver that is not understood); with `NullPool` and `StaticPool`; in libraries, tests,
    migrations and scripts; when nothing uses the engine, so that it never connects; when it is handed
    to code outside the project that may own it.
    """

    code = "ADB104"
    name = "engine-not-disposed"
    severity = Severity.WARNING
    fix = Safety.UNSAFE
    guide = "Not closing connections; Dispose engine in lifespan/shutdown event"
    yields_to = ("ADB105", "ADB301")

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for engine in project.engines:
            if not engine.is_async or not engine.is_in_application or engine.is_unpooled:
                continue
            forgotten = [item.call for item in engine.disposals if not item.is_awaited and item.call is not None]
            if len(forgotten) < len(engine.disposals) or engine.is_handed_out or not engine.is_used:
                continue
            message = f"{engine.title} is never disposed: its connections stay open when the application stops"
            facts = None if forgotten else _facts(project, engine)
            yield at_call(engine.call, message, _stops(project, engine), forgotten, facts=facts)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        if suspect.facts is None:
            return None
        name, home, needed = suspect.facts
        title, statement = f"Dispose `{name}` when the application stops", f"await {name}.dispose()"
        if home.lifespan is None:
            return _with_new_lifespan(title, statement, suspect.facts, eye)
        function = eye.function(home.lifespan)
        changed = None if function is None else in_place_of_half(function, name) or ended(function, statement)
        if function is None or changed is None:
            return None
        return Change(title, Safety.UNSAFE, ((function, changed),), needed)


class _Facts(NamedTuple):
    """The engine's name, where the application ends, and what has to be imported there."""

    name: str
    home: Home
    needed: tuple[Needed, ...]


def _facts(project: Project, engine: Engine) -> _Facts | None:
    """What is needed to dispose an engine that a module binds to one name; None when that is not certain."""
    home = home_of(project)
    source = engine.scope.module
    names = [name for name in engine.names if engine.scope is source and is_bound_once(source, name)]
    if home is None or len(names) != 1:
        return None
    user = project.modules[home.path]
    if user is not source and reaches(project, source, user):
        return None  # an import of the engine would be a circle
    known = local_name(project, user, names[0], source)
    if known is not None:
        return None if _is_shadowed(home, known) else _Facts(known, home, ())
    spelling = spelling_for(project, user, source)
    if spelling is None or _is_shadowed(home, names[0]):
        return None
    return _Facts(names[0], home, (Needed(home.path, spelling, names[0]),))


def _is_shadowed(home: Home, name: str) -> bool:
    """Whether the lifespan binds the engine's name to something of its own."""
    return home.lifespan is not None and name in home.lifespan.bindings


def _with_new_lifespan(title: str, statement: str, facts: _Facts, eye: Eye) -> Change | None:
    import libcst as cst

    maker = facts.home.maker
    if binds_lifespan(maker):
        return None
    found = eye.statement(facts.home.path, maker.statement)
    call = None if found is None else eye.at(found, maker.span, cst.Call)
    if found is None or call is None:
        return None
    blank = eye.blank_above(facts.home.path, maker.statement.span.line)
    changed = with_lifespan(found, call, new_lifespan((), (statement,), blank))
    if changed is None:
        return None
    needed = (*facts.needed, *needed_for(facts.home.path))
    return Change(title, Safety.UNSAFE, ((found, changed),), needed)


def _stops(project: Project, engine: Engine) -> Iterator[Related]:
    """Where the application stops, and what only looks like a disposal."""
    for item in project.application.registrations:
        function = item.function
        if item.trigger in (Trigger.LIFESPAN, Trigger.SHUTDOWN) and project.role(function) is Role.APPLICATION:
            message = f"`{function.name}` runs at shutdown and does not dispose it"
            yield Related(function.module.path, function.span, message)
