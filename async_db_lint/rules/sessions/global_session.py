"""ADB201."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Call, Usage
from async_db_lint.index.scopes import BlockKind, Class, Function, Module
from async_db_lint.project import library
from async_db_lint.project.kinds import Kind
from async_db_lint.project.ownership import names_of
from async_db_lint.project.places import place_of
from async_db_lint.project.project import Project
from async_db_lint.rule import Related, Rule, Severity, Suspect, at_call, calls_as_related
from async_db_lint.source import Role

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
    guide = "Creating global session instances"

    def suspects(self, project: Project) -> Iterator[Suspect]:
        for call in _sessions(project):
            scope = call.block.scope
            if isinstance(scope, (Module, Class)) and call.usage in KEPT and not call.block.inside(NOT_AT_IMPORT):
                where = "when the module is imported" if isinstance(scope, Module) else f"for the class `{scope.name}`"
                yield at_call(call, f"this session is made once, {where}, and shared by all requests")
            elif isinstance(scope, Function) and _is_kept_in_state(project, scope, call):
                yield at_call(call, "this session is kept in `app.state` and shared by all requests")
            elif isinstance(scope, Function) and call.usage is Usage.RETURNED and project.is_cached(scope):
                yield at_call(call, f"`{scope.name}` is cached, so all its callers share this one session")
            elif isinstance(scope, Function) and scope.name == "__init__":
                yield from _in_constructor(project, scope, call)
        yield from _defaults(project)


def _sessions(project: Project) -> Iterator[Call]:
    """The calls in application code that make a session of their own."""
    names = {binding for call in _factories(project) for binding in names_of(call)} | {"AsyncSession"}
    seen: set[Call] = set()
    for name in sorted(names):
        for call in project.table.named(name):
            if call in seen or project.role(call) is not Role.APPLICATION:
                continue
            seen.add(call)
            callee = project.inference.callee(call)
            is_registry = callee is not None and callee.name == library.REGISTRY
            if not is_registry and project.is_session(project.inference.call(call)):
                yield call


def _factories(project: Project) -> Iterator[Call]:
    yield from project.makers_of(library.FACTORY, library.SYNC_FACTORY)


def _is_kept_in_state(project: Project, function: Function, call: Call) -> bool:
    for target in function.targets:
        if target.value is call:
            owner = project.value_at(target.owner, place_of(target))
            return owner is not None and owner.kind is Kind.STATE and owner.name == "state of application"
    return False


def _in_constructor(project: Project, function: Function, call: Call) -> Iterator[Suspect]:
    """A session that a constructor opens, when its class is only ever made once, at import."""
    if not any(target.value is call for target in function.targets) or function.owner is None:
        return
    made = project.inference.callers(function)
    at_import = [item for item in made if isinstance(item.block.scope, Module) and item.usage in KEPT]
    if made and len(at_import) == len(made) and all(project.role(item) is Role.APPLICATION for item in made):
        message = f"`{function.owner.name}` is made once, so its session is shared by all requests"
        yield at_call(call, message, calls_as_related(made, "made here, when the module is imported"))


def _defaults(project: Project) -> Iterator[Suspect]:
    """A session as a default argument: made when the function is defined."""
    for function in project.functions():
        for parameter in function.parameters:
            default = parameter.default
            if isinstance(default, Call) and project.role(function) is Role.APPLICATION:
                if project.is_session(project.inference.call(default)):
                    related = [Related(function.module.path, function.span, f"used by every call of `{function.name}`")]
                    yield at_call(default, "this default is one session, made when the function is defined", related)
