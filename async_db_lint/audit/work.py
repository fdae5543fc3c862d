"""Where statements are built and rows are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from async_db_lint.audit import entries
from async_db_lint.audit.ground import Ground
from async_db_lint.index.expressions import Call
from async_db_lint.index.scopes import Function
from async_db_lint.project import library
from async_db_lint.project.project import enclosing_function

BUILDERS = tuple(f"sqlalchemy.{name}" for name in ("select", "insert", "update", "delete"))


def work(ground: Ground, routes: Collection[Function]) -> entries.Work:
    """The application's statements and writes; those outside routes once more by themselves."""
    project = ground.project
    built = [call for call in project.makers_of(*BUILDERS) if ground.counts(call)]
    selects = [call for call in built if project.name_of(call) == "sqlalchemy.select"]
    return entries.Work(
        selects=ground.places(selects),
        queries_elsewhere=ground.places(call for call in built if enclosing_function(call.block.scope) not in routes),
        orm_writes=ground.places(_writes(ground)),
        raw_sql=ground.places(call for call in project.makers_of("sqlalchemy.text") if _is_raw(ground, call)),
    )


def _writes(ground: Ground) -> Iterator[Call]:
    for call, _ in ground.project.methods(("add", "add_all", "delete", "merge"), *library.SESSIONS):
        if ground.counts(call):
            yield call


def _is_raw(ground: Ground, call: Call) -> bool:
    """Whether `text(…)` stands in a function: at the top of a module or class it is a default or an index."""
    return ground.counts(call) and isinstance(call.block.scope, Function)
