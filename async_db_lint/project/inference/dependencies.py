"""FastAPI's dependencies: which function a parameter is injected from, and what it yields."""

from __future__ import annotations

from async_db_lint.index.expressions import Attribute, Call, Expr, Name, Sequence, Subscript
from async_db_lint.index.scopes import Parameter
from async_db_lint.project.inference import hints
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.libraries import library
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.values import Kind, Value

DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security"})
MAX_ALIASES = 6  # type aliases of aliases followed


def depends_call(inference: Inference, parameter: Parameter, place: Place) -> Call | None:
    """The `Depends(…)` of a parameter, in its default or in its annotation, through aliases in other files."""
    found = depends(inference, parameter.default, place)
    if found is not None:
        return found
    return _in_annotation(inference, parameter.annotation, place, 0)


def depends(inference: Inference, expr: Expr | None, place: Place) -> Call | None:
    """The `Depends(…)` that an expression is, also by a name that is bound to it once."""
    if isinstance(expr, (Name, Attribute)):
        known = definitions(inference, expr, place)
        expr = known[0][0] if len(known) == 1 else None
    return expr if isinstance(expr, Call) and is_depends(inference, expr) else None


def _in_annotation(inference: Inference, note: Expr | None, place: Place, hops: int) -> Call | None:
    if isinstance(note, (Name, Attribute)) and hops < MAX_ALIASES:
        for expr, where in definitions(inference, note, place):
            found = _in_annotation(inference, expr, where, hops + 1)
            if found is not None:
                return found
    if not isinstance(note, Subscript) or not isinstance(note.key, Sequence):
        return None
    for item in note.key.items[1:]:
        found = depends(inference, item, place)
        if found is not None:
            return found
    return _in_annotation(inference, note.key.items[0], place, hops + 1) if note.key.items else None


def is_depends(inference: Inference, call: Call) -> bool:
    """Whether a call is FastAPI's `Depends` or `Security`."""
    return inference.library_name(inference.callee(call)) in DEPENDS


def target_of(call: Call) -> Expr | None:
    """What a `Depends(…)` depends on."""
    return call.argument("dependency", 0)


def provided(inference: Inference, call: Call) -> Value | None:
    """What a `Depends(…)` injects: what its target yields or returns."""
    target = target_of(call)
    if hints.is_session(inference, target, place_of(call)):
        return Value(Kind.INSTANCE, library.SESSION)
    value = inference.value(target, place_of(call)) if target is not None else None
    return None if value is None else unwrapped(inference.given_to_framework(value))


def unwrapped(value: Value | None) -> Value | None:
    """What FastAPI passes on: the result of a coroutine, the first item of a generator."""
    while value is not None and value.kind in (Kind.COROUTINE, Kind.GENERATOR, Kind.ASYNC_GENERATOR):
        value = value.inner
    return value
