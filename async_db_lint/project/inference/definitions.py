"""The code that a name stands for: the expressions it was bound to, through imports and re-exports.

Inference of values asks what a thing is; strings, options and type aliases ask for the code itself.
"""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Expr, Name
from async_db_lint.index.scopes import Binding, Class, Import, Module, Scope, is_expression
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.names import Found, Package, Resolution
from async_db_lint.project.names.places import Place, place_of, reaching
from async_db_lint.project.names.values import Kind


def bindings_of(name: str, place: Place) -> tuple[Scope, list[Binding]] | None:
    """The scope that binds a name seen from a place, and those of its bindings that reach the place."""
    scope = place.scope
    if name in scope.bindings and name not in scope.outer_names:
        return scope, reaching(scope.bindings[name], place)
    outer = scope.parent
    while outer is not None:
        if name in outer.bindings and not isinstance(outer, Class):
            return outer, outer.bindings[name]
        outer = outer.parent
    return None


def definitions(inference: Inference, expr: Expr, place: Place) -> list[tuple[Expr, Place]]:
    """The expressions that a name was bound to, with their places; empty when it is not bound to expressions.

    What inference of strings and type aliases starts from: they ask for the code itself.
    """
    match expr:
        case Name(name):
            found = bindings_of(name, place)
            if found is None:
                target = inference.names.member(place.scope.module, name) if place.scope.module.stars else None
                return _of_target(target)
            return _of_bindings(inference, found[0], found[1])
        case Attribute(owner, name):
            value = inference.value(owner, place)
            if value is not None and value.kind is Kind.MODULE and isinstance(value.definition, (Module, Package)):
                return _of_target(inference.names.member(value.definition, name))
    return []


def written(inference: Inference, expr: Expr, place: Place, hops: int = 4) -> Expr | None:
    """The expression that a name certainly stands for at a place, through imports and other names.

    Any other expression is itself; None when the name may stand for several things, or for one that is not known.
    """
    if not _is_dotted(expr):
        return expr
    if hops == 0 or (isinstance(expr, Name) and _is_bound_again(expr.name, place)):
        return None
    known = definitions(inference, expr, place)
    return written(inference, *known[0], hops - 1) if len(known) == 1 else None


def _is_dotted(expr: Expr) -> bool:
    """Whether an expression is a name, or an attribute of one: not of what a call gives."""
    while isinstance(expr, Attribute):
        expr = expr.value
    return isinstance(expr, Name)


def _is_bound_again(name: str, place: Place) -> bool:
    """Whether several bindings of a name may reach a place, or a comprehension around it has its own."""
    found = bindings_of(name, place)
    is_own = any(name in block.names for block in place.block.outward())
    return is_own or (found is not None and len(found[1]) != 1)


def _of_bindings(inference: Inference, scope: Scope, bindings: list[Binding]) -> list[tuple[Expr, Place]]:
    found: list[tuple[Expr, Place]] = []
    for item in bindings:
        if isinstance(item.value, Import):
            found += _of_target(inference.names.resolve(scope.module, item.value))
        elif is_expression(item.value):
            found.append((item.value, place_of(item)))
    return found


def _of_target(target: Resolution | None) -> list[tuple[Expr, Place]]:
    if not isinstance(target, Found):
        return []
    return [(item.value, place_of(item)) for item in target.bindings if is_expression(item.value)]
