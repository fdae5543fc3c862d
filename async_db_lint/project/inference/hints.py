"""What the configuration says about names the code does not explain: injected sessions, decorators."""

from __future__ import annotations

from collections.abc import Iterator

from async_db_lint.index.expressions import Attribute, Call, Expr, Name, Subscript
from async_db_lint.index.scopes import Import, Module
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.names import LibraryName
from async_db_lint.project.names.places import Place


def is_session(inference: Inference, expr: Expr | None, place: Place) -> bool:
    """Whether an annotation, a dependency or a provider is said to give a session."""
    if not inference.hints.sessions or expr is None:
        return False
    if isinstance(expr, Subscript):  # `Provide[Container.session]`
        return is_session(inference, expr.key, place)
    if isinstance(expr, Call):  # `inject(Session)`
        return any(is_session(inference, item, place) for item in (expr.callee, *expr.positional))
    return is_named(inference, expr, place, inference.hints.sessions)


def is_named(inference: Inference, expr: Expr, place: Place, names: frozenset[str]) -> bool:
    """Whether an expression is one of some dotted names; a module may lie in a folder that its name leaves out."""
    if not names:
        return False
    return any(
        found == name or found.endswith(f".{name}") for found in dotted(inference, expr, place) for name in names
    )


def dotted(inference: Inference, expr: Expr, place: Place) -> Iterator[str]:
    """The dotted names of an expression: as it is imported, and as it is defined."""
    if isinstance(expr, Attribute):
        yield from (f"{owner}.{expr.name}" for owner in dotted(inference, expr.value, place))
        return
    found = bindings_of(expr.name, place) if isinstance(expr, Name) else None
    if found is None or not isinstance(expr, Name):
        return
    scope, bindings = found
    for binding in bindings:
        if isinstance(binding.value, Import):
            yield from _imported(inference, scope.module, binding.value)
        elif isinstance(scope, Module):
            yield f"{_module_name(scope)}.{expr.name}"


def _imported(inference: Inference, module: Module, item: Import) -> Iterator[str]:
    target = inference.names.resolve(module, item)
    if isinstance(target, LibraryName):
        yield target.dotted
    base = item.module
    if item.level:
        folders = _module_name(module).split(".")[: -item.level]
        base = ".".join((*folders, item.module) if item.module else folders)
    yield f"{base}.{item.name}" if item.name else base


def _module_name(module: Module) -> str:
    return module.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
