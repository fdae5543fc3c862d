"""How an engine could be disposed where the application ends."""

from __future__ import annotations

from typing import NamedTuple

from async_db_lint.project.application.lifespans import Home, home_of
from async_db_lint.project.engines.engines import Engine
from async_db_lint.project.names.imports import Needed, is_bound_once, local_name, reaches, spelling_for


class Ending(NamedTuple):
    """The engine's name where the application ends, that place, and what has to be imported there."""

    name: str
    home: Home
    needed: tuple[Needed, ...]


def ending_of(engine: Engine) -> Ending | None:
    """How to dispose an engine that a module binds to one name; None when that is not certain."""
    home = home_of(engine.codebase)
    source, names = engine.scope.module, engine.codebase.names
    bound = [name for name in engine.names if engine.scope is source and is_bound_once(source, name)]
    if home is None or len(bound) != 1:
        return None
    user = engine.codebase.modules[home.path]
    if user is not source and reaches(names, source, user):
        return None  # an import of the engine would be a circle
    known = local_name(names, user, bound[0], source)
    if known is not None:
        return None if _is_shadowed(home, known) else Ending(known, home, ())
    spelling = spelling_for(names, user, source)
    if spelling is None or _is_shadowed(home, bound[0]):
        return None
    return Ending(bound[0], home, (Needed(home.path, spelling, bound[0]),))


def _is_shadowed(home: Home, name: str) -> bool:
    """Whether the lifespan binds the engine's name to something of its own."""
    return home.lifespan is not None and name in home.lifespan.bindings
