"""Keyword arguments of a call: written out, or in a dict that is splatted into it."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Literal, Mapping, Subscript
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place, place_of


class Option(NamedTuple):
    """A keyword argument: its value and place, or that it is certainly absent."""

    value: Expr | None
    place: Place
    is_certain: bool


def option(inference: Inference, call: Call, name: str) -> Option:
    """A keyword argument of a call, looked up in splatted dicts too; not certain when a splat is not understood."""
    place = place_of(call)
    value = call.keyword(name)
    if value is not None:
        return Option(value, place, True)
    certain = True
    for splat in call.splats:
        found = _in_splat(inference, splat, place, name)
        if found is None:
            certain = False
        elif found.value is not None:
            return found
    return Option(None, place, certain)


def entry(inference: Inference, mapping: Expr, place: Place, name: str) -> Option:
    """What a dict holds under a name; not certain when the dict is not understood, or may be changed.

    Example: `entry(project.inference, option.value, option.place, "ssl")`.
    """
    found = _in_splat(inference, mapping, place, name)
    return Option(None, place, False) if found is None else found


def _in_splat(inference: Inference, splat: Expr, place: Place, name: str) -> Option | None:
    """The option in one splatted expression; None when the expression is not a dict that can be read."""
    if isinstance(splat, Mapping):
        return _in_mapping(inference, splat, place, name)
    if isinstance(splat, Call) and inference.library_name(inference.callee(splat)) == "builtins.dict":
        found = option(inference, splat, name)
        return found if found.value is not None or found.is_certain else None
    known = definitions(inference, splat, place)
    if len(known) != 1 or _is_changed(inference, splat, place):
        return None
    return _in_splat(inference, known[0][0], known[0][1], name)


def _in_mapping(inference: Inference, mapping: Mapping, place: Place, name: str) -> Option | None:
    certain = True
    for key, value in mapping.items:
        if key is None:
            inner = _in_splat(inference, value, place, name)
            if inner is not None and inner.value is not None:
                return inner
            certain = certain and inner is not None
        elif isinstance(key, Literal):
            if key.value == name:
                return Option(value, place, True)
        else:
            certain = False
    return Option(None, place, True) if certain else None


def _is_changed(inference: Inference, splat: Expr, place: Place) -> bool:
    """Whether `options[…] = …` or `options.update(…)` changes the dict that a name holds, in the same file."""
    last = getattr(splat, "name", "")
    for scope, target in inference.table.targets(""):
        if getattr(target.owner, "name", None) == last and scope.module is place.scope.module:
            return True
    gone = (part for inner in place.scope.module.inner() for part in inner.loose if isinstance(part, Subscript))
    if any(getattr(part.value, "name", None) == last for part in gone):
        return True
    changes = (call for method in ("update", "setdefault", "pop") for call in inference.table.named(method))
    return any(
        getattr(call.receiver, "name", None) == last and call.block.scope.module is place.scope.module
        for call in changes
    )
