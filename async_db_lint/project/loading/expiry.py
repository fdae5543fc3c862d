"""Whether the objects of a session expire when it commits."""

from __future__ import annotations

from functools import cached_property

from async_db_lint.index.expressions import Call, Literal
from async_db_lint.project.application.codebase import Codebase
from async_db_lint.project.effects.effects import EffectsOfFunctions, Opening
from async_db_lint.project.effects.subjects import Subject
from async_db_lint.project.inference.options import option
from async_db_lint.project.libraries import library
from async_db_lint.project.names.values import Kind

OPTION = "expire_on_commit"
REGISTRIES = (library.REGISTRY, library.SYNC_REGISTRY)


class Expiry:
    """Answers whether sessions expire their objects."""

    def __init__(self, codebase: Codebase, effects: EffectsOfFunctions) -> None:
        """Take the project's code, and what its functions do."""
        self.codebase = codebase
        self.inference = codebase.inference
        self.effects = effects
        self._known: dict[Subject, bool] = {}

    def at_commit(self, subject: Subject) -> bool:
        """Whether a session certainly expires its objects at `commit()`, as it does where nobody switches that off."""
        if subject not in self._known:
            openings = self.effects.openings_of(subject)
            is_on = bool(openings) and all(map(self._is_on, openings))
            self._known[subject] = is_on and not self._is_assigned
        return self._known[subject]

    @cached_property
    def _is_assigned(self) -> bool:
        """Whether code sets the option on a session that is there already."""
        return any(target.name == OPTION for function in self.codebase.functions() for target in function.targets)

    @cached_property
    def is_possible(self) -> bool:
        """Whether any factory or session of the project may leave the option on."""
        made = [site.call for site in self.codebase.calls_to(library.FACTORY, library.SYNC_FACTORY, *library.SESSIONS)]
        return any(call.keyword(OPTION) != Literal(False) for call in made)

    def _is_on(self, opening: Opening) -> bool:
        callee = opening.callee
        if callee is None or opening.call.keyword(OPTION) is not None or opening.call.splats:
            return False
        if callee.kind is Kind.LIBRARY:
            return self.inference.library_name(callee) in library.SESSIONS
        factory = callee.inner if callee.kind is Kind.METHOD and callee.inner is not None else callee
        if not self.codebase.is_a(factory, *library.FACTORIES) or not factory.origins:
            return False
        return all(self._is_left_on(made) for made in factory.origins)

    def _is_left_on(self, made: Call) -> bool:
        """Whether a call that makes a factory leaves the option as it is, or switches it on."""
        if self.inference.library_name(self.inference.callee(made)) in REGISTRIES:
            inner = self.codebase.value(made.argument("session_factory", 0), made)
            return inner is not None and bool(inner.origins) and all(map(self._is_left_on, inner.origins))
        found = option(self.inference, made, OPTION)
        is_configured = any(call.keyword(OPTION) is not None for call in self.codebase.table.named("configure"))
        is_on = found.value == Literal(True) or (found.value is None and found.is_certain)
        return is_on and not is_configured and not made.positional[2:]
