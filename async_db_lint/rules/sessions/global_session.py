"""ADB201."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.rule import *

KEPT = frozenset({Usage.BOUND, Usage.ELEMENT})
NOT_AT_IMPORT = frozenset({BlockKind.MAIN_GUARD, BlockKind.TYPE_CHECKING})


class GlobalSession(Rule):
    """One session instance is made once and shared by everything that uses the application.

    Happens: two requests work in one transaction. One's rollback discards the other's rows, although
    that one was answered with 201; under load the errors of ADB207 follow.

    Instead: share the factory and make a session for each request: `async with SessionLocal() as
    session`, or a dependency that yields one.

    Silent: for factories and `async_scoped_session` registries, for objects that are made per request,
    and in tests and scripts.
    """

    code = "ADB201"
    name = "global-session"
    severity = Severity.ERROR
    consequence = Consequence.LOSES_DATA
    guide = "Creating global session instances"

    def suspects(self, project: Project) -> Suspects:
        for call in _sessions(project):
            if isinstance(call.scope, Function):
                yield from _in_function(project, call.scope, call)
            elif call.usage in KEPT and not call.block.inside(NOT_AT_IMPORT):
                of_class = isinstance(call.scope, Class)
                where = f"for the class `{call.scope.name}`" if of_class else "when the module is imported"
                yield suspect(call, f"this session is made once, {where}, and shared by all requests")
        yield from _defaults(project)


def _sessions(project: Project) -> Iterator[CallSite]:
    """The calls in application code that make a session of their own."""
    factories = project.calls_to(FACTORY, SYNC_FACTORY)
    names = {name for factory in factories for name in names_of(factory.call)} | {"AsyncSession"}
    for call in dict.fromkeys(project.calls(*sorted(names))):
        is_registry = call.callee is not None and call.callee.name == REGISTRY
        if call.is_in_application and not is_registry and project.is_session(call.gives):
            yield call


def _in_function(project: Project, function: Function, call: CallSite) -> Suspects:
    """A session that a function makes, when what it makes is kept for all requests."""
    if _is_kept_in_state(project, function, call.call):
        yield suspect(call, "this session is kept in `app.state` and shared by all requests")
    elif call.usage is Usage.RETURNED and is_cached(project.inference, function):
        yield suspect(call, f"`{function.name}` is cached, so all its callers share this one session")
    elif function.name == "__init__":
        yield from _in_constructor(project, function, call)


def _is_kept_in_state(project: Project, function: Function, call: Call) -> bool:
    owners = [project.value_at(item.owner, place_of(item)) for item in function.targets if item.value is call]
    owner = owners[0] if owners else None
    return owner is not None and owner.kind is Kind.STATE and owner.name == "application"


def _in_constructor(project: Project, function: Function, call: CallSite) -> Suspects:
    """A session that a constructor opens, when its class is only ever made once, at import."""
    if function.owner is None or not any(target.value is call.call for target in function.targets):
        return
    if project.unread.mentions(function.owner.name):
        return  # perhaps it is made there, too
    made = project.inference.callers(function)
    at_import = [item for item in made if isinstance(item.block.scope, Module) and item.usage in KEPT]
    if made and len(at_import) == len(made) and all(project.is_in_application(item) for item in made):
        found = suspect(call, f"`{function.owner.name}` is made once, so its session is shared by all requests")
        yield found.with_related(related_calls(made, "made here, when the module is imported"))


def _defaults(project: Project) -> Suspects:
    """A session as a default argument: made when the function is defined."""
    message = "this default is one session, made when the function is defined"
    for function in filter(project.is_in_application, project.functions()):
        defaults = (parameter.default for parameter in function.parameters)
        for call in (project.site(item) for item in defaults if isinstance(item, Call)):
            if project.is_session(call.gives):
                related = [Related(function.path, function.span, f"used by every call of `{function.name}`")]
                yield suspect(call, message).with_related(related)
