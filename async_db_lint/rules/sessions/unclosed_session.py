"""ADB204."""

from __future__ import annotations

from async_db_lint.fixes.nodes.async_with import opening_with
from async_db_lint.rule import *

DROPPED = "the session's generator is dropped here: the session may be closed while in use"
LEFT = "leaving this loop drops the session's generator: the session is closed later, if at all, not here"
ON_ERROR = frozenset({BlockKind.FINALLY, BlockKind.EXCEPT})


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
    consequence = Consequence.HOLDS_CONNECTIONS
    fix = Safety.UNSAFE
    guide = "Not closing connections"
    yields_to = ("ADB205",)

    def suspects(self, project: Project) -> Suspects:
        for function, name in _used_like_sessions(project):
            # A container closes what its providers yield.
            if project.is_in_application(function) and shape_of(project.inference, function) is not None:
                yield from _of_name(project, function, name)
        yield from _dropped_generators(project)
        yield from _left_loops(project)


def _used_like_sessions(project: Project) -> list[tuple[Function, str]]:
    """The names that functions bind once, and on which a method is called that a session or connection has."""
    found: dict[tuple[Function, str], None] = {}
    for site in project.calls(*sorted(coroutine_names()), "add"):
        receiver, scope = site.call.receiver, site.scope
        while isinstance(receiver, Name) and scope.parent is not None:
            if isinstance(scope, Function) and len(scope.bindings.get(receiver.name, ())) == 1:
                found[scope, receiver.name] = None
            scope = scope.parent
    return list(found)


def _of_name(project: Project, function: Function, name: str) -> Suspects:
    """A session that is opened and bound to a local name, once."""
    bindings = function.bindings[name]
    value = bindings[0].value
    call = value.value if isinstance(value, Await) else value
    if not isinstance(call, Call) or not _is_opened(project, project.site(call), bindings[0]):
        return
    closings = closings_of(function, name)
    if any(item.block.inside(ON_ERROR) for item in closings) or is_handed_on(project, function, name):
        return
    found = _unclosed(function, bindings[0], project.site(call), closings)
    if found is not None:
        yield found


def _is_opened(project: Project, call: CallSite, binding: Binding) -> bool:
    """Whether a call opens the session or connection that a name is bound to, or gives a registry."""
    value = binding.value
    assert isinstance(value, (Await, Call))
    opened = project.value_at(value, place_of(binding))
    if opened is None or not project.is_a(opened, *OPENED):
        return False
    return opened.name == REGISTRY or opens(project, call)


def _unclosed(function: Function, binding: Binding, call: CallSite, closings: list[Call]) -> Suspect[cst.Call] | None:
    """What is wrong with how a session is closed; None when nothing is known to be."""
    name, fix = binding.name, _fix(function, binding, call)
    is_registry = call.gives is not None and call.gives.name == REGISTRY
    if not closings:
        return None if is_registry else suspect(call, f"`{name}` is opened here and never closed", fix=fix)
    closing = closings[0]
    yields = [item for item in function.exits if item.kind is ExitKind.YIELD and item.value == Name(name)]
    if yields:
        text = f"when the caller fails here, `{closing.method}()` is skipped"
        related = [Related(function.path, yields[0].statement.span, text)]
        message = f"`{name}` is closed after the `yield`, but not in a `finally`: an error leaves it open"
        return suspect(call, message, fix=fix).with_related(related)
    if is_registry or not _may_fail_between(function, binding, closing):
        return None
    related = [Related(function.path, closing.span, "an exception before this line skips it")]
    message = f"`{name}` stays open when anything fails before `{closing.method}()`"
    return suspect(call, message, fix=fix).with_related(related)


def _may_fail_between(function: Function, binding: Binding, closing: Call) -> bool:
    """Whether something is awaited between opening and closing, in the function's own body."""
    first, last = binding.statement.index, closing.statement.index
    return any(first < item.statement.index < last for item in function.awaits)


def _fix(function: Function, binding: Binding, call: CallSite) -> Fixer[cst.Call] | None:
    """`async with`; None for what cannot be entered, or is not in `async def`."""
    is_registry = call.gives is not None and call.gives.name == REGISTRY
    if not function.is_async or is_registry or call.library_name == "asyncpg.connect":
        return None
    return opening_with(Opened(function, binding.name, call.call))


def _dropped_generators(project: Project) -> Suspects:
    """A session taken by `anext` out of a generator that is then abandoned."""
    for call in project.calls("anext"):
        source = call.argument("", 0)
        if call.library_name == "builtins.anext" and isinstance(source, Call) and call.is_in_application:
            if is_generator_of_sessions(project, call.value_of(source)):
                yield suspect(call, DROPPED)


def _left_loops(project: Project) -> Suspects:
    """A session taken out of a generator by a loop that breaks off."""
    for function in project.functions():
        for block in function.blocks:
            head = block.heads[0] if block.kind is BlockKind.ASYNC_FOR else None
            if not isinstance(head, Call) or project.role(function) is not Role.APPLICATION:
                continue
            ends = (item for item in function.exits if item.kind in (ExitKind.BREAK, ExitKind.RETURN))
            leaves = [item for item in ends if item.block.within(block)]
            if leaves and is_generator_of_sessions(project, project.site(head).gives):
                related = [Related(function.path, leaves[0].statement.span, "the loop is left here")]
                yield suspect(head, LEFT).with_related(related)
