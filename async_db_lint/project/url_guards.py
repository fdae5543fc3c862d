"""Validators of settings that name the driver of a database URL which is not written in the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Literal, Name
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project import attributes
from async_db_lint.project.definitions import definitions
from async_db_lint.project.infer import Inference
from async_db_lint.project.kinds import Kind
from async_db_lint.project.places import Place, place_of
from async_db_lint.project.urls import VALIDATORS, Reader

MAX_HOPS = 4  # names followed from the engine's argument to the setting


class Guard(NamedTuple):
    """A validator, the dialect and driver that it gives to a URL."""

    function: Function
    dialect: str
    driver: str


def guard_of(inference: Inference, expr: Expr | None, place: Place, hops: int = MAX_HOPS) -> Guard | None:
    """The validator that sets the driver of a URL and may refuse the URL; None when there is no such, or several."""
    if isinstance(expr, Name) and hops:
        known = definitions(inference, expr, place)
        return guard_of(inference, *known[0], hops - 1) if len(known) == 1 else None
    if isinstance(expr, Call) and hops:  # `str(settings.url)`, `settings.url.unicode_string()`
        inner = expr.receiver or expr.argument("object", 0)
        return guard_of(inference, inner, place, hops - 1)
    if not isinstance(expr, Attribute):
        return None
    owner = inference.value(expr.value, place)
    if owner is None or owner.kind is not Kind.OBJECT or not isinstance(owner.definition, Class):
        return None
    found = list(_guards(inference, owner.definition, expr.name))
    return found[0] if len(found) == 1 else None


def _guards(inference: Inference, cls: Class, field: str) -> Iterator[Guard]:
    for item in attributes.ancestry(inference, cls):
        for function in item.functions if isinstance(item, Class) else ():
            if _validates(function, field) and any(end.kind == "raise" for end in function.exits):
                for scheme in {scheme for call in function.calls if (scheme := _scheme(inference, call))}:
                    dialect, _, driver = scheme.partition("+")
                    yield Guard(function, dialect, driver)


def _validates(function: Function, field: str) -> bool:
    """Whether a decorator makes a function the validator of a field."""
    calls = [item for item in function.decorators if isinstance(item, Call)]
    return any(call.method in VALIDATORS and Literal(field) in call.positional for call in calls)


def _scheme(inference: Inference, call: Call) -> str | None:
    """The dialect and driver in `url.set(drivername=…)`."""
    name = call.keyword("drivername") if call.method == "set" else None
    found = None if name is None else Reader(inference).prefix(name, place_of(call), 0)
    return None if found is None or not found.is_whole else found.text
