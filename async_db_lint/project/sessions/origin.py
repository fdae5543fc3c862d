"""Where a session comes from: two expressions of the same origin are one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from async_db_lint.index.expressions import Attribute, Call, Expr, Name
from async_db_lint.index.scopes import Class, Function, Scope
from async_db_lint.project.inference import attributes
from async_db_lint.project.inference.definitions import bindings_of
from async_db_lint.project.names.places import Place, place_of
from async_db_lint.project.names.quoted_code import quoted

MAX_STEPS = 5  # constructions and assignments followed back


class Origin(NamedTuple):
    """A name in a scope, or an expression that is not understood further."""

    scope: Scope
    text: str


@dataclass(frozen=True, slots=True)
class OriginSearch:
    """Follows a session back to where it comes from.

    `is_session` says whether an expression at a place is a session, `keeps_argument` whether a call makes an object
    that keeps the one session it is given.
    """

    is_session: Callable[[Expr, Place], bool]
    keeps_argument: Callable[[Call], bool]

    def origin(self, expr: Expr, place: Place, steps: int = MAX_STEPS) -> Origin:
        """The origin of a session, or of an object that was made with one.

        Follows `self.books` to `self.books = Books(session)`, and a local name to `Books(session)`, as long as there
        is one assignment and one session in it.
        """
        here = Origin(place.scope, quoted(expr))
        made = _made_by(expr, place) if steps else None
        if made is None:
            return here
        value, where = made
        if self.is_session(value, where) and isinstance(value, (Name, Attribute)):
            return self.origin(value, where, steps - 1)
        if isinstance(value, Call) and self.keeps_argument(value):
            sessions = [item.value for item in value.arguments if self.is_session(item.value, where)]
            if len(sessions) == 1 and not _is_rebound(sessions[0], where):
                return self.origin(sessions[0], where, steps - 1)
        return here


def _is_rebound(expr: Expr, place: Place) -> bool:
    """Whether a name is bound more than once, so that it may mean two sessions."""
    return isinstance(expr, Name) and len(place.scope.bindings.get(expr.name, ())) > 1


def _made_by(expr: Expr, place: Place) -> tuple[Expr, Place] | None:
    """The one expression that was assigned to a name, or to an attribute of the object whose method this is."""
    match expr:
        case Name(name):
            found = bindings_of(name, place)
            if found is None or len(found[1]) != 1:
                return None
            value = found[1][0].value
            return (value, place_of(found[1][0])) if isinstance(value, (Name, Attribute, Call)) else None
        case Attribute(Name(owner), name):
            return _assigned(owner, name, place.scope)
    return None


def _assigned(owner: str, name: str, scope: Scope) -> tuple[Expr, Place] | None:
    function = scope
    while isinstance(function, Function) and not isinstance(function.parent, Class):
        function = function.parent or function.module
    if not isinstance(function, Function) or not isinstance(function.parent, Class) or not function.parameters:
        return None
    if function.parameters[0].name != owner:
        return None
    targets = [target for _, target in attributes.own_targets(function.parent) if target.name == name]
    return (targets[0].value, place_of(targets[0])) if len(targets) == 1 else None
