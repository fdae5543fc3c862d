"""Validators of settings that name the driver of a database URL which is not written in the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Either, Expr, Literal, Name, walk
from async_db_lint.index.scopes import Block, BlockKind, Class, ExitKind, Function
from async_db_lint.project.engines.urls import SYNC_DRIVERS, VALIDATORS, Reader
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.places import Place, is_certain, place_of
from async_db_lint.project.names.values import Kind

MAX_HOPS = 4  # names followed from the engine's argument to the setting


class Guard(NamedTuple):
    """A validator, the dialect and driver that it gives to a URL."""

    function: Function
    dialect: str
    driver: str

    @property
    def is_sync(self) -> bool:
        """Whether it gives a driver that does not work under asyncio."""
        return self.driver in SYNC_DRIVERS


def guard_of(inference: Inference, expr: Expr | None, place: Place, hops: int = MAX_HOPS) -> Guard | None:
    """The validator that sets the driver of a URL or refuses another; None when there is no such, or several."""
    if isinstance(expr, Name) and hops:
        known = definitions(inference, expr, place)
        return guard_of(inference, *known[0], hops - 1) if len(known) == 1 else None
    if isinstance(expr, Call) and hops:  # `str(settings.url)`, `settings.url.unicode_string()`
        inner = expr.receiver or expr.argument("object", 0)
        return guard_of(inference, inner, place, hops - 1)
    if isinstance(expr, Either) and hops:  # `settings.replica_url or settings.url`
        options = [guard_of(inference, item, place, hops - 1) for item in expr.options]
        drivers = {None if item is None else (item.dialect, item.driver) for item in options}
        return options[0] if len(drivers) == 1 else None
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
            if _validates(function, field):
                setting = [call for call in function.calls if _is_kept(function, call)]
                for scheme in {scheme for call in setting if (scheme := _scheme(inference, call))}:
                    dialect, _, driver = scheme.partition("+")
                    yield Guard(function, dialect, driver)


def _is_kept(function: Function, call: Call) -> bool:
    """Whether a validator returns the URL that a call has set the driver of, whatever URL it was given.

    The call is made always, or another driver is refused: there is a `raise` under a condition on `drivername`.
    """
    names = {name for name, rows in function.bindings.items() if any(row.value is call for row in rows)}
    returns = [item.value for item in function.exits if item.kind is ExitKind.RETURN]
    returned = [value for value in returns if value is not None and value != Literal(None)]  # no URL at all is none
    is_returned = bool(returned) and all(
        any(part is call or (isinstance(part, Name) and part.name in names) for part in walk(value))
        for value in returned
    )
    refusals = [item.block for item in function.exits if item.kind is ExitKind.RAISE]
    return is_returned and (is_certain(call.block) or any(_asks_for_driver(block) for block in refusals))


def _asks_for_driver(block: Block) -> bool:
    parts = [
        part for item in block.outward() if item.kind is BlockKind.IF for head in item.heads for part in walk(head)
    ]
    return any(isinstance(part, Attribute) and part.name == "drivername" for part in parts)


def _validates(function: Function, field: str) -> bool:
    """Whether a decorator makes a function the validator of a field."""
    calls = [item for item in function.decorators if isinstance(item, Call)]
    return any(call.method in VALIDATORS and Literal(field) in call.positional for call in calls)


def _scheme(inference: Inference, call: Call) -> str | None:
    """The dialect and driver in `url.set(drivername=…)`."""
    name = call.keyword("drivername") if call.method == "set" else None
    found = None if name is None else Reader(inference).prefix(name, place_of(call), 0)
    return None if found is None or not found.is_whole else found.text
