"""Which routers are included in which: by the calls that make them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from async_db_lint.index.expressions import Call, Expr
from async_db_lint.project.inference.definitions import definitions
from async_db_lint.project.inference.protocol import Inference
from async_db_lint.project.names.call_table import CallTable
from async_db_lint.project.names.places import place_of

MAX_ROUTERS = 6  # routers included in one another


class Routers:
    """Answers which calls made and included the routers around a route."""

    def __init__(self, inference: Inference, table: CallTable) -> None:
        """Take the project's inference, and its calls."""
        self.inference = inference
        self.table = table

    def around(self, route: Call) -> Iterator[Call]:
        """The calls that made the routers of a route and included them in others, from the inside out."""
        router = self._made(route.receiver, route)
        for _ in range(MAX_ROUTERS):
            if router is None:
                return
            yield router
            inclusions = self._inclusions.get(id(router), [])
            if len(inclusions) != 1:
                return
            yield inclusions[0]
            router = self._made(inclusions[0].receiver, inclusions[0])

    @cached_property
    def _inclusions(self) -> dict[int, list[Call]]:
        """The calls that include a router, by the identity of the call that makes it."""
        found: dict[int, list[Call]] = {}
        for call in self.table.named("include_router"):
            router = self._made(call.argument("router", 0), call)
            if router is not None:
                found.setdefault(id(router), []).append(call)
        return found

    def _made(self, expr: Expr | None, call: Call) -> Call | None:
        """The one call whose value an expression is."""
        known = [] if expr is None else definitions(self.inference, expr, place_of(call))
        found = known[0][0] if len(known) == 1 else None
        return found if isinstance(found, Call) else None
