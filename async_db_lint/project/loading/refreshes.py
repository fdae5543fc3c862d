"""Objects that are refreshed as a whole before a relationship of theirs is read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from async_db_lint.index.expressions import Call, Expr, Literal, Name, walk
from async_db_lint.index.scopes import Class, Function, Read
from async_db_lint.project.application.call_site import CallSite
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.relationships import WAITING, Relationship
from async_db_lint.project.loading.touched import AWAITABLE, is_guarded
from async_db_lint.project.names.places import dominates, place_of

LOADING = frozenset("execute scalars scalar stream stream_scalars get get_one run_sync merge".split())


class Refreshed(NamedTuple):
    """A refresh without names, and the read after it. Example: `item.refresh`."""

    refresh: Call
    read: Read
    cls: Class
    relationship: Relationship


class Refreshes:
    """Finds refreshes that do not load what is read after them."""

    def __init__(self, models: Models, objects: Objects) -> None:
        """Take the mapped classes, and what finds loaded objects."""
        self.models = models
        self.objects = objects

    def all(self, sites: Iterator[CallSite], loaded_names: Collection[str]) -> Iterator[Refreshed]:
        """The refreshes among some calls; `loaded_names` are relationships that some statement may load."""
        for site in sites:
            call, function = site.call, site.call.block.scope
            given = call.positional[0] if len(call.positional) == 1 and len(call.arguments) == 1 else None
            if isinstance(given, Name) and isinstance(function, Function) and site.is_in_application:
                found = next(self._read_after(call, given, function, loaded_names), None)
                if found is not None:
                    yield found

    def _read_after(
        self, call: Call, given: Name, function: Function, loaded_names: Collection[str]
    ) -> Iterator[Refreshed]:
        cls = self.objects.class_of(given, place_of(call))
        model = None if cls is None else self.models.of(cls)
        for read in function.reads if model is not None else ():
            assert model is not None
            relationship = model.relationships.get(read.expr.name)
            is_it = read.expr.value == given and read.statement.index > call.statement.index
            if relationship is None or not is_it or relationship.lazy not in WAITING or relationship.target is None:
                continue
            is_loaded = relationship.name in loaded_names or _is_loaded_again(function, call, read)
            if relationship.is_collection and not is_loaded and dominates(call.block, read.block):
                yield Refreshed(call, read, model.cls, relationship)


def _is_loaded_again(function: Function, refresh: Call, read: Read) -> bool:
    """Whether something between a refresh and a read may load or set the relationship, or the read is guarded."""
    if is_guarded(read) or any(item.expr.name == AWAITABLE for item in function.reads):
        return True
    between = range(refresh.statement.index + 1, read.statement.index + 1)
    is_set = any(
        target.name == read.expr.name and target.owner == read.expr.value and target.statement.index in between
        for target in function.targets
    )
    is_rebound = any(row.statement.index in between for row in function.bindings.get(_name(read.expr.value), ()))
    return (
        is_set
        or is_rebound
        or any(_may_load(item, read, refresh) for item in function.calls if item.statement.index in between)
    )


def _name(expr: Expr) -> str:
    return expr.name if isinstance(expr, Name) else ""


def _may_load(call: Call, read: Read, refresh: Call) -> bool:
    """Whether a call may load a relationship: it is given the object, its session, or the relationship's name."""
    parts = [part for item in call.arguments for part in walk(item.value)]
    names_it = any(isinstance(part, Literal) and part.value == read.expr.name for part in parts)
    is_given = any(item.value in (read.expr.value, refresh.receiver) for item in call.arguments)
    is_query = call.method in LOADING
    return names_it or is_given or is_query
