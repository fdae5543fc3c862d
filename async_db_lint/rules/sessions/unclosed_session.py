"""ADB204."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from async_db_lint.fix import Change, Safety
from async_db_lint.index.expressions import Attribute, Await, Call, Name
from async_db_lint.index.scopes import Binding, BlockKind, Exit, Function
from async_db_lint.project import library
from async_db_lint.project.decorators import shape_of
from async_db_lint.project.handover import closings_of, is_handed_on
from async_db_lint.project.kinds import Kind, Value
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Related, Rule, Severity, Suspect, at_call
from async_db_lint.rules.mending.closing import Opened, entered
from async_db_lint.source import Role

if TYPE_CHECKING:
    import libcst as cst

    from async_db_lint.eye import Eye

OPENED = (*library.SESSIONS, library.CONNECTION, library.ASYNCPG_CONNECTION, library.REGISTRY)
OPENERS = (
    *library.SESSIONS,
    f"{library.ENGINE}.connect",
    "asyncpg.connect",
    f"{library.POOL}.acquire",
)
SAFE = frozenset({BlockKind.FINALLY})


class UnclosedSession(Rule):
    """A session or connection is opened and not closed on every path.

    Happens: its connection is not given back to the pool, unless the garbage collector happens to find
    it. After as many requests as the pool has connections the next one waits, and fails with
    `QueuePool limit of size 5 overflow 10 reached`. An exception between opening and `close()` is
    enough; in a dependency, every error of a route is one.

    Instead: `async with SessionLocal() as session:`, also around the `yield` of a dependency.

    Silent: when it is closed in `finally`, entered later, returned, stored, or handed to something
    that may close it; and in tests, migrations and scripts.
    """

    code = "ADB204"
    name = "unclosed-session"
    severity = Severity.ERROR
    fix = Safety.UNSAFE
    guide = "Not closing connections"
    yields_to = ("ADB205",)

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for function in project.functions():
            names = _used_like_sessions(function)
            if not names or project.role(function) is not Role.APPLICATION or _is_owned(project, function):
                continue
            for name in names:
                bindings = function.bindings.get(name, ())
                if len(bindings) == 1:
                    for suspect in _of_name(project, function, name, bindings[0]):
                        yield suspect._replace(facts=_facts(project, function, name, bindings[0]))
        yield from _generators(project)

    def mend(self, node: cst.CSTNode, suspect: Suspect, eye: Eye) -> Change | None:
        pair = None if suspect.facts is None else entered(suspect.facts, eye)
        return None if pair is None else Change("Open it with `async with`", Safety.UNSAFE, (pair,))


def _facts(project: Project, function: Function, name: str, binding: Binding) -> Opened | None:
    """What is needed to put a session into `async with`; None for what cannot be entered, or is not in `async def`."""
    value = binding.value.value if isinstance(binding.value, Await) else binding.value
    if not isinstance(value, Call) or not function.is_async:
        return None
    opened = project.inference.call(value)
    is_connect = project.name_of(value) == "asyncpg.connect"
    is_registry = opened is not None and opened.name == library.REGISTRY
    return None if is_connect or is_registry else Opened(function, name, value)


def _is_owned(project: Project, function: Function) -> bool:
    """Whether a decorator that is not understood has the function: a container closes what its providers yield."""
    return shape_of(project.inference, function) is None


def _used_like_sessions(function: Function) -> list[str]:
    """The names in a function on which a method is called that a session or connection has."""
    known = library.coroutine_names()
    found = {
        call.callee.value.name: None
        for scope in function.inner()
        for call in scope.calls
        if isinstance(call.callee, Attribute)
        and (call.callee.name in known or call.callee.name == "add")
        and isinstance(call.callee.value, Name)
    }
    return list(found)


def _of_name(project: Project, function: Function, name: str, binding: Binding) -> Iterator[Suspect]:
    """A local name to which an opened session is bound."""
    value = binding.value
    call = value.value if isinstance(value, Await) else value
    if not isinstance(call, Call):
        return
    opened = project.inference.value(value if isinstance(value, Await) else call, place_of(binding))
    if opened is None or not project.inference.is_a(opened, *OPENED):
        return
    is_registry = opened.name == library.REGISTRY
    if not is_registry and not _opens(project, call):
        return
    closings = closings_of(function, name)
    if any(item.block.inside(SAFE) or item.block.inside(frozenset({BlockKind.EXCEPT})) for item in closings):
        return
    if is_handed_on(project, function, name):
        return
    yields = [item for item in function.exits if item.kind == "yield" and item.value == Name(name)]
    if not closings and not is_registry:
        yield at_call(call, f"`{name}` is opened here and never closed")
    elif closings and yields:
        yield _skipped(function, name, call, closings[0], yields[0])
    elif closings and not is_registry and _may_fail_between(function, binding, closings[0]):
        span = closings[0].span
        related = [Related(function.module.path, span, "an exception before this line skips it")]
        yield at_call(call, f"`{name}` stays open when anything fails before `{closings[0].method}()`", related)


def _opens(project: Project, call: Call) -> bool:
    """Whether a call opens a session or connection itself, rather than passing one on."""
    callee = project.inference.callee(call)
    if callee is None or _joins_connection(project, call, callee):
        return False
    if callee.kind is Kind.INSTANCE:
        return callee.name not in (library.REGISTRY, library.SYNC_REGISTRY)  # they give the session of their scope
    return callee.kind in (Kind.LIBRARY, Kind.METHOD) and library.canonical(callee.name) in OPENERS


def _joins_connection(project: Project, call: Call, callee: Value) -> bool:
    """Whether a session is bound to something other than an engine: a connection is given back by its owner."""
    bind = call.argument("bind", 0 if callee.kind is Kind.LIBRARY else None)
    if bind is not None and project.is_session(project.inference.call(call)):
        return not project.inference.is_a(project.value(bind, call), library.ENGINE)
    configured = project.methods(["configure"], library.FACTORY, library.SYNC_FACTORY)
    return any(item.keyword("bind") is not None and owner.origins & callee.origins for item, owner in configured)


def _skipped(function: Function, name: str, call: Call, closing: Call, item: Exit) -> Suspect:
    span = item.statement.span
    related = [Related(function.module.path, span, f"when the caller fails here, `{closing.method}()` is skipped")]
    return at_call(
        call, f"`{name}` is closed after the `yield`, but not in a `finally`: an error leaves it open", related
    )


def _may_fail_between(function: Function, binding: Binding, closing: Call) -> bool:
    """Whether something is awaited between opening and closing, in the function's own body."""
    first, last = binding.statement.index, closing.statement.index
    return any(first < item.statement.index < last for item in function.awaits)


def _generators(project: Project) -> Iterator[Suspect]:
    """A session taken out of a generator that is then left standing: by `anext`, or a loop that breaks off."""
    for call in project.table.named("anext"):
        if project.name_of(call) == "builtins.anext" and call.positional and project.role(call) is Role.APPLICATION:
            source = call.positional[0]
            value = project.value(source, call)
            if _opens_session(project, value) and isinstance(source, Call):
                yield at_call(call, "the session's generator is dropped here: the session may be closed while in use")
    for function in project.functions():
        for block in function.blocks:
            if block.kind is not BlockKind.ASYNC_FOR or not isinstance(block.heads[0], Call):
                continue
            if project.role(function) is not Role.APPLICATION:
                continue
            leaves = [item for item in function.exits if item.kind in ("break", "return") and item.block.within(block)]
            if leaves and _opens_session(project, project.inference.call(block.heads[0])):
                span = leaves[0].statement.span
                related = [Related(function.module.path, span, "the loop is left here")]
                message = (
                    "leaving this loop drops the session's generator: the session is closed later, if at all, not here"
                )
                yield at_call(block.heads[0], message, related)


def _opens_session(project: Project, value: Value | None) -> bool:
    """Whether a value is an async generator of sessions."""
    return (
        value is not None
        and value.kind is Kind.ASYNC_GENERATOR
        and value.inner is not None
        and project.inference.is_a(value.inner, *OPENED)
    )
